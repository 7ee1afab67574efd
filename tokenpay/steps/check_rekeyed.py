"""A large payment is typed again by its checker, who has not seen it: asked before they sign anything."""

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Part
from tokenpay.compliance.rekeyed import Rekeyed
from tokenpay.errors import NotRekeyed
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record


def check_rekeyed(bank: Bank, payment_id: str, rekeyed: Rekeyed | None, *, by: Session) -> None:
    """Raise NotRekeyed where the policy asks a held payment's checker to type it again, and this is not it.

    What was typed wrong is recorded, without what it was: somebody who guesses leaves a line for each guess.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.APPROVE)
        payment = uow.payments.get(payment_id)
        checked = any(approval.part is Part.CHECKER for approval in uow.approvals.of(payment_id))
        own = payment.intent.maker == operator.id  # who may not approve it at all is told that
        if payment.state is not PaymentState.HELD or checked or own:
            return
        if not uow.policies.newest().asks_rekeying(payment.intent):
            return
        if rekeyed is not None and rekeyed.agrees(payment.intent):
            return
        if rekeyed is not None:
            record(uow, bank, operator, "payment.rekey_failed", payment_id)
    if rekeyed is None:
        raise NotRekeyed("type amount and payee from the order before you sign", payment=payment_id)
    raise NotRekeyed("what was typed is not what was made: look at the order again", payment=payment_id)
