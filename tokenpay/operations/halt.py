"""Stop one chain until people act."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import Halted, WrongState
from tokenpay.operations.authorize import authorize
from tokenpay.operations.cases import enter_case
from tokenpay.operations.record import record
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
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


def resume_chain(bank: Bank, chain_id: int, *, by: Session) -> None:
    """Let a halted chain go on, once its case is resolved. Raises WrongState while a halting case is open.

    Where the chain has used nonces that the books do not know, as it has for a bank restored from an
    old copy, the books take the chain's next nonce: whoever resolved the case knows what those
    transactions paid. Raises ChainUnavailable.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        treasury = uow.chains.get(chain_id).treasury
    used = bank.chain(chain_id).transaction_count(treasury)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        for case in uow.cases.all():
            if case.kind is CaseKind.CHAIN_HALTED and case.subject.startswith(f"{chain_id}@"):
                raise WrongState("resolve the case that halted the chain first", case=case.id)
        followed = uow.chains.get(chain_id, lock=True)
        if not followed.halted:
            return
        next_nonce = max(followed.next_nonce, used)
        uow.chains.set_next_nonce(chain_id, next_nonce)
        uow.chains.set_halted(chain_id, "")
        record(uow, bank, operator, "chain.resumed", str(chain_id), {"next_nonce": next_nonce})
