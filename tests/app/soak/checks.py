"""What must hold after every key, and how many flows of money came to their end."""

from collections import Counter

from sqlalchemy import select

import tokenpay as tp
from terminal_app.memory import Memory
from tests.app.soak.bank import ELSEWHERE, SoakBank
from tests.app.soak.stage import Broken, Stage
from tokenpay.ledger.transfer import TransferState
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import Rail
from tokenpay.payments.payment import ENDED
from tokenpay.store.tables import approvals, deposits, keys, payments, shifts, transfers

TERMINAL = "terminal/%"
"""What the keys of every act of the terminal look like."""

REFUSED_BY_A_PERSON = "approval.refused"


def check(home: SoakBank, stage: Stage, memory: Memory) -> None:
    """Raise Broken where the books do not hold, money is reserved for nothing, or an order is nowhere."""
    home.chain.unreachable = False
    proof = tp.reconcile(home.bank, by=home.otto)
    if not proof.holds:
        raise Broken(f"the books do not hold: {proof}")
    check_reservations(home)
    check_orders(home, stage, memory)


def check_reservations(home: SoakBank) -> None:
    """Every pending transfer belongs to a payment that is not over, or to a deposit that is seen and not final."""
    with home.bank.store.read() as uow:
        pending = select(transfers.c.id, payments.c.state, deposits.c.state).select_from(
            transfers.outerjoin(payments, payments.c.id == transfers.c.payment_id).outerjoin(
                deposits, deposits.c.id == transfers.c.deposit_id
            )
        )
        for id, payment, deposit in uow.connection.execute(pending.where(transfers.c.state == TransferState.PENDING)):
            under_way = payment is not None and tp.PaymentState(payment) not in ENDED
            if not under_way and deposit != DepositState.SEEN:
                raise Broken(f"transfer {id} reserves money for a payment {payment} or a deposit {deposit}")


def check_orders(home: SoakBank, stage: Stage, memory: Memory) -> None:
    """Every order that was confirmed is written down still, or the terminal was told what became of it."""
    written = {order.key for order in memory.unanswered()}
    for key in stage.kept - written - stage.answered:
        there = tp.payment_of_key(home.bank, key, by=home.otto)
        raise Broken(f"an order was forgotten without an answer; the bank has {there}")


def flows(home: SoakBank) -> Counter[str]:
    """Count what this terminal began or decided and what came to its end, by kind.

    Not what was only made, and not what the gate refused at once: a payment counts when it is final or when it was
    held and a person decided, a request when it is paid, a shift when it was opened and closed again.
    """
    found: Counter[str] = Counter()
    with home.bank.store.read() as uow:
        rows = uow.connection.execute(select(keys.c.result_id).where(keys.c.key.like(TERMINAL)))
        made = set(rows.scalars())
        decided = select(approvals.c.payment_id).where(
            approvals.c.operator_id != ELSEWHERE, approvals.c.part != "maker"
        )
        checked = set(uow.connection.execute(decided).scalars())
        for payment in uow.payments.find(limit=10**6):
            if payment.id in made | checked:
                where = "on the chain" if payment.intent.rail is Rail.CHAIN else "in the books"
                kind = f"{payment.intent.purpose} {where}"
                if payment.state is tp.PaymentState.FINAL:
                    found[f"{kind}, final"] += 1
                elif any(reason.code == REFUSED_BY_A_PERSON for reason in payment.reasons):
                    found[f"{kind}, held and refused by a person"] += 1
        for issued in uow.requests.find(limit=10**6):
            if issued.request.id in made and issued.state in (tp.RequestState.PAID, tp.RequestState.OVERPAID):
                found[f"request, {issued.state}"] += 1
        closed = select(shifts.c.id).where(shifts.c.id.in_(made), shifts.c.state == tp.ShiftState.CLOSED)
        found["shift, closed"] += len(set(uow.connection.execute(closed)))
    return +found
