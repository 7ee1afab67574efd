"""EIP-712: the domain that a typed message is bound to, and the digest that is signed."""

from dataclasses import dataclass, field

from tokenpay.ethereum.abi import address_word, uint_word
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

_DOMAIN_TYPEHASH = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The contract and chain for which a signature holds.

    `name` and `version` are read from the contract: the same token is "USDC" on one chain and
    "USD Coin" on another. `separator` is prepared once; compare it with DOMAIN_SEPARATOR() on the chain.
    """

    name: str
    version: str
    chain_id: int
    verifying_contract: Address
    separator: bytes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        encoded = b"".join(
            (
                _DOMAIN_TYPEHASH,
                keccak256(self.name.encode()),
                keccak256(self.version.encode()),
                uint_word(self.chain_id),
                address_word(self.verifying_contract),
            )
        )
        object.__setattr__(self, "separator", keccak256(encoded))

    def digest(self, struct_hash: bytes) -> bytes:
        """Return the 32 bytes to sign for a message whose hashStruct is `struct_hash`."""
        return keccak256(b"\x19\x01" + self.separator + struct_hash)
