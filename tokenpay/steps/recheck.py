"""The gate's second look, just before a cleared payment takes its nonce: much may have changed since."""

from tokenpay.bank import Bank
from tokenpay.compliance.clearance import Clearance
from tokenpay.errors import IntegrityError
from tokenpay.parties.operator import Operator
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps import movements
from tokenpay.steps.clear import clear
from tokenpay.steps.enter_case import enter_match_case
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

_ENDS = frozenset({"asset.frozen", "customer.closed", "customer.frozen", "screening.match"})
"""Reasons that end a cleared payment: its asset, its parties or the lists are no longer what was cleared."""
_WAITS = frozenset({"emergency.stop", "intent.expired", "screening.unavailable"})
"""Reasons that keep it cleared: until payments run again, until `expire` ends it, until a list can answer."""
_PASSED = frozenset({"hours.closed", "limit.payment", "limit.customer_day", "limit.operator_day"})
"""Reasons that were for the moment it was cleared."""


def recheck(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment) -> bool:
    """Tell whether a locked, cleared payment may go on; one that may not ever is refused, its funds given back.

    Raises IntegrityError for any other reason: what cleared it, such as an approval, is no longer in the books.
    """
    gate = clear(uow, bank, payment.intent, approvals=uow.approvals.of(payment.id), counted=True)
    reasons = () if isinstance(gate, Clearance) else gate.reasons
    codes = {reason.code for reason in reasons}
    if codes - _ENDS - _WAITS - _PASSED:
        raise IntegrityError("the books no longer hold what cleared this payment", payment=payment.id)
    if codes & _ENDS:
        now_s = bank.clock.now_s()
        movements.give_back(uow, payment)
        enter_match_case(uow, bank, operator, payment.intent, reasons)
        uow.payments.update(payment.to(PaymentState.REFUSED, at_s=now_s, reasons=reasons), was=PaymentState.CLEARED)
        record(uow, bank, operator, "payment.refused", payment.id, {"reasons": sorted(codes)})
    return codes <= _PASSED  # nothing, or nothing that is asked again
