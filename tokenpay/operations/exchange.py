"""Take a quote: tokens and cash change hands in one payment, or neither does."""

from tokenpay.bank import Bank
from tokenpay.counter.quote import Direction
from tokenpay.ledger.chart import BANK, AccountKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.cash_leg import CashLeg
from tokenpay.payments.intent import BookParty, Purpose
from tokenpay.payments.payment import Payment, Reason, Refusal
from tokenpay.steps.authorize import authorize
from tokenpay.steps.propose import Draft, propose
from tokenpay.store.unit_of_work import UnitOfWork

_POSITION = BookParty(AccountKind.CONVERSION, BANK)


def exchange(bank: Bank, *, quote_id: str, by: Session, key: str) -> Payment | Refusal:
    """Exchange cash against tokens as a quote says, in the drawer of the shift that it was made in.

    One intent holds both halves, and limits count both. Held for a second person, both are reserved and the price
    stands until the quote expires, or sooner where the policy lets nothing wait so long. Returns and raises as `pay`
    does; NotFound for an unknown quote. A quote that is expired, taken already, another operator's or another
    branch's is a reason to refuse; so is a bank that has too few tokens of its own.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.PAY)
        quote = uow.quotes.get(quote_id)
        drawer = uow.shifts.get(quote.shift_id).drawer
    customer = BookParty(AccountKind.CUSTOMER, quote.customer_id)
    cash_in = quote.direction is Direction.CASH_IN
    draft = Draft(
        purpose=Purpose.EXCHANGE,
        debtor=_POSITION if cash_in else customer,
        creditor=customer if cash_in else _POSITION,
        amount=quote.legs.tokens,
        related=quote.shift_id,
        cash=CashLeg(drawer=drawer, amount=quote.legs.cash, fee=quote.legs.fee, quote_id=quote.id),
        good_until_s=quote.expires_at_s,
        noted={"quote": quote.id},
    )

    def check(uow: UnitOfWork) -> tuple[Reason, ...]:
        reasons = []
        if uow.quotes.lock_taken(quote_id):
            reasons.append(Reason(code="quote.taken", message="the quote was taken already"))
        if not quote.good_at(bank.clock.now_s()):
            reasons.append(Reason(code="quote.expired", message="the quote has expired: ask for a new one"))
        if (quote.operator_id, quote.branch) != (by.operator.id, by.operator.branch):
            reasons.append(Reason(code="quote.other", message="the quote is another operator's"))
        if uow.shifts.get(quote.shift_id).terminal != uow.sessions.terminal(by.id):
            reasons.append(Reason(code="shift.elsewhere", message="the drawer's shift is at another terminal"))
        return tuple(reasons)

    return propose(bank, draft, by=by, key=key, permission=Permission.PAY, check=check)
