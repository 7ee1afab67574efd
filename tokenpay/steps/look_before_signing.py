"""The gate's look before a signature that is made later than the nonce was taken: the first one, or a higher fee."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import TokenpayError
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import IN_NO_BLOCK, LEAVING, Payment, Reason
from tokenpay.steps.asked_back import ask_back
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_match_case
from tokenpay.steps.foresee import ask_of_parties
from tokenpay.steps.groups import STAYS
from tokenpay.steps.never_signed import is_given_up
from tokenpay.steps.recheck import Look, codes_of, look_again, say_it_waits
from tokenpay.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the look came to for one payment, as it stands; `error` where its books could not be judged."""

    payment: Payment
    look: Look
    reasons: tuple[Reason, ...] = ()
    error: TokenpayError | None = None


def look_before_signing(bank: Bank, payments: Sequence[Payment], *, by: Session) -> dict[str, Looked]:
    """Ask the gate about payments that have their nonces, in one unit of work, and return the answers by payment.

    What waits says for what; an address on a list is a case. What was signed before and ends is asked back: it may be
    included all the same. So is what somebody has asked back, whatever the gate would say.
    """
    if not payments:
        return {}
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock_all(payment.id for payment in payments)
        uow.clearances.keep(standing)
        asked = [payment.intent for payment in standing.values() if payment.recalled_by is None]
        if asked:
            ask_of_parties(uow, asked)
        return {id: _look(uow, bank, operator, payment) for id, payment in standing.items()}


def _look(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment) -> Looked:
    if payment.state not in IN_NO_BLOCK:  # another engine was quicker
        return Looked(payment=payment, look=Look.WAITS)
    if is_given_up(payment) or payment.recalled_by is not None:
        return Looked(payment=payment, look=Look.ENDS, reasons=payment.reasons)
    try:
        look, reasons = look_again(uow, bank, payment)
    except STAYS as error:
        return Looked(payment=payment, look=Look.WAITS, error=error)
    if look is Look.GOES:
        return Looked(payment=payment, look=look)
    enter_match_case(uow, bank, operator, payment.intent, reasons)
    payment = say_it_waits(uow, bank, operator, payment, reasons)
    if look is Look.ENDS and payment.state in LEAVING:
        payment = ask_back(uow, bank, operator, payment, {"reasons": codes_of(reasons)})
    return Looked(payment=payment, look=look, reasons=reasons)
