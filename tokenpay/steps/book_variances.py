"""What a count differs by from the books becomes payments of its own, decided at the gate like any other."""

from collections.abc import Sequence

from tokenpay.bank import Bank
from tokenpay.counter.shift import Shift, Variance
from tokenpay.ledger.chart import BANK, AccountKind
from tokenpay.parties.operator import Operator
from tokenpay.parties.session import Session
from tokenpay.payments.intent import BookParty, Purpose
from tokenpay.payments.payment import Refusal
from tokenpay.steps import movements
from tokenpay.steps.propose import Draft, Weighed, freeze, weigh
from tokenpay.store.unit_of_work import UnitOfWork

_FOUND = BookParty(AccountKind.VARIANCE, BANK)


def weigh_variances(
    uow: UnitOfWork, bank: Bank, operator: Operator, shift: Shift, found: Sequence[Variance], *, by: Session
) -> list[Weighed] | Refusal:
    """Return a payment for each currency that the count of a shift found more or less of, or the first refusal.

    The shift is locked. Nothing is entered yet: all of a count is booked, or none.
    """
    drawer = BookParty(AccountKind.DRAWER, shift.drawer)
    drafts = [
        Draft(
            purpose=Purpose.VARIANCE,
            debtor=_FOUND if variance.over else drawer,
            creditor=drawer if variance.over else _FOUND,
            amount=variance.amount,
            related=shift.id,
        )
        for variance in found
    ]
    intents = [freeze(uow, bank, operator, draft) for draft in drafts]
    uow.ledger.lock(account for intent in intents for account in movements.accounts_of(uow, intent))
    weighed = []
    for draft, intent in zip(drafts, intents, strict=True):
        answer = weigh(uow, bank, draft, intent, by=by)
        if isinstance(answer, Refusal):
            return answer
        weighed.append(answer)
    return weighed
