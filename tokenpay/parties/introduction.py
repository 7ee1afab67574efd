"""What somebody of the bank signed at the counter: this key is this customer's."""

from dataclasses import dataclass

from tokenpay.errors import IntegrityError
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import canonical_bytes
from tokenpay.primitives.ed25519 import is_signed

_DOMAIN = "tokenpay/introduction/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """`signature` is the introducer's Ed25519 over all the rest. It makes a key known to a signer that has no rows."""

    operator_id: str
    customer_id: str
    public_key: bytes
    introduced_by: str
    at_s: int
    signature: bytes

    def verify(self, introducer_key: bytes) -> None:
        """Raise IntegrityError unless the introducer's key signed exactly this."""
        message = _message(self.operator_id, self.customer_id, self.public_key, self.introduced_by, self.at_s)
        if not is_signed(message, self.signature, public_key=introducer_key):
            raise IntegrityError("a customer's key does not carry the signature of who introduced it")


def introduce(session: Session, *, operator_id: str, customer_id: str, public_key: bytes, at_s: int) -> Introduction:
    """Return the session's operator's signed word that a key is a customer's."""
    introduced_by = session.operator.id
    return Introduction(
        operator_id=operator_id,
        customer_id=customer_id,
        public_key=public_key,
        introduced_by=introduced_by,
        at_s=at_s,
        signature=session.sign(_message(operator_id, customer_id, public_key, introduced_by, at_s)),
    )


def _message(operator_id: str, customer_id: str, public_key: bytes, introduced_by: str, at_s: int) -> bytes:
    return canonical_bytes([_DOMAIN, operator_id, customer_id, public_key.hex(), introduced_by, at_s])
