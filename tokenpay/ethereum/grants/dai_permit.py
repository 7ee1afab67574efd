"""DAI's permits: older than EIP-2612, and all or nothing, for ever or until taken back."""

from dataclasses import dataclass

from tokenpay.errors import InvalidAuthorization, InvalidInput
from tokenpay.ethereum.abi import address_word, read_address, read_uint, read_words, selector, uint_word
from tokenpay.ethereum.grants.grant import Signed, read_signature, signature_words, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.primitives.keccak import keccak256

_TYPEHASH = keccak256(b"Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)")
_SELECTOR = selector("permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaiPermit:
    """An allowance without limit, or none where not `allowed`, at the holder's next nonce.

    It can be carried out through the Unix time `expiry_s`, or at any time where that is 0. Sign and
    verify it with `grant.sign` and `grant.verify`. Raises InvalidAuthorization where
    a part is out of range.
    """

    domain: Domain
    holder: Address
    spender: Address
    nonce: int
    expiry_s: int
    allowed: bool

    def __post_init__(self) -> None:
        if not 0 <= self.nonce <= MAX_UNITS or not 0 <= self.expiry_s <= MAX_UNITS:
            raise InvalidAuthorization("a permit's numbers are between 0 and 2**256 - 1")
        if type(self.allowed) is not bool:
            raise InvalidAuthorization("a DAI permit allows all or nothing")

    @property
    def grantor(self) -> Address:
        return self.holder

    def words(self) -> bytes:
        """Return the five fields as the contract reads them, and as they are hashed."""
        return b"".join(
            (
                address_word(self.holder),
                address_word(self.spender),
                uint_word(self.nonce),
                uint_word(self.expiry_s),
                uint_word(self.allowed),
            )
        )

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        return self.domain.digest(keccak256(_TYPEHASH + self.words()))

    def check_window(self, now_s: int) -> None:
        """Raise InvalidAuthorization unless expiry_s is 0 or now_s <= expiry_s, as the contract asks."""
        if self.expiry_s and now_s > self.expiry_s:
            raise InvalidAuthorization("the permit has expired", expiry_s=self.expiry_s)


def calldata(signed: Signed[DaiPermit]) -> bytes:
    """Return the call that sets or takes back the allowance, `permit`."""
    return _SELECTOR + signed.grant.words() + signature_words(signed.signature)


def decode_calldata(data: bytes, domain: Domain) -> Signed[DaiPermit]:
    """Read such a call to the token of `domain` and verify its signature.

    Raises InvalidAuthorization for any other bytes, a high s included.
    """
    try:
        holder, spender, nonce, expiry, allowed, *signature = read_words(data, 8, function=_SELECTOR)
        if read_uint(allowed) > 1:
            raise InvalidInput("a bool is 0 or 1")
        permit = DaiPermit(
            domain=domain,
            holder=read_address(holder),
            spender=read_address(spender),
            nonce=read_uint(nonce),
            expiry_s=read_uint(expiry),
            allowed=bool(read_uint(allowed)),
        )
        return verify(permit, read_signature(signature))
    except InvalidInput as error:
        raise InvalidAuthorization(error.message) from None
