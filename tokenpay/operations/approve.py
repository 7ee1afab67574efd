"""A second person's consent to a held payment."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Approval, Part, give
from tokenpay.compliance.rekeyed import Rekeyed
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.passkey_challenge import PasskeyAnswer
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.check_rekeyed import check_rekeyed
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.record import record
from tokenpay.steps.shift_payment import end_count
from tokenpay.steps.take_answer import Answering, refusals_recorded, take_consent
from tokenpay.store.unit_of_work import UnitOfWork


def approve(
    bank: Bank,
    payment_id: str,
    *,
    by: Session,
    passkey: PasskeyAnswer | None = None,
    rekeyed: Rekeyed | None = None,
) -> Payment:
    """Sign a held payment's hash as its checker and take it through the gate again.

    `passkey` answers `ask_passkey`, and `rekeyed` is what the checker typed from the order, where the policy wants
    them. Returns the payment final (book) or cleared; still held where something other than a person is missing;
    refused where the gate now says no. What a second person let go before is returned as it is, also when it failed
    on the chain since. Raises NotFound, NotPermitted when its maker asks, or who gave a customer the key that made it,
    or the passkey is not theirs or not in force, NotRekeyed where it was to be typed again and was not, or otherwise,
    WrongState when it was never held, or ended before anything left (refused, cancelled or expired), or the passkey
    was asked before or too long ago, IntegrityError where what the passkey signed is anything else.
    """
    check_rekeyed(bank, payment_id, rekeyed, by=by)
    with refusals_recorded(bank, passkey, payment_id, by=by) as answering:
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.APPROVE)
            payment = uow.payments.lock(payment_id)
            given = uow.approvals.of(payment_id)
            why_not = _why_not(operator, payment, given)
            if not why_not:
                taken = answering if passkey is not None else None
                return _approve(uow, bank, operator, payment, given, taken, by=by)
            record(uow, bank, operator, "payment.approval_refused", payment_id, {"why": why_not})
        raise NotPermitted(why_not)


def _why_not(operator: Operator, payment: Payment, given: tuple[Approval, ...]) -> str:
    """Return why somebody is no second person for a payment, or an empty text."""
    if payment.intent.maker == operator.id:
        return "nobody approves a payment that they made"
    if any(operator.id in approval.known_through for approval in given):
        return "who gave a customer the key they pay with approves no payment of theirs"
    return ""


def _approve(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    payment: Payment,
    given: tuple[Approval, ...],
    answering: Answering | None,
    *,
    by: Session,
) -> Payment:
    intent = payment.intent
    checked = any(approval.part is Part.CHECKER for approval in given)
    if payment.state is not PaymentState.HELD:
        if checked and payment.state not in (PaymentState.REFUSED, PaymentState.CANCELLED, PaymentState.EXPIRED):
            return payment
        raise WrongState(f"the payment is {payment.state}", payment=payment.id)
    if not checked:  # one consent is enough: who comes second takes the payment through the gate with it
        approval = give(by, intent.hash(), part=Part.CHECKER, at_s=max(bank.clock.now_s(), intent.created_at_s))
        uow.approvals.add(payment.id, approval)
        given = (*given, approval)
    mine = next((approval for approval in given if approval.operator_id == operator.id), None)
    if answering is not None and mine is None:
        raise WrongState("somebody else approved this payment: it waits for their passkey", payment=payment.id)
    if answering is not None and mine is not None and mine.passkey is None:
        signed = replace(mine, passkey=take_consent(uow, bank, operator, payment, mine, answering))
        given = tuple(signed if approval is mine else approval for approval in given)
    changed = decide_again(uow, bank, operator, payment, approvals=given)
    details = {"intent": intent.hash().hex(), "state": changed.state.value}
    record(uow, bank, operator, "payment.approved", payment.id, details)
    end_count(uow, bank, operator, intent)
    return changed
