"""EIP-3009 authorizations: a holder's signed word that moves tokens, carried to the chain by anyone.

What became of one is read from its AuthorizationUsed event, never from who sent it.
"""

from dataclasses import dataclass
from typing import Literal

from tokenpay.errors import InvalidAuthorization, InvalidInput
from tokenpay.ethereum.abi import address_word, read_address, read_uint, read_words, selector, uint_word
from tokenpay.ethereum.grants.grant import Signed, read_signature, signature_words, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.primitives.keccak import keccak256

Kind = Literal["transfer", "receive"]
"""Who may carry it: anyone ("transfer"), or the recipient alone ("receive")."""

_FIELDS = "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
_TYPEHASH: dict[Kind, bytes] = {
    "transfer": keccak256(f"TransferWithAuthorization{_FIELDS}".encode()),
    "receive": keccak256(f"ReceiveWithAuthorization{_FIELDS}".encode()),
}
_WORDS = "(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)"
_SELECTOR: dict[Kind, bytes] = {
    "transfer": selector(f"transferWithAuthorization{_WORDS}"),
    "receive": selector(f"receiveWithAuthorization{_WORDS}"),
}
_KIND = {call: kind for kind, call in _SELECTOR.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A transfer of `units` that holds strictly between two Unix times and once per 32-byte nonce.

    Raises InvalidAuthorization where a part is out of range.
    """

    domain: Domain
    sender: Address
    recipient: Address
    units: int
    valid_after_s: int
    valid_before_s: int
    nonce: bytes
    kind: Kind = "transfer"

    def __post_init__(self) -> None:
        if self.kind not in _SELECTOR:
            raise InvalidAuthorization("an authorization is to transfer or to receive")
        if len(self.nonce) != 32:
            raise InvalidAuthorization("an authorization's nonce has 32 bytes")
        if not 0 <= self.units <= MAX_UNITS:
            raise InvalidAuthorization("an authorization moves 0 to 2**256 - 1 units")
        if not 0 <= self.valid_after_s < self.valid_before_s <= MAX_UNITS:
            raise InvalidAuthorization("an authorization ends after it begins")

    @property
    def grantor(self) -> Address:
        return self.sender

    def words(self) -> bytes:
        """Return the six fields as the contract reads them, and as they are hashed."""
        return b"".join(
            (
                address_word(self.sender),
                address_word(self.recipient),
                uint_word(self.units),
                uint_word(self.valid_after_s),
                uint_word(self.valid_before_s),
                self.nonce,
            )
        )

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        return self.domain.digest(keccak256(_TYPEHASH[self.kind] + self.words()))

    def check_window(self, now_s: int) -> None:
        """Raise InvalidAuthorization unless valid_after_s < now_s < valid_before_s, as the contract asks."""
        if now_s <= self.valid_after_s:
            raise InvalidAuthorization("the authorization is not valid yet", valid_after_s=self.valid_after_s)
        if now_s >= self.valid_before_s:
            raise InvalidAuthorization("the authorization has expired", valid_before_s=self.valid_before_s)


def calldata(signed: Signed[Authorization]) -> bytes:
    """Return the call that carries it out, `transferWithAuthorization` or `receiveWithAuthorization`."""
    return _SELECTOR[signed.grant.kind] + signed.grant.words() + signature_words(signed.signature)


def decode_calldata(data: bytes, domain: Domain) -> Signed[Authorization]:
    """Read such a call to the token of `domain` and verify its signature.

    Raises InvalidAuthorization for any other bytes, a high s included.
    """
    try:
        kind = _KIND.get(data[:4])
        if kind is None:
            raise InvalidInput("the call is to another function")
        sender, recipient, units, after, before, nonce, *signature = read_words(data, 9, function=data[:4])
        authorization = Authorization(
            domain=domain,
            sender=read_address(sender),
            recipient=read_address(recipient),
            units=read_uint(units),
            valid_after_s=read_uint(after),
            valid_before_s=read_uint(before),
            nonce=nonce,
            kind=kind,
        )
        return verify(authorization, read_signature(signature))
    except InvalidInput as error:
        raise InvalidAuthorization(error.message) from None
