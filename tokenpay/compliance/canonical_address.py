"""The one form in which all writings of an address meet."""

import re
import unicodedata
from urllib.parse import unquote

_TOKEN = re.compile(r"[0-9A-Za-z]+")
_SPACES = re.compile(r"\s+")
_HEX = re.compile(r"[0-9a-f]+")
_EVM = re.compile(r"0x[0-9a-f]{40}")
_WORD, _DIGITS = 64, 40
_SHORTEST = 20
_LONG = len("0x") + _WORD
_PADDING = "0" * (_WORD - _DIGITS)
_UNDRAWN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{25,120}")
_ICAP = re.compile(r"XE[0-9]{2}[0-9A-Z]{30,31}", re.IGNORECASE)
# Bech32 (BIP 173) and CashAddr write one case, whichever it is; base58 does not.
_ONE_CASE = re.compile(r"(?:[a-z0-9]{1,83}1)?[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{38,}")


def canonical_addresses(text: str) -> tuple[str, ...]:
    """Return every address that a text holds, each in the one form that its other writings meet; () for an empty text.

    An EVM address becomes `0x` and forty small digits, however it was written: in any case and checksummed or not,
    `0X` or no prefix, with spaces or invisible characters inside, as CAIP-10, in an ERC-681 request (the target and
    each argument), as a word of 32 bytes, or in calldata (each padded word). Any other address is its own text without
    spaces, scheme and query; where its kind has but one case (bech32, CashAddr, hexadecimal), in small letters.
    """
    words = [word for word in map(_bare, _SPACES.split(unicodedata.normalize("NFKC", unquote(text)))) if word]
    # The whole, the whole without a ticker before it, and each word: an address may stand in any of them.
    runs = [run for run in ("".join(words), "".join(words[1:]), *words) if run]
    found = [address for run in runs for token in _TOKEN.findall(run) for address in _evm(token.lower())]
    if not found:  # what else stands beside an address is shorter than one
        found = [address for run in runs if run is runs[0] or len(run) >= _SHORTEST if (address := _other(run))]
    return tuple(dict.fromkeys(found))


def is_evm(canonical: str) -> bool:
    """Tell whether a canonical address is an EVM one."""
    return _EVM.fullmatch(canonical) is not None


def is_known_form(canonical: str) -> bool:
    """Tell whether what was read is an address of some kind, and not a text that might hide one."""
    if is_evm(canonical) or (len(canonical) == _LONG and _HEX.fullmatch(canonical.removeprefix("0x"))):
        return True
    return _ICAP.fullmatch(canonical) is None and bool(_ONE_CASE.fullmatch(canonical) or _BASE58.fullmatch(canonical))


def buried_addresses(text: str) -> frozenset[str]:
    """Return whatever in the hexadecimal digits of a text might be an EVM address.

    Calls within calls stand at any byte, and a word may be padded with anything: what is no address here is one that
    nobody has, so it is looked up and never told.
    """
    found = set()
    for token in _TOKEN.findall("".join(map(_bare, _SPACES.split(unicodedata.normalize("NFKC", unquote(text)))))):
        digits = token.lower().removeprefix("0x")
        if _HEX.fullmatch(digits) is None:
            continue
        words = range(len(digits) % _WORD, len(digits), _WORD)
        padded = (at for at in range(0, len(digits) - _WORD + 1, 2) if digits.startswith(_PADDING, at))
        found |= {f"0x{digits[at + _WORD - _DIGITS : at + _WORD]}" for at in (*words, *padded)}
    return frozenset(found)


def _bare(word: str) -> str:
    """Leave out what is not drawn."""
    return "".join(character for character in _UNDRAWN.sub("", word) if unicodedata.category(character)[0] != "C")


def _evm(token: str) -> list[str]:
    """Return the addresses in an unbroken run of letters and digits."""
    digits = token.removeprefix("0x")
    if not _HEX.fullmatch(digits):
        return []
    if len(digits) == _DIGITS:
        return [f"0x{digits}"]
    selector = len(digits) % _WORD  # calldata begins with four bytes that name the function
    if selector not in (0, 8):
        return []
    words = [digits[start : start + _WORD] for start in range(selector, len(digits), _WORD)]
    return [f"0x{word[-_DIGITS:]}" for word in words if word.startswith(_PADDING)]


def _other(bare: str) -> str:
    address = unicodedata.normalize("NFC", bare.partition("?")[0].rpartition(":")[2].strip("/"))
    small = address.lower()
    one_case = address in (small, address.upper())
    return small if one_case and (_ONE_CASE.fullmatch(small) or _HEX.fullmatch(small)) else address
