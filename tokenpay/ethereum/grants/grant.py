"""A holder's signed word that lets tokens be moved: how every kind of it is signed and verified."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tokenpay.errors import InvalidAuthorization, InvalidInput
from tokenpay.ethereum.abi import read_uint, uint_word
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey, Signature, recover


class Grant(Protocol):
    """A typed message that lets tokens of one holder be moved."""

    @property
    def grantor(self) -> Address:
        """Whose signature it needs."""

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""


G = TypeVar("G", bound=Grant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Generic[G]):
    """A grant and its holder's signature. Made by `sign` and `verify` only, so the signature holds."""

    grant: G
    signature: Signature


def sign(grant: G, key: PrivateKey) -> Signed[G]:
    """Sign a grant; raises InvalidAuthorization unless `key` is its holder's."""
    if key.public_key.address_bytes() != grant.grantor.raw:
        raise InvalidAuthorization("the key is not that of the address whose tokens move")
    return Signed(grant=grant, signature=key.sign_digest(grant.digest()))


def verify(grant: G, signature: Signature) -> Signed[G]:
    """Return the grant as signed; raises InvalidAuthorization unless its holder signed it.

    Keys only: a contract's own signature (EIP-1271) is not asked for. Time is asked of the grant's `check_window`.
    """
    try:
        signer = recover(grant.digest(), signature).address_bytes()
    except InvalidInput as error:
        raise InvalidAuthorization(error.message) from None
    if signer != grant.grantor.raw:
        raise InvalidAuthorization("the signature is not that of the address whose tokens move")
    return Signed(grant=grant, signature=signature)


def signature_words(signature: Signature) -> bytes:
    """Return v (27 or 28), r and s as three words."""
    return uint_word(27 + signature.y_parity) + uint_word(signature.r) + uint_word(signature.s)


def read_signature(words: list[bytes]) -> Signature:
    """Read what `signature_words` wrote; raises InvalidInput."""
    v, r, s = map(read_uint, words)
    return Signature(v - 27, r, s)
