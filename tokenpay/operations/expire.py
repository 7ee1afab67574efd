"""End what waited too long: requests, and payments that were never let go."""

from collections.abc import Collection
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import UNSENT, PaymentState
from tokenpay.requests.request_state import after_time
from tokenpay.steps.authorization_use import may_be_used
from tokenpay.steps.authorize import authorize
from tokenpay.steps.end_unpaid import end_unpaid
from tokenpay.steps.record import record
from tokenpay.steps.tell_stuck import told_where_stuck

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """How many requests and payments one call ended."""

    requests: int = 0
    payments: int = 0


def expire(bank: Bank, *, by: Session, except_chains: Collection[int] = ()) -> Expired:
    """Expire requests past their time, and held or cleared payments past theirs, giving the funds back.

    What is of `except_chains` stays: it may have been paid in time, in a block that was not read yet. So does a
    collection that somebody may have carried in time. A payment whose books cannot be read stays, with a case, and
    keeps nobody from expiring.
    """
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        requests = uow.requests.expired(now_s=now_s, except_chains=except_chains, limit=_AT_ONCE)
        payments = uow.payments.outdated(now_s=now_s, except_chains=except_chains)
    ended = _end_requests(bank, [issued.request.id for issued in requests], now_s=now_s, by=by) if requests else 0
    return Expired(requests=ended, payments=sum(_end(bank, payment_id, by=by) for payment_id in payments))


def _end_requests(bank: Bank, request_ids: Collection[str], *, now_s: int, by: Session) -> int:
    ended = 0
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        uow.requests.lock(request_ids)
        for issued in map(uow.requests.get, request_ids):
            state = after_time(issued.request, issued.state, now_s=now_s)
            if state is not issued.state:  # nobody was quicker
                uow.requests.update(issued.request.id, state=state, credited_units=issued.credited_units)
                record(uow, bank, operator, f"request.{state}", issued.request.id)
                ended += 1
    return ended


def _end(bank: Bank, payment_id: str, *, by: Session) -> bool:
    ended = False
    with told_where_stuck(bank, payment_id, "it is past its time and cannot be ended", by=by):
        with bank.store.read() as uow:
            stays = may_be_used(uow, uow.payments.get(payment_id))
        ended = not stays and _expire(bank, payment_id, by=by)
    return ended


def _expire(bank: Bank, payment_id: str, *, by: Session) -> bool:
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        if payment.state not in UNSENT:
            return False
        end_unpaid(uow, bank, operator, payment, payment.to(PaymentState.EXPIRED, at_s=now_s))
    return True
