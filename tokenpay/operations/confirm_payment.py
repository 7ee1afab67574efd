"""The maker's own passkey under a payment that waits for it."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Part
from tokenpay.errors import IntegrityError, NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.passkey_challenge import PasskeyAnswer
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize, customers_of
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.record import record
from tokenpay.steps.shift_payment import end_count
from tokenpay.steps.shown import shown
from tokenpay.steps.take_answer import refusals_recorded, take_consent


def confirm_payment(bank: Bank, payment_id: str, *, passkey: PasskeyAnswer, by: Session) -> Payment:
    """Put the maker's passkey under a held payment and take it through the gate again.

    `passkey` answers `ask_passkey`. Returns the payment as the gate leaves it: final, cleared, refused, or still held.
    One that its maker's passkey is under already is returned as it is. Raises NotFound, NotPermitted for anybody but
    its maker, or a passkey that is not theirs or not in force, WrongState where it does not wait, or the passkey was
    asked before or too long ago, IntegrityError where what the passkey signed is anything else.
    """
    with refusals_recorded(bank, passkey, payment_id, by=by) as answering, bank.store.unit_of_work() as uow:
        operator = authorize(
            uow, bank, by, Permission.PAY, of=lambda: customers_of(uow.payments.get(payment_id).intent.debtor)
        )
        payment = uow.payments.lock(payment_id)
        if payment.intent.maker != operator.id:
            raise NotPermitted("a payment is confirmed by who made it")
        given = uow.approvals.of(payment_id)
        maker = next((approval for approval in given if approval.part is Part.MAKER), None)
        if maker is None:
            raise IntegrityError("the payment is not signed by its maker", payment=payment_id)
        if maker.passkey is not None:
            return shown(operator, payment)
        if payment.state is not PaymentState.HELD:
            raise WrongState(f"the payment is {payment.state}", payment=payment_id)
        signed = replace(maker, passkey=take_consent(uow, bank, operator, payment, maker, answering))
        approvals = tuple(signed if approval is maker else approval for approval in given)
        changed = decide_again(uow, bank, operator, payment, approvals=approvals)
        details = {"intent": payment.intent.hash().hex(), "state": changed.state.value}
        record(uow, bank, operator, "payment.confirmed", payment_id, details)
        end_count(uow, bank, operator, payment.intent)
        return shown(operator, changed)
