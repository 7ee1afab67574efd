"""The calls and events of an ERC-20 token that tokenpay uses (ERC-20, EIP-2612, EIP-3009)."""

from tokenpay.errors import InvalidInput, InvalidTransaction
from tokenpay.ethereum.abi import address_word, read_address, read_uint, read_words, selector, uint_word
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

TRANSFER_TOPIC = keccak256(b"Transfer(address,address,uint256)")
"""topics: this, sender, recipient; data: units."""
AUTHORIZATION_USED_TOPIC = keccak256(b"AuthorizationUsed(address,bytes32)")
"""topics: this, authorizer, nonce; no data (EIP-3009)."""

DECIMALS = selector("decimals()")
SYMBOL = selector("symbol()")
NAME = selector("name()")
VERSION = selector("version()")
DOMAIN_SEPARATOR = selector("DOMAIN_SEPARATOR()")

_TRANSFER = selector("transfer(address,uint256)")
_BALANCE_OF = selector("balanceOf(address)")


def transfer(recipient: Address, units: int) -> bytes:
    """Return the call that moves `units` of the caller's tokens; raises InvalidInput beyond 2**256 - 1."""
    return _TRANSFER + address_word(recipient) + uint_word(units)


def decode_transfer(data: bytes) -> tuple[Address, int]:
    """Return the recipient and units of exactly such a call; raises InvalidTransaction for any other bytes."""
    try:
        recipient, units = read_words(data, 2, function=_TRANSFER)
        return read_address(recipient), read_uint(units)
    except InvalidInput as error:
        raise InvalidTransaction(f"not a token transfer: {error.message}") from None


def balance_of(holder: Address) -> bytes:
    """Return the call that asks for the units `holder` has."""
    return _BALANCE_OF + address_word(holder)
