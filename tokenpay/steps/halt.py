"""Stop one chain until people act."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import Halted
from tokenpay.parties.session import Session
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.record import record
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.unit_of_work import UnitOfWork


def running(uow: UnitOfWork, chain_id: int) -> FollowedChain:
    """Return how far a chain was followed; raises Halted when it was stopped."""
    followed = uow.chains.get(chain_id)
    if followed.halted:
        raise Halted(f"the chain is halted: {followed.halted}", chain_id=chain_id)
    return followed


def halt_chain(bank: Bank, chain_id: int, *, reason: str, by: Session) -> Halted:
    """Stop a chain, open a case that says why, and return the error to raise."""
    with bank.store.unit_of_work() as uow:
        if not uow.chains.get(chain_id, lock=True).halted:
            uow.chains.set_halted(chain_id, reason)
            subject = f"{chain_id}@{bank.clock.now_s()}"
            enter_case(uow, bank, by.operator, kind=CaseKind.CHAIN_HALTED, subject=subject, note=reason)
            record(uow, bank, by.operator, "chain.halted", str(chain_id), {"reason": reason})
    return Halted(f"the chain is halted: {reason}", chain_id=chain_id)
