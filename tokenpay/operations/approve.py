"""A second person's consent to a held payment."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Part, give
from tokenpay.compliance.rekeyed import Rekeyed
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.passkey_challenge import PasskeyAnswer
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.check_rekeyed import check_rekeyed
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.record import record
from tokenpay.steps.shift_payment import end_count
from tokenpay.steps.take_answer import refusals_recorded, take_consent


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
    with refusals_recorded(bank, passkey, payment_id, by=by) as answering, bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.APPROVE)
        payment = uow.payments.lock(payment_id)
        intent = payment.intent
        if intent.maker == operator.id:
            raise NotPermitted("nobody approves a payment that they made")
        given = uow.approvals.of(payment_id)
        if any(operator.id in approval.known_through for approval in given):
            raise NotPermitted("who gave a customer the key they pay with approves no payment of theirs")
        checked = any(approval.part is Part.CHECKER for approval in given)
        if payment.state is not PaymentState.HELD:
            if checked and payment.state not in (PaymentState.REFUSED, PaymentState.CANCELLED, PaymentState.EXPIRED):
                return payment
            raise WrongState(f"the payment is {payment.state}", payment=payment_id)
        if not checked:  # one consent is enough: who comes second takes the payment through the gate with it
            approval = give(by, intent.hash(), part=Part.CHECKER, at_s=max(bank.clock.now_s(), intent.created_at_s))
            uow.approvals.add(payment_id, approval)
            given = (*given, approval)
        mine = next((approval for approval in given if approval.operator_id == operator.id), None)
        if passkey is not None and mine is None:
            raise WrongState("somebody else approved this payment: it waits for their passkey", payment=payment_id)
        if passkey is not None and mine is not None and mine.passkey is None:
            signed = replace(mine, passkey=take_consent(uow, bank, operator, payment, mine, answering))
            given = tuple(signed if approval is mine else approval for approval in given)
        changed = decide_again(uow, bank, operator, payment, approvals=given)
        details = {"intent": intent.hash().hex(), "state": changed.state.value}
        record(uow, bank, operator, "payment.approved", payment_id, details)
        end_count(uow, bank, operator, intent)
        return changed
