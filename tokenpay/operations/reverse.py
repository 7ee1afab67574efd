"""Undo a final book payment: the opposite transfer, once, with a second person."""

from tokenpay.bank import Bank
from tokenpay.errors import WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import CASH, Purpose, Rail
from tokenpay.payments.payment import Payment, PaymentState, Reason, Refusal
from tokenpay.steps.authorize import authorize
from tokenpay.steps.paid_back import paid_back
from tokenpay.steps.propose import Draft, propose
from tokenpay.store.unit_of_work import UnitOfWork


def reverse(bank: Bank, payment_id: str, *, by: Session, key: str) -> Payment | Refusal:
    """Propose the reversal of a whole final book payment; policy holds it for a second person.

    Returns as `pay` does. Raises WrongState for a payment that is not a final book payment.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.REVERSE)
        original = uow.payments.get(payment_id)
    intent = original.intent
    if intent.rail is not Rail.BOOK or original.state is not PaymentState.FINAL or intent.purpose is Purpose.REVERSAL:
        raise WrongState("a final book payment can be reversed, once", payment=payment_id)
    if intent.purpose in CASH:
        raise WrongState("cash goes back by another allocation or count, not by a reversal", payment=payment_id)
    if intent.purpose is Purpose.EXCHANGE:
        raise WrongState("an exchange is undone by the opposite exchange, at a quote of its own", payment=payment_id)
    draft = Draft(
        purpose=Purpose.REVERSAL,
        debtor=intent.creditor,
        creditor=intent.debtor,
        amount=intent.amount,
        related=payment_id,
    )

    def check(uow: UnitOfWork) -> tuple[Reason, ...]:
        uow.payments.lock(payment_id)
        if paid_back(uow, payment_id):
            return (Reason(code="reversal.exists", message="the payment was reversed or refunded already"),)
        return ()

    return propose(bank, draft, by=by, key=key, permission=Permission.REVERSE, check=check)
