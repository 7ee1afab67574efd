"""What scanned or typed text says it is. Reading trusts nothing: only the bank knows what it issued."""

import re
from dataclasses import dataclass

from tokenpay.errors import InvalidAddress, InvalidAsset, InvalidRequest
from tokenpay.money.address import Address
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.reason import Reason, reason_of, refusal
from tokenpay.requests.reference import is_reference, parse_reference
from tokenpay.requests.visible import is_visible

MAX_TEXT = 4296  # the most characters a QR code can carry (version 40, level L, alphanumeric)
# Most secrets that people scan by mistake: a raw private key (or a hash, which is no request either),
# an extended private key, a recovery phrase as words, and as the digits of a SeedQR.
_SECRET = re.compile(
    r"(?:0[xX])?[0-9a-fA-F]{64}"
    r"|[a-zA-Z]prv[1-9A-HJ-NP-Za-km-z]{50,}"
    r"|[a-zA-Z]{3,8}(?:[\s,]+[a-zA-Z]{3,8}){11,23}"
    r"|(?:[0-9]{12}){4,8}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedReference:
    """A reference in our form; whether this bank issued it is for the store to say."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedAddress:
    """An address alone, with its chain when the text is CAIP-10."""

    address: Address
    chain_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Text that is not a request, and why; the text itself is not kept."""

    reason: Reason

    @property
    def message(self) -> str:
        return self.reason.message


Scanned = ScannedReference | Eip681 | ScannedAddress | Unreadable


def read_request(text: str) -> Scanned:
    """Return what `text` says it is; never raises for text, whatever a scanner delivers.

    White space around it is dropped: scanners that type end with a key press.
    """
    text = text.strip(" \t\r\n")
    reason = _unfit(text)
    if reason is not None:
        return Unreadable(reason=reason)
    try:
        return _read(text)
    except InvalidRequest as error:
        return Unreadable(reason=reason_of(error))
    except InvalidAddress:
        return Unreadable(reason=Reason.BAD_ADDRESS)
    except InvalidAsset:
        return Unreadable(reason=Reason.BAD_CHAIN)


def _unfit(text: str) -> Reason | None:
    if not text:
        return Reason.EMPTY
    if len(text) > MAX_TEXT:
        return Reason.TOO_LONG
    if _SECRET.fullmatch(text) is not None:
        return Reason.SECRET
    if not is_visible(text):
        return Reason.INVISIBLE
    return None if text.isascii() else Reason.LOOKALIKE


def _read(text: str) -> Scanned:
    if is_reference(text):
        return ScannedReference(id=parse_reference(text))
    if text.startswith(("0x", "0X")):
        return ScannedAddress(address=Address.parse(text))
    if text.startswith("eip155:"):
        chain_id, address = Address.parse_caip10(text)
        return ScannedAddress(address=address, chain_id=chain_id)
    if text[:9].lower() == "ethereum:":
        return Eip681.parse(text)
    raise refusal(Reason.UNKNOWN_FORMAT)
