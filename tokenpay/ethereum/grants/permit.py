"""EIP-2612 permits: a holder's signed word that lets a spender move tokens later.

Unlike an EIP-3009 authorization its nonces are sequential, and whoever sees one may submit it first.
"""

from dataclasses import dataclass

from tokenpay.errors import InvalidAuthorization, InvalidInput
from tokenpay.ethereum.abi import address_word, read_address, read_uint, read_words, selector, uint_word
from tokenpay.ethereum.grants.grant import Signed, read_signature, signature_words, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.primitives.keccak import keccak256

_TYPEHASH = keccak256(b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
_SELECTOR = selector("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """An allowance of `units`, valid through the Unix time `deadline_s`, at the holder's next nonce.

    Sign and verify it with `grant.sign` and `grant.verify`. Raises
    InvalidAuthorization where a part is out of range.
    """

    domain: Domain
    owner: Address
    spender: Address
    units: int
    nonce: int
    deadline_s: int

    def __post_init__(self) -> None:
        if not all(0 <= number <= MAX_UNITS for number in (self.units, self.nonce, self.deadline_s)):
            raise InvalidAuthorization("a permit's numbers are between 0 and 2**256 - 1")

    @property
    def grantor(self) -> Address:
        return self.owner

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        encoded = b"".join(
            (
                _TYPEHASH,
                address_word(self.owner),
                address_word(self.spender),
                uint_word(self.units),
                uint_word(self.nonce),
                uint_word(self.deadline_s),
            )
        )
        return self.domain.digest(keccak256(encoded))

    def check_window(self, now_s: int) -> None:
        """Raise InvalidAuthorization unless now_s <= deadline_s, as the contract asks."""
        if now_s > self.deadline_s:
            raise InvalidAuthorization("the permit has expired", deadline_s=self.deadline_s)


def calldata(signed: Signed[Permit]) -> bytes:
    """Return the call that sets the allowance, `permit`."""
    permit = signed.grant
    return b"".join(
        (
            _SELECTOR,
            address_word(permit.owner),
            address_word(permit.spender),
            uint_word(permit.units),
            uint_word(permit.deadline_s),
            signature_words(signed.signature),
        )
    )


def decode_calldata(data: bytes, domain: Domain, nonce: int) -> Signed[Permit]:
    """Read such a call to the token of `domain` and verify it at the holder's `nonce`, which the call omits.

    Raises InvalidAuthorization for any other bytes, a high s included.
    """
    try:
        owner, spender, units, deadline, *signature = read_words(data, 7, function=_SELECTOR)
        permit = Permit(
            domain=domain,
            owner=read_address(owner),
            spender=read_address(spender),
            units=read_uint(units),
            nonce=nonce,
            deadline_s=read_uint(deadline),
        )
        return verify(permit, read_signature(signature))
    except InvalidInput as error:
        raise InvalidAuthorization(error.message) from None
