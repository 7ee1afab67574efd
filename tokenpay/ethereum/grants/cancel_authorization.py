"""EIP-3009 cancellation: a holder's signed word that an authorization not yet used never will be."""

from dataclasses import dataclass

from tokenpay.errors import InvalidAuthorization, InvalidInput
from tokenpay.ethereum.abi import address_word, read_address, read_words, selector
from tokenpay.ethereum.grants.grant import Signed, read_signature, signature_words, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

_TYPEHASH = keccak256(b"CancelAuthorization(address authorizer,bytes32 nonce)")
_SELECTOR = selector("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The end of the authorization with a 32-byte nonce. It has no window: it holds until it is carried out.

    Sign and verify it with `grant.sign` and `grant.verify`. Raises
    InvalidAuthorization where the nonce has another size.
    """

    domain: Domain
    authorizer: Address
    nonce: bytes

    def __post_init__(self) -> None:
        if len(self.nonce) != 32:
            raise InvalidAuthorization("an authorization's nonce has 32 bytes")

    @property
    def grantor(self) -> Address:
        return self.authorizer

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        return self.domain.digest(keccak256(_TYPEHASH + address_word(self.authorizer) + self.nonce))


def calldata(signed: Signed[Cancellation]) -> bytes:
    """Return the call that carries it out, `cancelAuthorization`."""
    words = address_word(signed.grant.authorizer) + signed.grant.nonce
    return _SELECTOR + words + signature_words(signed.signature)


def decode_calldata(data: bytes, domain: Domain) -> Signed[Cancellation]:
    """Read such a call to the token of `domain` and verify its signature.

    Raises InvalidAuthorization for any other bytes, a high s included.
    """
    try:
        authorizer, nonce, *signature = read_words(data, 5, function=_SELECTOR)
        cancellation = Cancellation(domain=domain, authorizer=read_address(authorizer), nonce=nonce)
        return verify(cancellation, read_signature(signature))
    except InvalidInput as error:
        raise InvalidAuthorization(error.message) from None
