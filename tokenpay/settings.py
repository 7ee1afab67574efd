"""Typed settings of one bank on one machine, kept as `bank.json` in its folder."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from tokenpay.errors import InvalidInput, NotFound, StoreUnavailable

FILE_NAME = "bank.json"
DATABASE_NAME = "bank.db"
PIN_KEY_NAME = "pin.key"
KEYS = "keys"
"""The folder, in the bank's own, that its wallet and the signer's rules lie in."""
MAX_NAME = 140
MAX_NODES = 15
_GWEI = 10**9
# Strict: a number is a number, never true or "1_000". An error shows no input: a URL may hold a password.
_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
InstitutionId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
LegalName = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[int, Field(gt=0, le=86_400)]


class ChainSettings(BaseModel):
    """One chain. Without `url` or `urls` it is the embedded one; no `confirmations` means the node's `finalized` tag.

    `urls` names several nodes instead of the one at `url`: `quorum` of them have to agree, which is a strict majority
    where it is not given, and never less. One exchange with a node may take `timeout_s`: 10 seconds unless given,
    and 3 with several, so that their silence is an alarm within 10. Fees are in wei. A payment's transaction may cost
    `fee_cap_wei` over all its fee bumps.
    """

    model_config = _STRICT

    chain_id: Annotated[int, Field(gt=0, lt=2**63)]
    name: Name
    url: Annotated[str, Field(repr=False)] = ""
    urls: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(max_length=MAX_NODES, repr=False)] = ()
    quorum: Annotated[int, Field(gt=0)] | None = None
    native_symbol: Annotated[str, Field(pattern=r"^[!-~]{1,20}$")] = "ETH"
    confirmations: Annotated[int, Field(ge=0, le=100_000)] | None = None
    fee_cap_wei: Annotated[int, Field(gt=0, lt=2**256)] = 300_000 * 500 * _GWEI
    bump_after_s: Seconds = 120
    resend_after_s: Seconds = 30
    timeout_s: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] | None = None

    @field_validator("urls")
    @classmethod
    def _different(cls, urls: tuple[str, ...], known: ValidationInfo) -> tuple[str, ...]:
        if urls and known.data.get("url"):
            raise ValueError("the nodes are named twice")
        if len({_place(url) for url in urls}) != len(urls):
            raise ValueError("a node is named twice")
        return urls

    @field_validator("quorum")
    @classmethod
    def _majority(cls, quorum: int | None, known: ValidationInfo) -> int | None:
        nodes = len(known.data.get("urls", ())) or 1
        if quorum is not None and not nodes < 2 * quorum <= 2 * nodes:
            raise ValueError("a quorum is more than half of the nodes")
        return quorum

    @property
    def embedded(self) -> bool:
        return not self.nodes

    @property
    def nodes(self) -> tuple[str, ...]:
        """The URLs of all nodes; none for the embedded chain."""
        return self.urls or ((self.url,) if self.url else ())

    @property
    def agreeing(self) -> int:
        """How many nodes have to agree."""
        return self.quorum or len(self.nodes) // 2 + 1

    @property
    def patience_s(self) -> float:
        """How long one exchange with a node may take."""
        return self.timeout_s or (3.0 if self.urls else 10.0)


class PrinterSettings(BaseModel):
    """The receipt printer of one machine.

    `escpos-network` needs a `host`, `escpos-usb` a `vendor` and a `product`, `escpos-file`, `text` and `pdf` a `path`:
    a device or file, and for the last two also a folder, where each receipt is a file of its own (a file's name ends in
    `.txt` or `.pdf`). `profile` names what
    an ESC/POS printer can do, as python-escpos does. `image` lets it print all text as a picture, for printers that
    know no Cyrillic.
    """

    model_config = _STRICT

    kind: Literal["escpos-network", "escpos-usb", "escpos-file", "text", "pdf"]
    host: Annotated[str, Field(max_length=255)] = ""
    port: Annotated[int, Field(gt=0, lt=2**16)] = 9100
    vendor: Annotated[int, Field(ge=0, lt=2**16)] = 0
    product: Annotated[int, Field(ge=0, lt=2**16)] = 0
    path: Annotated[str, Field(max_length=4096)] = ""
    profile: Annotated[str, Field(max_length=MAX_NAME)] = "default"
    width: Literal[32, 42, 48] = 42
    image: bool = False
    timeout_s: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] = 10.0

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        needed = {"escpos-network": self.host, "escpos-usb": self.vendor}
        if not needed.get(self.kind, self.path):
            raise ValueError("the printer's place is missing")
        return self


class PasskeySettings(BaseModel):
    """The domain that passkeys are made for (WebAuthn's relying party), and the places under it that ask for them.

    Passkeys belong to the domain: another one later makes all of them useless. `authenticator` says what this machine
    has: security keys on its USB ports, or, in a demo bank alone, a program that stands for them.
    """

    model_config = _STRICT

    domain: Annotated[str, Field(min_length=1, max_length=253)]
    origins: Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(min_length=1, max_length=20)]
    authenticator: Literal["usb", "software"] = "usb"


class InstitutionSettings(BaseModel):
    """Another institution: the name that both use for it, and its 64 public bytes, to seal to and to verify with.

    `legal_name` is what documents call it: one that it sends speaks of nobody else.
    """

    model_config = _STRICT

    id: InstitutionId
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
    legal_name: LegalName


class TravelSettings(BaseModel):
    """Where Travel Rule messages lie, what this bank is called in them, and whom it exchanges them with.

    `legal_name` is what documents call this bank: no other institution's go out.
    """

    model_config = _STRICT

    id: InstitutionId
    legal_name: LegalName
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    institutions: tuple[InstitutionSettings, ...] = ()

    @field_validator("institutions")
    @classmethod
    def _different(cls, institutions: tuple[InstitutionSettings, ...]) -> tuple[InstitutionSettings, ...]:
        if len({institution.id for institution in institutions}) != len(institutions):
            raise ValueError("an institution is named twice")
        return institutions

    def institution(self, institution_id: str) -> InstitutionSettings:
        """Return what the settings say of an institution; raises NotFound."""
        for institution in self.institutions:
            if institution.id == institution_id:
                return institution
        raise NotFound("the bank's settings name no such institution")

    def key(self, institution_id: str) -> bytes:
        """Return the public bytes of an institution; raises NotFound."""
        return bytes.fromhex(self.institution(institution_id).key)


class HeadSettings(BaseModel):
    """When heads of the audit streams are signed, and where they go: each place keeps all of them.

    A head is signed when a shift was closed, after `every_records` records, and when the last is `every_s` old. They go
    to files in `folder` (relative: in the bank's own folder, which is better than nothing and outside of nothing), onto
    paper where this machine has a `printer`, and to the table `kept_heads` of another `database`, by its URL.
    """

    model_config = _STRICT

    every_records: Annotated[int, Field(gt=0, le=1_000_000)] = 1_000
    every_s: Seconds = 86_400
    folder: Annotated[str, Field(max_length=4096)] = "heads"
    printer: bool = False
    database: Annotated[str, Field(max_length=4096, repr=False)] = ""


class BankSettings(BaseModel):
    """Where the books and keys are. An empty `database` is the SQLite file in the bank's folder.

    `names_on_receipts` lets a payer's name be printed beside the number; the payee always stands there whole.
    """

    model_config = _STRICT

    database: Annotated[str, Field(repr=False)] = ""
    chains: tuple[ChainSettings, ...] = ()
    printer: PrinterSettings | None = None
    heads: HeadSettings = HeadSettings()
    names_on_receipts: bool = True
    travel: TravelSettings | None = None
    passkeys: PasskeySettings | None = None

    @field_validator("chains")
    @classmethod
    def _different(cls, chains: tuple[ChainSettings, ...]) -> tuple[ChainSettings, ...]:
        if len({chain.chain_id for chain in chains}) != len(chains):
            raise ValueError("a chain is named twice")
        return chains

    def chain(self, chain_id: int) -> ChainSettings:
        """Return the settings of one chain; raises InvalidInput."""
        for chain in self.chains:
            if chain.chain_id == chain_id:
                return chain
        raise InvalidInput("the bank's settings name no such chain", chain_id=chain_id)


def _place(url: str) -> tuple[str, ...]:
    """Return what tells one node from another: not how it is spelled, nor who asks it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return (url,)
    return host.rstrip("."), str(port or {"http": 80, "https": 443}.get(parts.scheme)), parts.path.rstrip("/")


def database_url(directory: Path, settings: BankSettings) -> str:
    """Return where the books of the bank in `directory` are; raises InvalidInput for a folder that no URL can name.

    A SQLite file without a folder of its own lies in the bank's, wherever a command is run.
    """
    here = "sqlite:///"
    database = settings.database or here + DATABASE_NAME
    if not database.startswith(here) or database.startswith((f"{here}/", f"{here}:")):
        return database
    try:
        return f"{here}{quote(str(directory.resolve()))}/{database.removeprefix(here)}"
    except UnicodeEncodeError:
        raise InvalidInput("the name of the bank's folder is not text") from None


def read_settings(directory: Path) -> BankSettings:
    """Read a bank's settings; raises StoreUnavailable where there is no bank, InvalidInput for a bad file."""
    path = directory / FILE_NAME
    try:
        text = path.read_bytes()
    except OSError:
        raise StoreUnavailable("there is no bank in this folder") from None
    try:
        return BankSettings.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        # A name that is not ours may be anything: the place that holds it is named instead.
        known = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
        where = ".".join(map(str, known)) or FILE_NAME
        raise InvalidInput(f"the bank's settings are wrong at {where}") from None


def write_settings(directory: Path, settings: BankSettings) -> None:
    """Write a bank's settings, whole or not at all, and for its owner alone: a database's URL may hold a password."""
    draft = directory / f".{FILE_NAME}.partial"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(settings.model_dump_json(indent=2) + "\n")
        draft.replace(directory / FILE_NAME)
    finally:
        draft.unlink(missing_ok=True)
