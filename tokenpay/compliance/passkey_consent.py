"""A consent that its person gave with a passkey: an assertion over this intent, this person and part, and no other."""

from dataclasses import dataclass, replace
from hashlib import sha256

from tokenpay.errors import IntegrityError
from tokenpay.parties.assertion import Assertion, PaymentShown, VerifiedAssertion, verify_assertion
from tokenpay.parties.passkey import Passkey, PasskeyFacts, Vouch
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.payments.intent import Intent
from tokenpay.primitives.canonical import canonical_bytes

NONCE_BYTES = 32
_DOMAIN = "tokenpay/passkey-consent/1"


def consent_challenge(intent_hash: bytes, operator_id: str, part: str, *, nonce: bytes, asked_at_s: int) -> bytes:
    """Return the 32 bytes that a passkey signs: they name the intent, who consents, as what, and when it was asked."""
    return sha256(canonical_bytes([_DOMAIN, intent_hash.hex(), operator_id, part, nonce.hex(), asked_at_s])).digest()


def payment_shown(intent: Intent) -> PaymentShown:
    """Return what a person is shown of an intent before they confirm it: payee, amount and payer (PSD2 RTS article 5).

    Of an exchange that is its tokens; the price stands in the intent, whose hash is signed whole.
    """
    return PaymentShown(
        payee=str(intent.creditor),
        currency=intent.amount.asset.symbol,
        value=intent.amount.number(),
        instrument=str(intent.debtor),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyConsent:
    """`nonce` and `asked_at_s` are the bank's own half of the challenge, which was asked once and answered once.

    `owner` and `vouch` are there where the person is a customer: they say who of the bank knows their key.
    """

    nonce: bytes
    asked_at_s: int
    assertion: Assertion
    owner: PasskeyFacts | None = None
    vouch: Vouch | None = None

    def of(self, passkey: Passkey) -> "PasskeyConsent":
        """Return it with who vouched for the key, where it is a customer's: a signer that has no rows is told so."""
        return replace(self, owner=passkey.facts, vouch=passkey.registered) if passkey.customer_id else self

    def verify(
        self, intent: Intent, *, operator_id: str, part: str, public_key: bytes, party: RelyingParty
    ) -> VerifiedAssertion:
        """Return what the assertion proves of this intent, person and part; asks no clock and no counter.

        Raises IntegrityError where it is about anything else, InvalidInput for unreadable bytes.
        """
        if len(self.nonce) != NONCE_BYTES or not intent.created_at_s <= self.asked_at_s < intent.expires_at_s:
            raise IntegrityError("a passkey was asked at another time than the payment's own")
        challenge = consent_challenge(intent.hash(), operator_id, part, nonce=self.nonce, asked_at_s=self.asked_at_s)
        return verify_assertion(
            self.assertion, public_key=public_key, party=party, challenge=challenge, shown=payment_shown(intent)
        )
