"""Let a halted chain go on."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record


def resume_chain(bank: Bank, chain_id: int, *, by: Session) -> None:
    """Let a halted chain go on, once its case is resolved. Raises WrongState while a halting case is open.

    Where the chain has used nonces that the books do not know, as it has for a bank restored from an
    old copy, the books take the chain's next nonce: whoever resolved the case knows what those
    transactions paid. Raises NotFound for an unknown chain, ChainUnavailable.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        treasury = uow.chains.treasury(chain_id)
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
