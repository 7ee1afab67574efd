"""Contract calls and answers made of static 32-byte words, and the one text form tokens return.

Reading raises InvalidInput for anything but the canonical form.
"""

from tokenpay.errors import InvalidInput
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

_ADDRESS_PADDING = bytes(12)


def selector(signature: str) -> bytes:
    """Return the four bytes that name a function such as `transfer(address,uint256)`."""
    return keccak256(signature.encode())[:4]


def uint_word(number: int) -> bytes:
    """Return a number from 0 to 2**256 - 1 as a word; raises InvalidInput out of range."""
    try:
        return number.to_bytes(32, "big")
    except OverflowError:
        raise InvalidInput("a uint256 is between 0 and 2**256 - 1") from None


def address_word(address: Address) -> bytes:
    """Return an address as a word."""
    return _ADDRESS_PADDING + address.raw


def read_words(data: bytes, count: int, *, function: bytes = b"") -> list[bytes]:
    """Return the `count` words that follow the selector `function` and end the data."""
    if not data.startswith(function):
        raise InvalidInput("the call is to another function")
    if len(data) != len(function) + 32 * count:
        raise InvalidInput(f"expected {count} words of 32 bytes")
    return [data[at : at + 32] for at in range(len(function), len(data), 32)]


def read_uint(word: bytes) -> int:
    """Return the number in one word."""
    if len(word) != 32:
        raise InvalidInput("a uint256 has 32 bytes")
    return int.from_bytes(word, "big")


def read_address(word: bytes) -> Address:
    """Return the address in one word; also raises InvalidAddress for the zero address."""
    if len(word) != 32 or word[:12] != _ADDRESS_PADDING:
        raise InvalidInput("an address is 20 bytes after 12 zero bytes")
    return Address(word[12:])


def read_text(data: bytes) -> str:
    """Return a contract's text, given as an ABI string or, by some old tokens, as bytes32.

    Bytes after the text are ignored, since contracts pad in different ways.
    """
    if len(data) == 32:
        text = data.rstrip(b"\x00")
    elif len(data) >= 64 and read_uint(data[:32]) == 32:
        length = read_uint(data[32:64])
        text = data[64 : 64 + length]
        if len(text) != length:
            raise InvalidInput("the text is cut short")
    else:
        raise InvalidInput("neither an ABI string nor a bytes32")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise InvalidInput("the text is not UTF-8") from None
