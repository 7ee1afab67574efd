"""Give cleared payments their gas and their nonces, last of all and in order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.errors import InsufficientFunds
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.foresee import ask_of_parties
from tokenpay.steps.groups import STAYS
from tokenpay.steps.price_payments import Priced
from tokenpay.steps.recheck import Look, look_again, recheck
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def assign_together(
    bank: Bank, chain_id: int, priced: Sequence[Priced], *, by: Session
) -> tuple[list[Payment], list[Priced]]:
    """Assign what the gate lets go, in one unit of work. Return it, and what has to be looked at alone, untouched.

    What only waits, or is cleared no longer, is neither. Raises one of STAYS for any of them: then none was assigned.
    """
    if not priced:
        return [], []
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = uow.chains.get(chain_id, lock=True)
        if followed.halted:
            return [], []
        standing = uow.payments.lock_all(each.payment.id for each in priced)
        _lock_requests(uow, standing.values())
        found = [replace(each, payment=standing[each.payment.id]) for each in priced]
        goes, alone = _look(uow, bank, [each for each in found if each.payment.state is PaymentState.CLEARED])
        uow.ledger.lock(movements.gas_pair(uow, chain_id))
        uow.writes.gather()  # from here on nothing is read: what is written is written at the end, whole
        assigned: list[Payment] = []
        for each in goes:
            try:
                nonce = followed.next_nonce + len(assigned)
                assigned.append(_assign(uow, bank, operator, each, nonce=nonce))
            except InsufficientFunds:
                alone.append(each)
        if assigned:
            uow.chains.set_next_nonce(chain_id, followed.next_nonce + len(assigned))
        return assigned, alone


def _look(uow: UnitOfWork, bank: Bank, priced: Sequence[Priced]) -> tuple[list[Priced], list[Priced]]:
    """Return which of these locked payments may go, and which end or wait for another reason; nothing is written."""
    uow.clearances.keep(each.payment.id for each in priced)
    ask_of_parties(uow, [each.payment.intent for each in priced])
    goes: list[Priced] = []
    alone: list[Priced] = []
    for each in priced:
        try:
            look, reasons = look_again(uow, bank, each.payment)
            uow.clearances.of(each.payment.id)
        except STAYS:
            alone.append(each)
            continue
        if look is Look.GOES:
            goes.append(each)
        elif look is Look.ENDS or reasons != each.payment.reasons:
            alone.append(each)
    return goes, alone


def assign_alone(bank: Bank, chain_id: int, priced: Priced, *, by: Session) -> Payment | None:
    """Assign one payment; None where it waits, is cleared no longer, or was refused. Raises one of STAYS."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = uow.chains.get(chain_id, lock=True)
        payment = uow.payments.lock(priced.payment.id)
        _lock_requests(uow, [payment])
        if followed.halted or payment.state is not PaymentState.CLEARED or not recheck(uow, bank, operator, payment):
            return None
        assigned = _assign(uow, bank, operator, replace(priced, payment=payment), nonce=followed.next_nonce)
        uow.chains.set_next_nonce(chain_id, followed.next_nonce + 1)
        return assigned


def _lock_requests(uow: UnitOfWork, payments: Iterable[Payment]) -> None:
    """Nobody pays in the books meanwhile what is collected for these requests."""
    uow.requests.lock(payment.intent.request_id for payment in payments if payment.intent.request_id)


def _assign(uow: UnitOfWork, bank: Bank, operator: Operator, priced: Priced, *, nonce: int) -> Payment:
    """Reserve the gas first: where it is lacking, nothing has been written of this payment."""
    assigned = replace(
        priced.payment.to(PaymentState.ASSIGNED, at_s=bank.clock.now_s()),
        gas_limit=priced.gas_limit,
        fee_cap_wei=priced.fee_cap_wei,
        nonce=nonce,
    )
    movements.reserve_gas(uow, bank, assigned, clearance_id=uow.clearances.of(assigned.id).id)
    uow.payments.update(assigned, was=PaymentState.CLEARED)
    record(uow, bank, operator, "payment.assigned", assigned.id, {"nonce": nonce})
    return assigned
