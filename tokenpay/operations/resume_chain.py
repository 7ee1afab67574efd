"""Let a halted chain go on."""

from tokenpay.bank import Bank
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record


def resume_chain(bank: Bank, chain_id: int, *, by: Session) -> None:
    """Let a halted chain go on, once its case is resolved, by another person than who resolved it.

    Raises WrongState while a halting case is open, NotPermitted for who resolved the newest.

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
        followed = uow.chains.get(chain_id, lock=True)
        cases = uow.cases.halting(chain_id)
        for case in cases:
            if case.is_open:
                raise WrongState("resolve the case that halted the chain first", case=case.id)
        if not followed.halted:
            return
        if cases and cases[-1].resolved_by == operator.id:
            raise NotPermitted("a chain is resumed by another person than who resolved its case")
        next_nonce = max(followed.next_nonce, used)
        uow.chains.set_next_nonce(chain_id, next_nonce)
        uow.chains.set_halted(chain_id, "")
        record(uow, bank, operator, "chain.resumed", str(chain_id), {"next_nonce": next_nonce})
