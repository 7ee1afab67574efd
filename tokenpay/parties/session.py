"""An operator's proven, expiring presence at one terminal."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tokenpay.parties.credential import public_key_of
from tokenpay.parties.operator import Operator, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Verbs take `by: Session`. It holds the operator's opened key and shows it to nobody.

    The bank keeps its own row of every session: what this object says of role and expiry is a
    convenience, and each verb checks the row.
    """

    id: str = field(repr=False)
    operator: Operator
    terminal: str
    opened_at_s: int
    expires_at_s: int
    key: bytes = field(repr=False, compare=False)

    @property
    def role(self) -> Role:
        return self.operator.role

    def holds_key_of(self, operator: Operator) -> bool:
        """Tell whether the session holds this operator's private key: an id alone proves nothing."""
        return public_key_of(self.key) == operator.public_key

    def sign(self, message: bytes) -> bytes:
        """Sign with the operator's Ed25519 key (RFC 8032) and return 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.key).sign(message)

    def __reduce__(self) -> str:
        raise TypeError("a session is not copied out of its process")
