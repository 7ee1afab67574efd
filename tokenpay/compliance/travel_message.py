"""What one institution hands another under the Travel Rule: sealed to the one, signed by the other."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.ivms101.read import MAX_CHARACTERS, read_ivms101
from tokenpay.compliance.ivms101.write import write_ivms101
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.payments.intent import ChainParty, parse_party
from tokenpay.primitives.canonical import canonical_bytes
from tokenpay.primitives.strict_json import read_json

MAX_ENVELOPE_BYTES = 4 * MAX_CHARACTERS
SEALING_KEY_BYTES = 32
_DOMAIN = "tokenpay/travel-message/1"
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_INSTITUTION = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_UNITS = re.compile(r"[1-9][0-9]{0,77}")
_MAX_TIME_S = 253_402_300_800
"""When the year 9999 is over: no date is later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelMessage:
    """The transfer it is about, from an address of the sender's to one of the recipient's, and the data on it."""

    payer: ChainParty
    payee: ChainParty
    asset_id: str
    units: int
    sent_at_s: int
    document: Ivms101

    def content(self) -> bytes:
        """Return the one byte form that is sealed."""
        return canonical_bytes(
            {
                "payer": str(self.payer),
                "payee": str(self.payee),
                "asset": self.asset_id,
                "units": str(self.units),
                "sent_at_s": self.sent_at_s,
                "ivms101": write_ivms101(self.document),
            }
        )

    @classmethod
    def read(cls, content: bytes) -> "TravelMessage":
        """Read what was sealed; raises InvalidInput, and InvalidTravelRule for its document."""
        value = _object(content, {"payer", "payee", "asset", "units", "sent_at_s", "ivms101"})
        payer, payee = parse_party(str(value["payer"])), parse_party(str(value["payee"]))
        units, at_s = str(value["units"]), value["sent_at_s"]
        if not isinstance(payer, ChainParty) or not isinstance(payee, ChainParty) or _UNITS.fullmatch(units) is None:
            raise InvalidInput("a message is about units of an asset, from an address to an address")
        if type(at_s) is not int or not 0 <= at_s < _MAX_TIME_S:
            raise InvalidInput("a message says when it was sent, in seconds")
        day = datetime.fromtimestamp(at_s, UTC).date()
        document = read_ivms101(str(value["ivms101"]), today=day)
        return cls(
            payer=payer,
            payee=payee,
            asset_id=str(value["asset"]),
            units=int(units),
            sent_at_s=at_s,
            document=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """`id` is the sender's own; `sealed` is empty in the acknowledgement of a message, which is signed all the same."""

    id: str
    sender: str
    recipient: str
    sealed: bytes
    signature: bytes = b""

    def __post_init__(self) -> None:
        named = _INSTITUTION.fullmatch(self.sender) and _INSTITUTION.fullmatch(self.recipient)
        if _ID.fullmatch(self.id) is None or not named:
            raise InvalidInput("a message names its id, who sent it and who is to have it")

    @property
    def bound_to(self) -> bytes:
        """What its content is sealed with: it opens as this message of this sender to this recipient."""
        return canonical_bytes([_DOMAIN, self.id, self.sender, self.recipient])

    @property
    def signed(self) -> bytes:
        """What the sender signs."""
        return canonical_bytes([_DOMAIN, self.id, self.sender, self.recipient, self.sealed.hex()])

    def verify(self, key: bytes) -> None:
        """Raise IntegrityError unless this key, an institution's 64 public bytes, signed it."""
        try:
            Ed25519PublicKey.from_public_bytes(key[SEALING_KEY_BYTES:]).verify(self.signature, self.signed)
        except (InvalidSignature, ValueError):
            raise IntegrityError("a message does not carry the signature of who it says sent it") from None

    def text(self) -> bytes:
        """Return the envelope as it travels: JSON."""
        parts = {"id": self.id, "sender": self.sender, "recipient": self.recipient}
        return json.dumps({**parts, "sealed": self.sealed.hex(), "signature": self.signature.hex()}).encode()

    @classmethod
    def read(cls, content: bytes) -> "Envelope":
        """Read an envelope; raises InvalidInput for anything else."""
        value = _object(content, {"id", "sender", "recipient", "sealed", "signature"})
        texts = {name: text for name, text in value.items() if isinstance(text, str)}
        if len(texts) < len(value) or not all(_HEX.fullmatch(texts[name] or "00") for name in ("sealed", "signature")):
            raise InvalidInput("a message is not as it travels")
        sealed, signature = (bytes.fromhex(texts[name]) for name in ("sealed", "signature"))
        parts = {name: texts[name] for name in ("id", "sender", "recipient")}
        return cls(sealed=sealed, signature=signature, **parts)


def _object(content: bytes, names: set[str]) -> dict[str, object]:
    try:
        value = read_json(content.decode("utf-8"), max_characters=MAX_ENVELOPE_BYTES, max_depth=4)
    except (UnicodeDecodeError, InvalidInput):
        raise InvalidInput("a message is not as it travels") from None
    if not isinstance(value, dict) or value.keys() != names:
        raise InvalidInput("a message is not as it travels")
    return value
