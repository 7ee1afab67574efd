"""A passkey of the bank: somebody's public key on an authenticator, and who vouched for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.authenticator_data import MAX_CREDENTIAL_ID
from tokenpay.parties.cose_key import check_cose_key
from tokenpay.parties.operator import AT_THE_COUNTER, Role
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import canonical_bytes

SOFTWARE_AAGUID = sha256(b"tokenpay/software-authenticator/1").digest()[:16]
"""The make of the authenticator that is a program: it is for tests and for a demo bank."""
MAX_NAME = 64
MAX_COUNTER = 2**32 - 1
"""What an authenticator counts to: it says its count in four bytes (WebAuthn 6.1)."""
_DOMAIN = "tokenpay/passkey/1"


class VouchPart(StrEnum):
    """Who vouches: whoever registers a key, and the second person who has seen whose it is."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"


class PasskeyState(StrEnum):
    """A key waits for a second person, then for the signer to be told of it; it is active, or revoked for good."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    ACTIVE = "active"
    REVOKED = "revoked"


TRANSITIONS: dict[PasskeyState, frozenset[PasskeyState]] = {
    PasskeyState.WAITING: frozenset({PasskeyState.CONFIRMED, PasskeyState.REVOKED}),
    PasskeyState.CONFIRMED: frozenset({PasskeyState.ACTIVE, PasskeyState.REVOKED}),
    PasskeyState.ACTIVE: frozenset({PasskeyState.REVOKED}),
    PasskeyState.REVOKED: frozenset(),
}


class Voucher(Protocol):
    """Somebody whose word for a key can be verified, in the books or in a signer's rules."""

    @property
    def public_key(self) -> bytes: ...
    @property
    def role(self) -> Role: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouch:
    """`signature` is Ed25519 by `by` over the key, whose it is, the part and the time."""

    part: VouchPart
    by: str
    at_s: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyFacts:
    """What people vouch for: this key, on this make of authenticator, is this operator's. Raises InvalidInput."""

    credential_id: bytes
    public_key: bytes
    aaguid: bytes
    operator_id: str

    def __post_init__(self) -> None:
        if not 0 < len(self.credential_id) <= MAX_CREDENTIAL_ID or len(self.aaguid) != 16:
            raise InvalidInput("a passkey's id is 1 to 1023 bytes, its maker's 16")
        check_cose_key(self.public_key)

    @property
    def software(self) -> bool:
        """Whether it says of itself that it is a program."""
        return self.aaguid == SOFTWARE_AAGUID

    def vouch(self, session: Session, part: VouchPart, *, at_s: int) -> Vouch:
        """Return the session's operator's signed word for this key."""
        by = session.operator.id
        return Vouch(part=part, by=by, at_s=at_s, signature=session.sign(self._message(part, by, at_s)))

    def check_vouch(self, vouch: Vouch, public_key: bytes) -> None:
        """Raise IntegrityError unless the one who vouches signed exactly this."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(
                vouch.signature, self._message(vouch.part, vouch.by, vouch.at_s)
            )
        except (InvalidSignature, ValueError):
            raise IntegrityError("a passkey does not carry the signature of who vouched for it") from None

    def _message(self, part: VouchPart, by: str, at_s: int) -> bytes:
        facts = [self.credential_id.hex(), self.public_key.hex(), self.aaguid.hex(), self.operator_id]
        return canonical_bytes([_DOMAIN, *facts, part.value, by, at_s])


def check_name(name: str) -> None:
    """Raise InvalidInput for what is no name that an owner gives a key."""
    if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidInput(f"a passkey has a name of 1 to {MAX_NAME} printable characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """`name` is what its owner calls it, `counter` what its authenticator last said. Times are Unix seconds.

    `customer_id` is there where the owner is a customer; `backup_eligible`: the key may leave its device.
    """

    facts: PasskeyFacts
    name: str
    transports: tuple[str, ...]
    backup_eligible: bool
    counter: int
    state: PasskeyState
    registered: Vouch
    confirmed: Vouch | None = None
    customer_id: str = ""
    revoked_at_s: int | None = None
    revoked_by: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def id(self) -> str:
        """The credential's id in small hexadecimal digits: how people and commands name it."""
        return self.facts.credential_id.hex()

    @property
    def operator_id(self) -> str:
        """Whose it is."""
        return self.facts.operator_id

    def check_eligible(self, backup_eligible: bool) -> None:
        """Raise IntegrityError where a key says otherwise than when it was made whether it may leave its device.

        That never changes (WebAuthn 6.1.3): what answers is another key, or something that plays one.
        """
        if backup_eligible is not self.backup_eligible:
            raise IntegrityError("the authenticator says otherwise than before whether its key may leave it")

    def check_vouches(self, known: Callable[[str, int], Voucher | None]) -> None:
        """Raise IntegrityError unless those who must vouch for this key signed it: rows alone make no key anybody's.

        `known` is asked who they were at the time that they signed. A customer's key is signed by somebody at the
        counter; one of the staff by its owner and a supervisor.
        """
        at_s, second = self.registered.at_s, self.confirmed
        owner, registrar = known(self.operator_id, at_s), known(self.registered.by, at_s)
        if owner is None or registrar is None:
            raise IntegrityError("a passkey belongs to nobody who is known", passkey=self.id)
        if (owner.role is Role.CUSTOMER) is not bool(self.customer_id):
            raise IntegrityError("a passkey is a customer's, or of somebody of the bank", passkey=self.id)
        self.facts.check_vouch(self.registered, registrar.public_key)
        if self.customer_id:
            if registrar.role not in AT_THE_COUNTER:
                raise IntegrityError("a customer's passkey was not registered at the counter", passkey=self.id)
            return
        supervisor = None if second is None else known(second.by, second.at_s)
        if second is None or supervisor is None or supervisor.role is not Role.SUPERVISOR:
            raise IntegrityError("a passkey was not confirmed by a supervisor", passkey=self.id)
        if self.registered.by != self.operator_id or second.by == self.operator_id:
            raise IntegrityError("a passkey is registered by its owner and confirmed by another", passkey=self.id)
        self.facts.check_vouch(second, supervisor.public_key)
