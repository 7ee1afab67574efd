"""Judge one included payment whose block is final: post what it reserved, or void it and book the gas."""

from collections.abc import Sequence

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.ethereum.observed import Receipt, TransferLog
from tokenpay.money.asset import AssetKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import UNSENT, Payment, PaymentState, Reason
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

_REVERTED = Reason(code="chain.reverted", message="the transaction was included and reverted")
_NOTHING_MOVED = Reason(code="chain.nothing_moved", message="the transaction succeeded, and the token moved nothing")


def settle_payment(
    bank: Bank, payment: Payment, receipt: Receipt, logs: Sequence[TransferLog], *, final_number: int, by: Session
) -> None:
    """Judge a payment by its receipt in a final block and its transaction's `logs`; judged already, it changes nothing.

    Raises IntegrityError when a token moved another amount than it was told.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment.id)
        if payment.state is not PaymentState.INCLUDED:
            return
        clearance = uow.clearances.of(payment.id)
        done = _took_effect(uow, payment, receipt, logs, final_number=final_number)
        gas_account = movements.gas_of(uow.chains.get(payment.intent.amount.asset.chain_id or 0)).id
        if done:
            changed = payment.to(PaymentState.FINAL, at_s=now_s, reasons=())
        else:
            reason = _NOTHING_MOVED if receipt.succeeded else _REVERTED
            changed = payment.to(PaymentState.FAILED, at_s=now_s, reasons=(reason,))
            uow.limits.give_back(payment.id, units=payment.intent.amount.units)
        for transfer in movements.pending_of(uow, payment_id=payment.id):
            block = receipt.block_number
            if transfer.debit == gas_account and receipt.fee_wei:
                movements.post_gas(uow, bank, transfer, clearance.id, fee_wei=receipt.fee_wei, block_number=block)
            elif done and transfer.debit != gas_account:
                uow.ledger.post_pending(transfer, at_s=now_s, clearance_id=clearance.id, block_number=block)
            else:
                uow.ledger.void(transfer)
        uow.payments.update(changed, was=PaymentState.INCLUDED)
        record(uow, bank, operator, f"payment.{changed.state}", payment.id, {"fee_wei": str(receipt.fee_wei)})


def _took_effect(
    uow: UnitOfWork, payment: Payment, receipt: Receipt, logs: Sequence[TransferLog], *, final_number: int
) -> bool:
    """Tell whether the money moved. Tokens exist that answer no with a receipt that says yes: their logs are asked."""
    intent = payment.intent
    if intent.purpose is Purpose.COLLECTION:
        return _was_used(uow, payment, final_number=final_number)
    if not receipt.succeeded or intent.purpose is Purpose.FILL or intent.amount.asset.kind is AssetKind.NATIVE:
        return receipt.succeeded
    chain = uow.chains.get(intent.amount.asset.chain_id or 0)
    payer = intent.debtor.address if isinstance(intent.debtor, ChainParty) else chain.treasury
    moved_units = sum(log.units for log in logs if log.sender == payer and log.contract == intent.amount.asset.contract)
    if moved_units not in (0, intent.amount.units):
        raise IntegrityError("a token moved another amount than it was told", payment=payment.id)
    return moved_units == intent.amount.units


def settle_carried(bank: Bank, payment_id: str, *, final_number: int, by: Session) -> None:
    """End a collection that waits while somebody else carried its authorization: final, and nothing of ours left."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        if payment.state not in UNSENT or not _was_used(uow, payment, final_number=final_number):
            return
        uow.payments.update(payment.to(PaymentState.FINAL, at_s=bank.clock.now_s(), reasons=()), was=payment.state)
        record(uow, bank, operator, "payment.final", payment.id, {"because": "its authorization was carried elsewhere"})


def _was_used(uow: UnitOfWork, payment: Payment, *, final_number: int) -> bool:
    """Tell whether an authorization was carried out, by whomever: only its event says so, not our receipt."""
    carried = uow.carried.of(payment.id)
    asset = payment.intent.amount.asset
    if carried is None or asset.contract is None or asset.chain_id is None:
        raise IntegrityError("a collection has lost its authorization", payment=payment.id)
    return uow.chains.authorization_used(
        asset.chain_id,
        contract=asset.contract,
        authorizer=carried.authorizer,
        nonce=carried.nonce,
        up_to_block=final_number,
    )
