"""What scanned or typed text says it is. Reading trusts nothing: only the bank knows what it issued."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tokenpay.errors import InvalidAddress, InvalidAsset, InvalidRequest
from tokenpay.money.address import OTHER_NAMESPACES, Address
from tokenpay.money.asset import parse_caip19
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.eip681 import Eip681, read_eip681
from tokenpay.requests.emvco import EmvcoRequest, is_emvco
from tokenpay.requests.emvco_rule import Rule
from tokenpay.requests.ens import EnsName, Resolver
from tokenpay.requests.other_network import BY_SCHEME, other_network
from tokenpay.requests.reason import Reason, reason_of, refusal
from tokenpay.requests.reference import parse_reference
from tokenpay.requests.visible import is_visible

MAX_TEXT = 4296  # the most characters a QR code can carry (version 40, level L, alphanumeric)
# Most secrets that people scan by mistake: a raw private key (or a hash, which is no request either), one as Bitcoin
# (WIF, BIP-38) or Stellar writes it, an extended private key, a recovery phrase as words, and as the digits of a
# SeedQR, and the seed of one-time passwords.
_SECRET = re.compile(
    r"(?:0[xX])?[0-9a-fA-F]{64}"
    r"|[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}|6P[1-9A-HJ-NP-Za-km-z]{56}|S[A-Z2-7]{55}"
    r"|[a-zA-Z]prv[1-9A-HJ-NP-Za-km-z]{50,}"
    r"|[a-zA-Z]{3,8}(?:[\s,]+[a-zA-Z]{3,8}){11,23}"
    r"|(?:[0-9]{12}){4,8}"
    r"|(?i:otpauth(?:-migration)?):.*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedReference:
    """A reference in our form; whether this bank issued it is for the store to say."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedAddress:
    """An address alone, with its chain when the text is CAIP-10, and the ENS `name` that a resolver turned into it."""

    address: Address
    chain_id: int | None = None
    name: EnsName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedAsset:
    """A token (`contract`) or native coin alone, by its CAIP-19 id: it names nobody to be paid."""

    chain_id: int
    contract: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Text that is not a request, and why; the text itself is not kept. `network` says whose it is, where known."""

    reason: Reason
    network: str = ""

    @property
    def message(self) -> str:
        return f"{self.reason.message}: {self.network}" if self.network else self.reason.message


Scanned = ScannedReference | Eip681 | ContractCall | EmvcoRequest | ScannedAddress | ScannedAsset | EnsName | Unreadable
Reader = Callable[[str, Resolver | None], Scanned]


def read_request(text: str, *, resolver: Resolver | None = None) -> Scanned:
    """Return what `text` says it is; never raises for text, whatever a scanner delivers.

    White space around it is dropped: scanners that type end with a key press. An ENS name is an `EnsName`
    unless a `resolver` turns it into an address; what the resolver raises is raised here.
    """
    text = text.strip(" \t\r\n")
    reason = _unfit(text)
    if reason is not None:
        return Unreadable(reason=reason)
    try:
        return _reader(text)(text, resolver)
    except InvalidRequest as error:
        return Unreadable(reason=reason_of(error), network=str(error.fields.get("network", "")))


def _unfit(text: str) -> Reason | None:
    if not text:
        return Reason.EMPTY
    if len(text) > MAX_TEXT:
        return Reason.TOO_LONG
    if _SECRET.fullmatch(text) is not None:
        return Reason.SECRET
    if not is_visible(text):
        return Reason.INVISIBLE
    return None if text.isascii() or is_emvco(text) else Reason.LOOKALIKE


def _reader(text: str) -> Reader:
    """Return who reads `text`: a merchant code by its first digits, else by its scheme, else by its form."""
    if is_emvco(text):
        return _emvco
    scheme, colon, _ = text.partition(":")
    reader = _BY_SCHEME.get(scheme.lower()) if colon else None
    return reader or next((reader for form, reader in _BY_FORM if form.match(text)), _other)


def _reference(text: str, _: Resolver | None) -> Scanned:
    return ScannedReference(id=parse_reference(text))


def _ethereum(text: str, resolver: Resolver | None) -> Scanned:
    return read_eip681(text, resolver=resolver)


def _emvco(text: str, _: Resolver | None) -> Scanned:
    read = EmvcoRequest.parse(text)
    if not text.isascii() and Rule.CHARACTERS in read.warnings:
        raise refusal(Reason.LOOKALIKE)
    return read


def _address(text: str, _: Resolver | None) -> Scanned:
    try:
        return ScannedAddress(address=Address.parse(text))
    except InvalidAddress:
        raise refusal(Reason.BAD_ADDRESS) from None


def _name(text: str, resolver: Resolver | None) -> Scanned:
    name = EnsName.parse(text)
    return name if resolver is None else ScannedAddress(address=name.resolve(resolver), name=name)


def _caip(text: str, _: Resolver | None) -> Scanned:
    try:
        if "/" in text:
            chain_id, contract = parse_caip19(text)
            return ScannedAsset(chain_id=chain_id, contract=contract)
        chain_id, address = Address.parse_caip10(text)
        return ScannedAddress(address=address, chain_id=chain_id)
    except InvalidAddress:
        raise refusal(Reason.BAD_ADDRESS) from None
    except InvalidAsset:
        raise refusal(Reason.BAD_ASSET if "/" in text else Reason.BAD_CHAIN) from None


def _other(text: str, _: Resolver | None) -> Scanned:
    """Refuse what is for another network by its name, and all else as nothing that is known here."""
    scheme = text.partition(":")[0].lower()
    network = BY_SCHEME.get(scheme) or OTHER_NAMESPACES.get(scheme) or other_network(text)
    if network is None:
        raise refusal(Reason.UNKNOWN_FORMAT)
    raise refusal(Reason.OTHER_NETWORK, network=str(network))


def _refused(reason: Reason) -> Reader:
    def refuse(text: str, _: Resolver | None) -> Scanned:
        raise refusal(reason)

    return refuse


_BY_SCHEME: dict[str, Reader] = {
    "tkp": _reference,
    "ethereum": _ethereum,
    "eip155": _caip,
    "wc": _refused(Reason.WALLET_CONNECT),
    "http": _refused(Reason.LINK),
    "https": _refused(Reason.LINK),
    **dict.fromkeys((*BY_SCHEME, *OTHER_NAMESPACES), _other),
}
_BY_FORM: list[tuple[re.Pattern[str], Reader]] = [
    (re.compile("0[xX]"), _address),
    (re.compile(r"(?i)[^/:@?]+\.eth\Z"), _name),
]
