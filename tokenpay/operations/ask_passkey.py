"""What somebody is asked to sign with their passkey, before they touch it."""

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Part
from tokenpay.compliance.passkey_consent import NONCE_BYTES, consent_challenge, payment_shown
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.passkey import PasskeyState
from tokenpay.parties.passkey_challenge import LIFETIME_S, PasskeyChallenge
from tokenpay.parties.session import Session
from tokenpay.payments.payment import PaymentState
from tokenpay.steps.authorize import authorize, customers_of
from tokenpay.store.passkey_store import AskedChallenge


def ask_passkey(bank: Bank, payment_id: str, *, by: Session) -> PasskeyChallenge:
    """Return a challenge over a held payment's intent for one of the asker's own passkeys: its maker's, or a checker's.

    It is answered once, within three minutes and while the payment waits, to `confirm_payment` or `approve`. Raises
    NotFound, WrongState where the payment does not wait, NotPermitted for somebody without a passkey in force, or who
    neither made the payment nor may approve it, AuthenticatorUnavailable where the bank has no domain for passkeys.
    """
    party, now_s = bank.required_relying_party(), bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(
            uow, bank, by, Permission.PAY, of=lambda: customers_of(uow.payments.get(payment_id).intent.debtor)
        )
        payment = uow.payments.get(payment_id)
        intent = payment.intent
        if payment.state is not PaymentState.HELD or now_s >= intent.expires_at_s:
            raise WrongState(f"the payment is {payment.state}: nobody is asked for it", payment=payment_id)
        part = Part.MAKER if intent.maker == operator.id else Part.CHECKER
        if part is Part.CHECKER and not operator.may(Permission.APPROVE):
            raise NotPermitted("a payment is confirmed by who made it, or approved by a second person who may")
        keys = [key for key in uow.passkeys.of(operator.id) if key.state is PasskeyState.ACTIVE]
        if not keys:
            raise NotPermitted("you have no passkey in force: register one first")
        nonce, asked_at_s = bank.entropy.random(NONCE_BYTES), max(now_s, intent.created_at_s)
        asked = AskedChallenge(
            id=nonce.hex(),
            operator_id=operator.id,
            asked_by=operator.id,
            payment_id=payment_id,
            asked_at_s=asked_at_s,
            expires_at_s=min(asked_at_s + LIFETIME_S, intent.expires_at_s),
        )
        uow.passkeys.ask(asked)
    return PasskeyChallenge(
        id=asked.id,
        challenge=consent_challenge(intent.hash(), operator.id, part, nonce=nonce, asked_at_s=asked_at_s),
        party=party,
        operator_id=operator.id,
        expires_at_s=asked.expires_at_s,
        credentials=tuple((key.facts.credential_id, key.transports) for key in keys),
        shown=payment_shown(intent),
    )
