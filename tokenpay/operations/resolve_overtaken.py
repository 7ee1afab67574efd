"""End a payment whose nonce another transaction has, by that transaction's own bytes: nobody has to be believed."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.errors import ChainUnavailable, WrongState
from tokenpay.ethereum.observed import Receipt
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction, Transaction, decode
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.outgoing import call_of
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.overtaken import NONCE_TAKEN
from tokenpay.steps.record import record
from tokenpay.steps.settle_payment import Due, end
from tokenpay.store.unit_of_work import UnitOfWork

_SIGNED = (PaymentState.SIGNED, PaymentState.SENT)


def resolve_overtaken(bank: Bank, payment_id: str, *, raw: bytes, by: Session) -> Payment:
    """End a signed payment by `raw`, the signed transaction of the treasury that has its nonce in a final block.

    Where that makes the payment's own call, it is a version of it that the books have lost: it is stored, and `watch`
    and `settle` judge the payment by it. Otherwise the payment can never be carried out: it fails, what it reserved is
    given back, and what the other transaction cost is booked as gas. What else that one moved is not booked.
    Raises InvalidTransaction for other bytes, NotFound for an unknown payment, WrongState where the payment is not
    signed and on its way, or this transaction does not have its nonce in a final block, ChainUnavailable.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        transaction = decode(raw)
        payment = uow.payments.get(payment_id)
        chain_id = payment.intent.amount.asset.chain_id or 0
        if payment.state not in _SIGNED:
            raise WrongState(f"a {payment.state} payment is not overtaken", payment=payment_id)
        own = {version.transaction_hash for version in uow.attempts.signed(payment_id)}
        treasury = uow.chains.treasury(chain_id)
    place = (transaction.sender, transaction.transaction.chain_id, transaction.transaction.nonce)
    if place != (treasury, chain_id, payment.nonce):
        raise WrongState("the transaction is not the treasury's at this payment's nonce", payment=payment_id)
    if transaction.hash in own:
        raise WrongState("the transaction is the payment's own: `watch` finds it in its block", payment=payment_id)
    receipt = _final_receipt(bank, chain_id, transaction)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        if payment.state not in _SIGNED:
            raise WrongState(f"a {payment.state} payment is not overtaken", payment=payment_id)
        content = _own_call(uow, payment, transaction.transaction)
        if content is not None:
            return _store(uow, bank, operator, payment, transaction, content)
        return _fail(uow, bank, operator, payment, receipt)


def _final_receipt(bank: Bank, chain_id: int, transaction: SignedTransaction) -> Receipt:
    chain = bank.chain(chain_id)
    final = chain.finalized()
    (receipt,) = chain.receipts([transaction.hash])
    if receipt is None or receipt.block_number > final.number:
        raise WrongState("the transaction is in no final block")
    if chain.blocks([receipt.block_number])[0].hash != receipt.block_hash:
        raise ChainUnavailable("the node shows a receipt of another block; try again", chain_id=chain_id)
    return receipt


def _own_call(uow: UnitOfWork, payment: Payment, transaction: Transaction) -> DynamicFeeTransaction | None:
    """Return a transaction that makes a payment's own call; raises WrongState where one does in another form."""
    carried = uow.carried.of(payment.id)
    call = call_of(payment.intent, carried.calldata if carried is not None else None)
    if (transaction.to, transaction.value_wei, transaction.data) != (call.to.raw, call.value_wei, call.data):
        return None
    if not isinstance(transaction, DynamicFeeTransaction):
        raise WrongState("it pays what this payment pays, in a form that no payment has", payment=payment.id)
    return transaction


def _store(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    payment: Payment,
    transaction: SignedTransaction,
    content: DynamicFeeTransaction,
) -> Payment:
    versions = uow.attempts.signed(payment.id)
    now_s = bank.clock.now_s()
    uow.attempts.add_signed(
        SignedPayment(
            payment_id=payment.id,
            version=len(versions) + 1,
            chain_id=content.chain_id,
            nonce=content.nonce,
            raw=transaction.raw,
            transaction_hash=transaction.hash,
            max_fee_wei=content.max_fee_wei,
            priority_fee_wei=content.max_priority_fee_wei,
            signed_at_s=now_s,
            clearance_id=uow.clearances.of(payment.id).id,
        )
    )
    found = payment if payment.state is PaymentState.SIGNED else payment.to(PaymentState.SIGNED, at_s=now_s)
    uow.payments.update(found, was=payment.state)
    record(uow, bank, operator, "payment.signed", payment.id, {"transaction": transaction.hash.hex()})
    return found


def _fail(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, receipt: Receipt) -> Payment:
    included = replace(
        payment.to(PaymentState.INCLUDED, at_s=bank.clock.now_s()),
        included_block=receipt.block_number,
        included_hash=receipt.block_hash,
        transaction_hash=receipt.transaction_hash,
    )
    uow.payments.update(included, was=payment.state)
    uow.limits.give_back(payment.id, units=movements.units_of(payment.intent))
    pending = movements.pending_of(uow, payment_id=payment.id)
    due = Due(payment=included, receipt=receipt, logs=())
    return end(uow, bank, operator, due, pending, failed=NONCE_TAKEN)
