"""Give cleared payments their gas and their nonces, last of all and in order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError, InvalidInput, MoneyError, WrongState
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.foresee import ask_of_parties
from tokenpay.steps.recheck import Look, look_again, recheck
from tokenpay.steps.record import record
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.unit_of_work import UnitOfWork

STAYS = (IntegrityError, InvalidInput, MoneyError, WrongState)
"""What keeps one payment from its nonce, and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A cleared payment, the gas its transaction may use, and the most that this may cost in wei."""

    payment: Payment
    gas_limit: int
    fee_cap_wei: int


def assign_together(
    bank: Bank, chain_id: int, priced: Sequence[Priced], *, by: Session
) -> tuple[list[Payment], list[Priced]]:
    """Assign what the gate lets go, in one unit of work. Return it, and what has to be looked at alone, untouched.

    What only waits, or is cleared no longer, is neither.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = uow.chains.get(chain_id, lock=True)
        if followed.halted:
            return [], []
        standing = uow.payments.lock_all(each.payment.id for each in priced)
        _read(uow, list(standing.values()))
        assigned: list[Payment] = []
        alone: list[Priced] = []
        for each in priced:
            payment = standing[each.payment.id]
            if payment.state is not PaymentState.CLEARED:
                continue
            try:
                look, _ = look_again(uow, bank, payment)
                if look is Look.GOES:
                    nonce = followed.next_nonce + len(assigned)
                    assigned.append(_assign(uow, bank, operator, replace(each, payment=payment), nonce=nonce))
            except STAYS:
                look = Look.ENDS
            if look is Look.ENDS:
                alone.append(each)
        if assigned:
            uow.chains.set_next_nonce(chain_id, followed.next_nonce + len(assigned))
        return assigned, alone


def assign_alone(bank: Bank, chain_id: int, priced: Priced, *, by: Session) -> Payment | None:
    """Assign one payment; None where it waits, is cleared no longer, or was refused. Raises one of STAYS."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed: FollowedChain = uow.chains.get(chain_id, lock=True)
        payment = uow.payments.lock(priced.payment.id)
        if followed.halted or payment.state is not PaymentState.CLEARED or not recheck(uow, bank, operator, payment):
            return None
        assigned = _assign(uow, bank, operator, replace(priced, payment=payment), nonce=followed.next_nonce)
        uow.chains.set_next_nonce(chain_id, followed.next_nonce + 1)
        return assigned


def _read(uow: UnitOfWork, payments: Sequence[Payment]) -> None:
    """Read at once what the gate asks of each, and let what is written wait until all is."""
    uow.clearances.keep(payment.id for payment in payments)
    ask_of_parties(uow, [payment.intent for payment in payments])
    uow.writes.gather()


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
