"""Judge one included payment whose block is final: post what it reserved, or void it and book the gas."""

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.ethereum.observed import Receipt
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.operations import movements
from tokenpay.operations.authorize import authorize
from tokenpay.operations.record import record
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.store.unit_of_work import UnitOfWork


def settle_payment(bank: Bank, payment: Payment, receipt: Receipt, *, final_number: int, by: Session) -> None:
    """Judge a payment by its receipt in a final block; judged already, it changes nothing."""
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment.id)
        if payment.state is not PaymentState.INCLUDED:
            return
        clearance = uow.compliance.clearance(payment.id)
        done = _took_effect(uow, payment, receipt, final_number=final_number)
        chain_id = payment.intent.amount.asset.chain_id or 0
        native = uow.chains.get(chain_id).native_asset_id
        gas_account = Account(kind=AccountKind.GAS, owner="bank", asset_id=native).id
        if done:
            changed = payment.to(PaymentState.FINAL, at_s=now_s, reasons=())
        else:
            reason = Reason(code="chain.reverted", message="the transaction was included and reverted")
            changed = payment.to(PaymentState.FAILED, at_s=now_s, reasons=(reason,))
            uow.compliance.give_back(payment.id, units=payment.intent.amount.units)
        for transfer in movements.pending_of(uow, payment.id):
            block = receipt.block_number
            if transfer.debit == gas_account and receipt.fee_wei:
                uow.ledger.post_pending(
                    transfer, at_s=now_s, clearance_id=clearance.id, units=receipt.fee_wei, block_number=block
                )
            elif done and transfer.debit != gas_account:
                uow.ledger.post_pending(transfer, at_s=now_s, clearance_id=clearance.id, block_number=block)
            else:
                uow.ledger.void(transfer)
        uow.payments.update(changed, was=PaymentState.INCLUDED)
        record(uow, bank, operator, f"payment.{changed.state}", payment.id, {"fee_wei": str(receipt.fee_wei)})


def _took_effect(uow: UnitOfWork, payment: Payment, receipt: Receipt, *, final_number: int) -> bool:
    """Tell whether the money moved. Anyone may carry a collection: only its event says so, not our receipt."""
    if payment.intent.purpose is not Purpose.COLLECTION:
        return receipt.succeeded
    carried = uow.payments.carried(payment.id)
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
