"""An operator's proven, expiring presence at one terminal."""

from dataclasses import InitVar, dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tokenpay.parties.credential import Credential, seal, seal_with_pin
from tokenpay.parties.operator import Operator, Role


class _Keyed:
    """Holds what is no field: what lists, shows or copies a dataclass by its fields does not find it."""

    __slots__ = ("_key",)
    _key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(_Keyed):
    """Verbs take `by: Session`. It holds the operator's opened key and shows it to nobody.

    The bank keeps its own row of every session: what this object says of role and expiry is a
    convenience, and each verb checks the row.
    """

    id: str = field(repr=False)
    operator: Operator
    terminal: str
    opened_at_s: int
    expires_at_s: int
    key: InitVar[bytes]

    def __post_init__(self, key: bytes) -> None:
        object.__setattr__(self, "_key", Ed25519PrivateKey.from_private_bytes(key))

    @property
    def role(self) -> Role:
        return self.operator.role

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that what this session signs is verified with."""
        return self._key.public_key().public_bytes_raw()

    def holds_key_of(self, operator: Operator) -> bool:
        """Tell whether the session holds this operator's private key: an id alone proves nothing."""
        return self.public_key == operator.public_key

    def sign(self, message: bytes) -> bytes:
        """Sign with the operator's Ed25519 key (RFC 8032) and return 64 bytes."""
        return self._key.sign(message)

    def seal_under_password(self, password: str, *, salt: bytes, nonce: bytes, cost: int) -> Credential:
        """Seal the operator's key under another password: only what is sealed leaves; raises InvalidInput."""
        key = self._key.private_bytes_raw()
        return seal(key, password, operator_id=self.operator.id, salt=salt, nonce=nonce, cost=cost)

    def seal_under_pin(self, pin: str, *, pin_key: bytes, salt: bytes, nonce: bytes, cost: int) -> Credential:
        """Seal the operator's key under a PIN and the bank's PIN key; raises InvalidInput for a PIN that is none."""
        key, operator_id = self._key.private_bytes_raw(), self.operator.id
        return seal_with_pin(key, pin, pin_key=pin_key, operator_id=operator_id, salt=salt, nonce=nonce, cost=cost)

    def __reduce__(self) -> str:
        raise TypeError("a session is not copied out of its process")
