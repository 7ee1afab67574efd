"""An EVM address that has been checked, and the chain identifiers it is written with."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from tokenpay.errors import InvalidAddress, InvalidAsset
from tokenpay.primitives.keccak import keccak256

_HEX = re.compile(r"0x[0-9a-fA-F]{40}")
_CAIP2 = re.compile(r"eip155:([1-9][0-9]{0,18})")
_ANY_CAIP2 = re.compile(r"([-a-z0-9]{3,8}):[-_a-zA-Z0-9]{1,32}")
MAX_CHAIN_ID = 2**63 - 1
OTHER_NAMESPACES = {
    "algorand": "Algorand",
    "aptos": "Aptos",
    "bip122": "Bitcoin",  # and what descends from it
    "cosmos": "Cosmos",
    "hedera": "Hedera",
    "near": "NEAR",
    "polkadot": "Polkadot",
    "solana": "Solana",
    "starknet": "Starknet",
    "stellar": "Stellar",
    "sui": "Sui",
    "tezos": "Tezos",
    "tron": "TRON",
    "tvm": "TON",
    "xrpl": "XRP Ledger",
}
"""CAIP-2 namespaces that are known here, and refused by name."""


def caip2(chain_id: int) -> str:
    """Return a chain id as CAIP-2 text, `eip155:<chain_id>`; raises InvalidAsset out of range."""
    if not 0 < chain_id <= MAX_CHAIN_ID:
        raise InvalidAsset(f"a chain id is between 1 and {MAX_CHAIN_ID}")
    return f"eip155:{chain_id}"


def parse_caip2(text: str) -> int:
    """Return the chain id in CAIP-2 text; raises InvalidAsset, with a `namespace` where it is a known other one."""
    match = _CAIP2.fullmatch(text)
    if match is not None and int(match[1]) <= MAX_CHAIN_ID:
        return int(match[1])
    other = _ANY_CAIP2.fullmatch(text)
    if other is not None and other[1] in OTHER_NAMESPACES:
        raise InvalidAsset(f"a chain of {OTHER_NAMESPACES[other[1]]}: only eip155 is known here", namespace=other[1])
    raise InvalidAsset("a chain is written eip155:<number>")


_LETTER, _EIGHT_OR_NINE = int.from_bytes(b"\x40" * 40), int.from_bytes(b"\x08" * 40)
"""The bit that of forty hexadecimal digits in ASCII only these have."""


@lru_cache(maxsize=16_384)
def eip55(raw: bytes) -> str:
    """Return 20 bytes as checksummed text (EIP-55): a letter is a capital where a digit of the hash is 8 or more."""
    small = raw.hex().encode()
    text, hashed = int.from_bytes(small), int.from_bytes(keccak256(small).hex()[:40].encode())
    capitals = (text & _LETTER) >> 1 & ((hashed & _LETTER) >> 1 | (hashed & _EIGHT_OR_NINE) << 2)  # as their bit 0x20
    return "0x" + (text ^ capitals).to_bytes(40).decode()


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Twenty checked bytes. `text` is EIP-55; `caip10` names the chain as well.

    The zero address is refused: nobody holds its key, and tokens use it to mean mint and burn.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 20:
            raise InvalidAddress("an address has 20 bytes")
        if not any(self.raw):
            raise InvalidAddress("the zero address cannot hold or receive money")

    @property
    def text(self) -> str:
        """The checksummed text (EIP-55)."""
        return eip55(self.raw)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0x` and 40 hexadecimal digits; mixed case must carry a right EIP-55 checksum.

        Raises InvalidAddress. All-lower and all-upper digits carry no checksum and are accepted.
        """
        if _HEX.fullmatch(text) is None:
            raise InvalidAddress("an address is 0x and 40 hexadecimal digits")
        address = cls(bytes.fromhex(text[2:]))
        digits = text[2:]
        if digits != digits.lower() and digits != digits.upper() and text != address.text:
            raise InvalidAddress("the address has a wrong checksum (EIP-55): a digit or its case was changed")
        return address

    @classmethod
    def parse_caip10(cls, text: str) -> tuple[int, Self]:
        """Read CAIP-10 text and return (chain id, address).

        Raises InvalidAddress, or InvalidAsset for the chain (see `parse_caip2`).
        """
        chain, separator, account = text.rpartition(":")
        if not separator:
            raise InvalidAddress("a CAIP-10 address is written eip155:<chain>:<address>")
        return parse_caip2(chain), cls.parse(account)

    def caip10(self, chain_id: int) -> str:
        """Return this address on one chain as CAIP-10 text."""
        return f"{caip2(chain_id)}:{self.text}"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Address({self.text})"
