"""One person's consent to one intent, signed with their own key."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tokenpay.compliance.passkey_consent import PasskeyConsent
from tokenpay.errors import IntegrityError
from tokenpay.parties.introduction import Introduction
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import canonical_bytes

_DOMAIN = "tokenpay/approval/1"


class Part(StrEnum):
    """The maker made the payment, the checker is the second person: never the same one."""

    MAKER = "maker"
    CHECKER = "checker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """`signature` is Ed25519 over the intent's hash, the operator, their part and the time.

    `introduction` is there where the operator is a customer: it says who of the bank knows their key. `passkey` is
    what they gave beside it on an authenticator, where they did.
    """

    intent_hash: bytes
    operator_id: str
    part: Part
    at_s: int
    signature: bytes
    introduction: Introduction | None = None
    passkey: PasskeyConsent | None = None
    _made_with: bytes | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def known_through(self) -> frozenset[str]:
        """Who of the bank says that these keys are this customer's; nobody, where somebody of the bank signed."""
        introducer = {self.introduction.introduced_by} if self.introduction is not None else set()
        registrar = {self.passkey.vouch.by} if self.passkey is not None and self.passkey.vouch is not None else set()
        return frozenset(introducer | registrar)

    def verify(self, public_key: bytes) -> None:
        """Raise IntegrityError unless this operator's key signed exactly this consent."""
        if self._made_with is not None and self._made_with == public_key:
            return  # `give` signed it with this very key; what was read or changed since does not say so
        try:
            _public_key(public_key).verify(
                self.signature, _message(self.intent_hash, self.operator_id, self.part, self.at_s)
            )
        except (InvalidSignature, ValueError):
            raise IntegrityError("an approval does not carry its operator's signature") from None


@lru_cache(maxsize=256)
def _public_key(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def give(session: Session, intent_hash: bytes, *, part: Part, at_s: int) -> Approval:
    """Return the session's operator's signed consent to an intent."""
    operator_id = session.operator.id
    made = Approval(
        intent_hash=intent_hash,
        operator_id=operator_id,
        part=part,
        at_s=at_s,
        signature=session.sign(_message(intent_hash, operator_id, part, at_s)),
    )
    object.__setattr__(made, "_made_with", session.public_key)
    return made


def _message(intent_hash: bytes, operator_id: str, part: Part, at_s: int) -> bytes:
    return canonical_bytes([_DOMAIN, intent_hash.hex(), operator_id, part.value, at_s])
