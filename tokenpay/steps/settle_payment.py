"""Judge one included payment whose block is final: post what it reserved, or void it and book the gas."""

from collections.abc import Sequence

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.ethereum.observed import Receipt, TransferLog
from tokenpay.money.asset import AssetKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import UNSENT, Payment, PaymentState, Reason
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

_REVERTED = Reason(code="chain.reverted", message="the transaction was included and reverted")
_USED = Reason(code="authorization.used", message="the payer's authorization was carried out, and paid somebody else")
_NOTHING_MOVED = Reason(code="chain.nothing_moved", message="the transaction succeeded, and the token moved nothing")


def settle_payment(
    bank: Bank, payment: Payment, receipt: Receipt, logs: Sequence[TransferLog], *, final_number: int, by: Session
) -> None:
    """Judge a payment by its receipt in a final block and its transaction's `logs`.

    One that was judged already, or is in another block by now, is left as it is. Raises IntegrityError when a token
    moved another amount than it was told.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment.id)
        if payment.state is not PaymentState.INCLUDED or payment.included_hash != receipt.block_hash:
            return
        clearance = uow.clearances.of(payment.id)
        failed = _why_not(uow, payment, receipt, logs, final_number=final_number)
        gas_account = movements.gas_of(uow.chains.get(payment.intent.amount.asset.chain_id or 0)).id
        if failed is None:
            changed = payment.to(PaymentState.FINAL, at_s=now_s, reasons=())
        else:
            changed = payment.to(PaymentState.FAILED, at_s=now_s, reasons=(failed,))
            uow.limits.give_back(payment.id, units=movements.units_of(payment.intent))
        for transfer in movements.pending_of(uow, payment_id=payment.id):
            block = receipt.block_number
            if transfer.debit == gas_account and receipt.fee_wei:
                movements.post_gas(uow, bank, transfer, clearance.id, fee_wei=receipt.fee_wei, block_number=block)
            elif failed is None and transfer.debit != gas_account:
                uow.ledger.post_pending(transfer, at_s=now_s, clearance_id=clearance.id, block_number=block)
            else:
                uow.ledger.void(transfer)
        uow.payments.update(changed, was=PaymentState.INCLUDED)
        record(uow, bank, operator, f"payment.{changed.state}", payment.id, {"fee_wei": str(receipt.fee_wei)})


def _why_not(
    uow: UnitOfWork, payment: Payment, receipt: Receipt, logs: Sequence[TransferLog], *, final_number: int
) -> Reason | None:
    """Return why the money did not move, or None. Tokens exist whose receipt says yes and whose logs say no."""
    intent = payment.intent
    refused = _NOTHING_MOVED if receipt.succeeded else _REVERTED
    if intent.purpose is Purpose.COLLECTION:
        carried = _carried_out(uow, payment, final_number=final_number)
        if carried is None:
            return refused
        return None if carried else _USED
    if not receipt.succeeded or intent.purpose is Purpose.FILL or intent.amount.asset.kind is AssetKind.NATIVE:
        return None if receipt.succeeded else refused
    chain = uow.chains.get(intent.amount.asset.chain_id or 0)
    payer = intent.debtor.address if isinstance(intent.debtor, ChainParty) else chain.treasury
    moved_units = sum(log.units for log in logs if log.sender == payer and log.contract == intent.amount.asset.contract)
    if moved_units not in (0, intent.amount.units):
        raise IntegrityError("a token moved another amount than it was told", payment=payment.id)
    return None if moved_units else refused


def settle_carried(bank: Bank, payment_id: str, *, final_number: int, by: Session) -> None:
    """End a collection that waits while somebody else carried its authorization: nothing of ours has left.

    Final where the money came, cancelled where the payer signed the same nonce to somebody else.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        carried = _carried_out(uow, payment, final_number=final_number)
        if payment.state not in UNSENT or carried is None:
            return
        state = PaymentState.FINAL if carried else PaymentState.CANCELLED
        ended = payment.to(state, at_s=bank.clock.now_s(), reasons=() if carried else (_USED,))
        uow.payments.update(ended, was=payment.state)
        record(
            uow, bank, operator, f"payment.{state}", payment.id, {"because": "its authorization was carried elsewhere"}
        )


def _carried_out(uow: UnitOfWork, payment: Payment, *, final_number: int) -> bool | None:
    """Tell whether an authorization paid the request, by whomever it was carried; None: it was not used.

    Its event and its transfer say so, never our own receipt: a payer may sign one nonce twice.
    """
    intent = payment.intent
    carried = uow.carried.of(payment.id)
    asset = payment.intent.amount.asset
    if carried is None or asset.contract is None or asset.chain_id is None:
        raise IntegrityError("a collection has lost its authorization", payment=payment.id)
    transaction_hash = uow.chains.authorization_used(
        asset.chain_id,
        contract=asset.contract,
        authorizer=carried.authorizer,
        nonce=carried.nonce,
        up_to_block=final_number,
    )
    if transaction_hash is None:
        return None
    came = uow.deposits.find(request_id=intent.request_id)
    return any(
        ChainParty(deposit.chain_id, deposit.address) == intent.creditor
        and deposit.transaction_hash == transaction_hash
        and deposit.sender is not None
        and ChainParty(deposit.chain_id, deposit.sender) == intent.debtor
        and deposit.amount == intent.amount
        and deposit.state is not DepositState.ORPHANED
        for deposit in came
    )
