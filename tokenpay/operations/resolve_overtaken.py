"""End a payment whose nonce another transaction has, by that transaction's own bytes: nobody has to be believed."""

from collections.abc import Sequence
from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import ChainUnavailable, WrongState
from tokenpay.ethereum.observed import Receipt, TransferLog
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction, Transaction, decode
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.intent import ChainParty, Intent, Purpose, Rail
from tokenpay.payments.outgoing import call_of
from tokenpay.payments.payment import IN_NO_BLOCK, UNSENT, Payment, PaymentState, Reason
from tokenpay.steps.authorization_use import has_paid
from tokenpay.steps.authorize import authorize
from tokenpay.steps.overtaken import NONCE_TAKEN
from tokenpay.steps.record import record
from tokenpay.steps.settle_payment import USED, Due, end_alone
from tokenpay.steps.sign_payment import store_version
from tokenpay.store.unit_of_work import UnitOfWork


def resolve_overtaken(bank: Bank, payment_id: str, *, raw: bytes, by: Session) -> Payment:
    """End a payment on its way by `raw`, the signed transaction of the treasury that has its nonce in a final block.

    Where that makes the payment's own call, it is a version of it that the books have lost: it is stored, and `watch`
    and `settle` judge the payment by it. Where it moved nothing to the payee, the payment can never be carried out: it
    fails, what it reserved is given back, and what the other transaction cost is booked as gas; what else that one
    moved is not booked. A collection is final where somebody else carried its authorization, and fails where nobody
    did. The case that the payment is stuck is resolved.

    Raises InvalidTransaction for bytes that are no signed transaction, NotFound for an unknown payment,
    InsufficientFunds where the gas cost more coin than the books have, ChainUnavailable, and WrongState where the
    payment is not on its way, this transaction does not have its nonce in a block that is final in the books, or it may
    have paid the payee, or another payment, in a form that the books cannot follow: people have to look.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        transaction = decode(raw)
        payment = uow.payments.get(payment_id)
        chain_id = payment.intent.amount.asset.chain_id or 0
        _check_place(uow, payment, transaction)
        final_number = uow.chains.get(chain_id).final_number
    receipt, logs = _seen(bank, payment, transaction, final_number=final_number)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        _check_place(uow, payment, transaction)
        call = _call(transaction.transaction)
        if call == _own_call(uow, payment):
            stored = _store(uow, bank, operator, payment, transaction)
            _close_case(uow, bank, operator, payment_id)
            return stored
        others = [p for p in uow.payments.find(states=IN_NO_BLOCK | UNSENT, chain_id=chain_id) if p.id != payment_id]
        paying = [other for other in others if other.intent.purpose is not Purpose.FILL]  # a no-op pays nobody
        theirs = [other.id for other in paying if call == _own_call(uow, other)]
        if theirs or may_have_paid(payment.intent, transaction.transaction, logs):
            raise WrongState("that transaction may have paid somebody: people have to look", payment=payment_id)
        failed = _outcome(uow, payment, final_number=final_number)
        ended = _end(
            uow, bank, operator, Due(payment=payment, receipt=receipt, final_number=final_number), failed=failed
        )
        _close_case(uow, bank, operator, payment_id)
        return ended


def _check_place(uow: UnitOfWork, payment: Payment, transaction: SignedTransaction) -> None:
    """Raise WrongState unless this is another transaction of the treasury, at the nonce of a payment on its way."""
    if payment.state not in IN_NO_BLOCK or payment.intent.rail is not Rail.CHAIN:
        raise WrongState(f"a payment that is {payment.state} is not overtaken", payment=payment.id)
    chain_id = payment.intent.amount.asset.chain_id or 0
    place = (transaction.sender, transaction.transaction.chain_id, transaction.transaction.nonce)
    if place != (uow.chains.treasury(chain_id), chain_id, payment.nonce):
        raise WrongState("the transaction is not the treasury's at this payment's nonce", payment=payment.id)
    if transaction.hash in {version.transaction_hash for version in uow.attempts.signed(payment.id)}:
        raise WrongState("the transaction is the payment's own: `watch` finds it in its block", payment=payment.id)


def _seen(
    bank: Bank, payment: Payment, transaction: SignedTransaction, *, final_number: int
) -> tuple[Receipt, list[TransferLog]]:
    """Return the transaction's receipt, and what it moved of the payment's token; raises WrongState before it is final.

    It must be final in the books too: what they know of its block is then all there is.
    """
    chain = bank.chain(payment.intent.amount.asset.chain_id or 0)
    final = chain.finalized()
    (receipt,) = chain.receipts([transaction.hash])
    if receipt is None or receipt.block_number > min(final.number, final_number):
        raise WrongState("the transaction is in no block that is final in the books", payment=payment.id)
    (block,) = chain.blocks([receipt.block_number])
    if block.hash != receipt.block_hash:
        raise ChainUnavailable("the node shows a receipt of another block; try again", chain_id=chain.chain_id)
    contract = payment.intent.amount.asset.contract
    logs = chain.transfers([block], [contract]) if contract is not None else []
    return receipt, [log for log in logs if log.transaction_hash == transaction.hash]


def _call(transaction: Transaction) -> tuple[bytes | None, int, bytes]:
    return transaction.to, transaction.value_wei, transaction.data


def _own_call(uow: UnitOfWork, payment: Payment) -> tuple[bytes | None, int, bytes]:
    carried = uow.carried.of(payment.id)
    call = call_of(payment.intent, carried.calldata if carried is not None else None)
    return call.to.raw, call.value_wei, call.data


def may_have_paid(intent: Intent, transaction: Transaction, logs: Sequence[TransferLog]) -> bool:
    """Tell whether another call may have moved what this intent moves.

    A token tells of it in its logs. Coin that a contract passes on leaves none, so only a transaction that carries
    none, or carries it plainly to somebody else, is sure to be none. What came of a collection is told by its
    authorization, whoever carried that.
    """
    if not isinstance(intent.creditor, ChainParty):
        return True
    if intent.purpose is Purpose.COLLECTION:
        return False
    payee = intent.creditor.address
    if intent.purpose is not Purpose.FILL and intent.amount.asset.contract is None:
        return bool(transaction.value_wei) and (transaction.to == payee.raw or bool(transaction.data))
    return any(log.recipient == payee for log in logs)


def _store(
    uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, transaction: SignedTransaction
) -> Payment:
    content = transaction.transaction
    if not isinstance(content, DynamicFeeTransaction):
        raise WrongState("it pays what this payment pays, in a form that no payment has", payment=payment.id)
    version = SignedPayment.of(
        payment.id,
        transaction,
        content,
        version=len(uow.attempts.signed(payment.id)) + 1,
        at_s=bank.clock.now_s(),
        clearance_id=uow.clearances.of(payment.id).id,
    )
    return store_version(uow, bank, operator, payment, version)


def _outcome(uow: UnitOfWork, payment: Payment, *, final_number: int) -> Reason | None:
    """Return why an overtaken payment failed; None for a collection that somebody else carried: the payer has paid."""
    if payment.intent.purpose is not Purpose.COLLECTION:
        return NONCE_TAKEN
    carried = has_paid(uow, payment, up_to_block=final_number)
    if carried is None:
        return NONCE_TAKEN
    return None if carried else USED


def _close_case(uow: UnitOfWork, bank: Bank, operator: Operator, payment_id: str) -> None:
    """Resolve the case that the payment is stuck, where it is open: this is what it asked for."""
    for case in uow.cases.find(CaseKind.PAYMENT_STUCK, payment_id):
        if case.is_open:
            said = "resolved by the bytes of the transaction at its nonce"
            uow.cases.resolve(case.id, resolution=said, by=operator.id, at_s=bank.clock.now_s())
            record(uow, bank, operator, "case.resolved", case.id)


def _end(uow: UnitOfWork, bank: Bank, operator: Operator, due: Due, *, failed: Reason | None) -> Payment:
    payment, receipt, now_s = due.payment, due.receipt, bank.clock.now_s()
    if payment.state is PaymentState.ASSIGNED:
        payment = _move(uow, payment, payment.to(PaymentState.SIGNED, at_s=now_s))
    included = replace(
        payment.to(PaymentState.INCLUDED, at_s=now_s),
        included_block=receipt.block_number,
        included_hash=receipt.block_hash,
        transaction_hash=receipt.transaction_hash,
    )
    included = _move(uow, payment, included)
    return end_alone(uow, bank, operator, replace(due, payment=included), failed=failed)


def _move(uow: UnitOfWork, payment: Payment, moved: Payment) -> Payment:
    uow.payments.update(moved, was=payment.state)
    return moved
