"""Payments whose nonce another transaction has in a final block: their key was used elsewhere, or the books are old."""

from collections.abc import Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import IN_NO_BLOCK, Payment, Reason
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.halt import halt_chain

NONCE_TAKEN = Reason(code="chain.nonce_taken", message="another transaction has its nonce in a final block")


def check_overtaken(bank: Bank, chain_id: int, *, final_number: int, by: Session) -> None:
    """Halt a chain on which a payment was overtaken, once for each: raises Halted, ChainUnavailable.

    The payment stays where it is, and so does its reservation: books that are older than the chain, restored from a
    backup, may lack the very version that was paid. `final_number` is a block that was final before this is called.
    """
    overtaken = _find(bank, chain_id, final_number)
    if not overtaken:
        return
    nonces = ", ".join(str(payment.nonce) for payment in overtaken)
    reason = f"the chain has other transactions of the treasury at nonces of payments on their way: {nonces}"
    halted = halt_chain(bank, chain_id, reason=reason, by=by)
    _mark(bank, overtaken, by=by)  # after the halt: one that was marked does not halt the chain again
    raise halted


def _find(bank: Bank, chain_id: int, final_number: int) -> list[Payment]:
    """Return the payments that no block has and whose nonce the treasury has used, without those that were marked.

    What was signed is read after the block was final, and its receipts after the count: a payment that another engine
    sends meanwhile, or finds in a block, is none of them.
    """
    chain = bank.chain(chain_id)
    with bank.store.read() as uow:
        treasury = uow.chains.treasury(chain_id)
        found = uow.payments.find(states=IN_NO_BLOCK, chain_id=chain_id)
    waiting = [payment for payment in found if NONCE_TAKEN not in payment.reasons]
    if not waiting:
        return []
    used = chain.transaction_count(treasury, block=final_number)
    passed = [payment for payment in waiting if payment.nonce is not None and payment.nonce < used]
    if not passed:
        return []
    with bank.store.read() as uow:
        signed = [version for payment in passed for version in uow.attempts.signed(payment.id)]
    receipts = chain.receipts([version.transaction_hash for version in signed]) if signed else []
    included = {version.payment_id for version, receipt in zip(signed, receipts, strict=True) if receipt is not None}
    return [payment for payment in passed if payment.id not in included]


def _mark(bank: Bank, overtaken: Iterable[Payment], *, by: Session) -> None:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        for payment in uow.payments.lock_all(each.id for each in overtaken).values():
            if payment.state in IN_NO_BLOCK:
                uow.payments.update(payment.waiting((NONCE_TAKEN,), at_s=bank.clock.now_s()), was=payment.state)
                enter_case(
                    uow, bank, operator, kind=CaseKind.PAYMENT_STUCK, subject=payment.id, note=NONCE_TAKEN.message
                )
