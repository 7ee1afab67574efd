"""What an authenticator answered, taken once: a challenge, a key that is in force, a signature that holds."""

from collections.abc import Iterator
from contextlib import contextmanager

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Approval
from tokenpay.compliance.passkey_consent import PasskeyConsent
from tokenpay.errors import IntegrityError, InvalidInput, NotFound, NotPermitted, WrongState
from tokenpay.parties.assertion import Assertion, check_counter
from tokenpay.parties.operator import Operator
from tokenpay.parties.passkey import PasskeyState
from tokenpay.parties.passkey_challenge import PasskeyAnswer
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment
from tokenpay.steps.record import record
from tokenpay.store.passkey_store import AskedChallenge
from tokenpay.store.unit_of_work import UnitOfWork

_PROVES_NOTHING = (IntegrityError, InvalidInput, NotPermitted, NotFound)


class Answering:
    """An answer while it is looked at. Once its challenge is `taken`, whatever is wrong with it uses it up."""

    def __init__(self, answer: PasskeyAnswer | None) -> None:
        self._answer = answer
        self.taken = False

    @property
    def answer(self) -> PasskeyAnswer:
        """What was given; raises InvalidInput where nothing was."""
        if self._answer is None:
            raise InvalidInput("no passkey was given")
        return self._answer


def take_challenge(uow: UnitOfWork, bank: Bank, operator: Operator, answering: Answering) -> AskedChallenge:
    """Return what this operator was asked, and let nobody answer it again.

    Raises NotFound, WrongState where it was answered before or is too old, NotPermitted where somebody else was asked.
    """
    challenge_id = answering.answer.challenge_id
    asked, now_s = uow.passkeys.asked(challenge_id), bank.clock.now_s()
    if asked.asked_by != operator.id:
        raise NotPermitted("somebody else was asked for this passkey")
    if asked.answered_at_s is not None:
        raise WrongState("this was answered before: a passkey is asked anew each time")
    if not asked.asked_at_s <= now_s < asked.expires_at_s:
        raise WrongState("the passkey was asked too long ago: ask again")
    uow.passkeys.answer(challenge_id, at_s=now_s)
    answering.taken = True
    return asked


def take_consent(
    uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, approval: Approval, answering: Answering
) -> PasskeyConsent:
    """Enter what an operator's passkey signed beside their approval of a locked payment, and return it.

    Raises NotFound, WrongState, NotPermitted for a challenge or a key that is not theirs or not in force, InvalidInput,
    and IntegrityError where the signature is for anything else or its counter did not go up.
    """
    answer = answering.answer
    asked = take_challenge(uow, bank, operator, answering)
    if not isinstance(answer.given, Assertion):
        raise InvalidInput("a new key is no consent")
    if asked.payment_id != payment.id or asked.operator_id != operator.id:
        raise IntegrityError("the passkey was asked for something else", payment=payment.id)
    passkey = uow.passkeys.get(answer.given.credential_id.hex(), lock=True)
    if passkey.operator_id != operator.id:
        raise NotPermitted("this passkey belongs to somebody else")
    if passkey.state is not PasskeyState.ACTIVE:
        raise NotPermitted(f"this passkey is {passkey.state}: it signs nothing", passkey=passkey.id)
    if passkey.customer_id and passkey.registered.by in {it.operator_id for it in uow.approvals.of(payment.id)}:
        raise NotPermitted("the second person registered this passkey: use one that somebody else did")
    consent = PasskeyConsent(nonce=bytes.fromhex(asked.id), asked_at_s=asked.asked_at_s, assertion=answer.given)
    verified = consent.verify(
        payment.intent,
        operator_id=operator.id,
        part=approval.part,
        public_key=passkey.facts.public_key,
        party=bank.required_relying_party(),
    )
    check_counter(passkey.counter, verified.counter)
    passkey.check_eligible(verified.backup_eligible)
    if verified.counter != passkey.counter:
        uow.passkeys.count_on(passkey.id, verified.counter)
    uow.approvals.add_passkey(payment.id, approval, consent)
    return consent.of(passkey)


@contextmanager
def refusals_recorded(bank: Bank, answer: PasskeyAnswer | None, subject: str, *, by: Session) -> Iterator[Answering]:
    """Let an answer that proves nothing leave an audit record, and its challenge be over, before it is raised.

    What was wrong before the challenge was taken says nothing of the answer, which may be given again.
    """
    answering = Answering(answer)
    try:
        yield answering
    except _PROVES_NOTHING as error:
        if answering.taken:
            with bank.store.unit_of_work() as uow:
                operator = uow.operators.get(by.operator.id)
                challenge = uow.passkeys.asked(answering.answer.challenge_id)
                if challenge.answered_at_s is None:
                    uow.passkeys.answer(challenge.id, at_s=bank.clock.now_s())
                details = {"why": error.message, "passkey": _id_of(answering.answer)}
                record(uow, bank, operator, "passkey.refused", subject, details, whatever_the_clock=True)
        raise


def _id_of(answer: PasskeyAnswer) -> str:
    return answer.given.credential_id.hex() if isinstance(answer.given, Assertion) else ""
