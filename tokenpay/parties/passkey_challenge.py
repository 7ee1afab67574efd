"""What somebody is asked to do with an authenticator, and their answer."""

from dataclasses import dataclass

from tokenpay.parties.assertion import Assertion, PaymentShown
from tokenpay.parties.attestation import Attestation
from tokenpay.parties.relying_party import RelyingParty

LIFETIME_S = 180
"""How long a challenge can be answered: to find the key, to touch it, to try the finger again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyChallenge:
    """`challenge` is what is to be signed, once, before `expires_at_s`; `id` is the bank's own name of it.

    For a new key, `operator_id` is whose it will be and `credentials` are those that a device may not hold yet. To sign
    a payment, `credentials` are the person's own keys, each an id and how its device is reached, and `shown` is what
    they are to be shown.
    """

    id: str
    challenge: bytes
    party: RelyingParty
    operator_id: str
    expires_at_s: int
    credentials: tuple[tuple[bytes, tuple[str, ...]], ...]
    shown: PaymentShown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAnswer:
    """What an authenticator gave to the challenge of this id: a new key, or a signature."""

    challenge_id: str
    given: Assertion | Attestation
