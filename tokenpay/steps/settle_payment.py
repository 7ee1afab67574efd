"""Judge included payments whose block is final: post what they reserved, or void it and book the gas."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.errors import WrongState
from tokenpay.ethereum.observed import Receipt, TransferLog
from tokenpay.ledger.transfer import Transfer
from tokenpay.money.asset import AssetKind
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import UNSENT, Payment, PaymentState, Reason
from tokenpay.steps import movements
from tokenpay.steps.asked_back import RECALLED
from tokenpay.steps.authorization_use import has_paid, using_transaction
from tokenpay.steps.authorize import authorize
from tokenpay.steps.groups import STAYS, groups
from tokenpay.steps.record import record
from tokenpay.steps.take_out_of_use import take_out_of_use
from tokenpay.steps.tell_stuck import told_where_stuck
from tokenpay.store.unit_of_work import UnitOfWork

_REVERTED = Reason(code="chain.reverted", message="the transaction was included and reverted")
USED = Reason(code="authorization.used", message="the payer's authorization was carried out, and paid somebody else")
_NOTHING_MOVED = Reason(code="chain.nothing_moved", message="the transaction succeeded, and the token moved nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An included payment, its receipt in a final block, its transaction's logs, and whether that `recalls` it.

    `final_number` is the block up to which the books know what else is final.
    """

    payment: Payment
    receipt: Receipt
    final_number: int
    logs: Sequence[TransferLog] = ()
    recalls: bool = False

    @property
    def stands(self) -> bool:
        """Whether the payment is still in the receipt's block, and not judged."""
        payment = self.payment
        return payment.state is PaymentState.INCLUDED and payment.included_hash == self.receipt.block_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What left the payer's address and what came to the payee's."""

    left_units: int
    came_units: int

    def is_just(self, units: int) -> bool:
        """Tell whether so much left, and all of it came."""
        return self.left_units == units == self.came_units


def settle_payments(bank: Bank, due: Sequence[Due], *, by: Session) -> int:
    """Judge payments: those that paid in one unit of work, each of the others in its own. Return how many were judged.

    One that was judged already, or is in another block by now, is left as it is. So is one that cannot be judged, with
    a case: its gas costs more coin than the books have, or they do not hold what belongs to it. It is asked again.
    """
    judged = 0
    for some in groups(due):
        try:
            others = _settle_paid(bank, some, by=by)
        except STAYS:  # it is told of the one that it is about when that is judged alone
            others = list(some)
        judged += len(some) - len(others)
        for each in others:
            note = "its block is final, and the books cannot take it in"
            with told_where_stuck(bank, each.payment.id, note, by=by):  # it keeps nothing else from being judged
                _settle_alone(bank, each, by=by)
                judged += 1
    return judged


def _settle_paid(bank: Bank, due: Sequence[Due], *, by: Session) -> list[Due]:
    """Post what these payments reserved where the money moved; return the others, untouched."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock_all(each.payment.id for each in due)
        found = [replace(each, payment=standing[each.payment.id]) for each in due]
        here = [each for each in found if each.stands]
        pending = movements.pending_of_all(uow, [each.payment.id for each in here])
        paid: list[Due] = []
        others: list[Due] = []
        for each in here:
            (paid if _paid(uow, each, pending[each.payment.id]) else others).append(each)
        uow.clearances.keep(each.payment.id for each in paid)
        uow.ledger.lock_transfers(transfer for each in paid for transfer in pending[each.payment.id])
        uow.writes.gather()
        for each in paid:
            _end(uow, bank, operator, each, pending[each.payment.id], failed=None)
        return others


def _settle_alone(bank: Bank, due: Due, *, by: Session) -> None:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(due.payment.id)
        due = replace(due, payment=payment)
        if not due.stands:
            return
        failed = _why_not(uow, due)
        moved = _moved(uow, payment, due.logs)
        told_units = payment.intent.amount.units
        if failed is None and not moved.is_just(told_units):
            told = f"of {told_units} units it moved {moved.left_units}, and {moved.came_units} came"
            take_out_of_use(uow, bank, operator, payment.intent.amount.asset.id, why=f"{told}, in payment {payment.id}")
        end_alone(uow, bank, operator, due, failed=failed, moved=moved)


def end_alone(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    due: Due,
    *,
    failed: Reason | None,
    moved: Moved | None = None,
) -> Payment:
    """Return a locked, included payment as it ended: final, or `failed` and out of the day's limits.

    Of what was reserved no more is posted than `moved`, where that is told.
    """
    payment = due.payment
    if failed is not None:
        uow.limits.give_back(payment.id, units=movements.units_of(payment.intent))
    may_lose = moved is not None and payment.intent.purpose is Purpose.SWEEP
    also = [movements.lost_on_the_way(payment.intent.amount.asset.id)] if may_lose else []
    pending = movements.pending_of(uow, also=also, payment_id=payment.id)
    return _end(uow, bank, operator, due, pending, failed=failed, moved=moved)


def _paid(uow: UnitOfWork, due: Due, pending: Sequence[Transfer]) -> bool:
    """Whether just this money moved, for no more gas than was reserved: then nothing can be lacking."""
    gas_account = _gas_account(uow, due.payment)
    reserved_wei = sum(transfer.units for transfer in pending if transfer.debit == gas_account)
    failed = _why_not(uow, due)
    as_told = _moved(uow, due.payment, due.logs).is_just(due.payment.intent.amount.units)
    return failed is None and as_told and due.receipt.fee_wei <= reserved_wei


def _end(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    due: Due,
    pending: Sequence[Transfer],
    *,
    failed: Reason | None,
    moved: Moved | None = None,
) -> Payment:
    """Post what the gas cost, and what was reserved unless the payment failed; the accounts of `pending` are locked."""
    payment, receipt, now_s = due.payment, due.receipt, bank.clock.now_s()
    clearance_id, gas_account = uow.clearances.of(payment.id).id, _gas_account(uow, payment)
    for transfer in pending:
        block = receipt.block_number
        if transfer.debit == gas_account and receipt.fee_wei:
            movements.post_gas(uow, bank, transfer, clearance_id, fee_wei=receipt.fee_wei, block_number=block)
        elif failed is None and transfer.debit != gas_account:
            left_units = moved.left_units if moved else transfer.units
            # What does not come of a sweep is the bank's own loss; of a payment it is between the payee and the token.
            came_units = moved.came_units if moved and payment.intent.purpose is Purpose.SWEEP else left_units
            movements.post_moved(
                uow, bank, transfer, clearance_id, left_units=left_units, came_units=came_units, block_number=block
            )
        else:
            uow.ledger.void(transfer)
    state, reasons = (PaymentState.FINAL, ()) if failed is None else (PaymentState.FAILED, (failed,))
    ended = payment.to(state, at_s=now_s, reasons=reasons)
    if failed is None and payment.intent.purpose is Purpose.COLLECTION:  # whoever's transaction it was
        ended = replace(ended, transaction_hash=using_transaction(uow, payment, up_to_block=due.final_number))
    uow.payments.update(ended, was=PaymentState.INCLUDED)
    if failed is not None:
        uow.carried.drop(payment.id)
    details = {"fee_wei": str(receipt.fee_wei), "transaction": receipt.transaction_hash.hex()}
    if ended.transaction_hash not in (None, receipt.transaction_hash):
        details["carried_by"] = (ended.transaction_hash or b"").hex()
    record(uow, bank, operator, f"payment.{state}", payment.id, details)
    return ended


def _gas_account(uow: UnitOfWork, payment: Payment) -> str:
    return movements.gas_pair(uow, payment.intent.amount.asset.chain_id or 0)[0].id


def _why_not(uow: UnitOfWork, due: Due) -> Reason | None:
    """Return why the money did not move, or None. Tokens exist whose receipt says yes and whose logs say no."""
    payment, receipt, intent = due.payment, due.receipt, due.payment.intent
    refused = RECALLED if due.recalls else _NOTHING_MOVED if receipt.succeeded else _REVERTED
    if intent.purpose is Purpose.COLLECTION:
        carried = has_paid(uow, payment, up_to_block=due.final_number)
        if carried is None and not uow.assets.get(intent.amount.asset.id).active:
            raise WrongState("its token is out of use: somebody may have carried its authorization unseen")
        if carried is None:
            return refused
        return None if carried else USED
    if due.recalls or not receipt.succeeded:
        return refused
    if intent.purpose is Purpose.FILL or intent.amount.asset.kind is AssetKind.NATIVE:
        return None
    return None if _moved(uow, payment, due.logs).left_units else refused


def _moved(uow: UnitOfWork, payment: Payment, logs: Sequence[TransferLog]) -> Moved:
    """Return what a token says left the payer's address, and what came to the payee's.

    One that keeps a part has moved all of it, and paid less. What no token has a say in moves as it was told.
    """
    intent = payment.intent
    contract = intent.amount.asset.contract
    if contract is None or intent.purpose in (Purpose.COLLECTION, Purpose.FILL):
        return Moved(left_units=intent.amount.units, came_units=intent.amount.units)
    treasury = uow.chains.treasury(intent.amount.asset.chain_id or 0)
    payer, payee = (it.address if isinstance(it, ChainParty) else treasury for it in (intent.debtor, intent.creditor))
    told = [log for log in logs if log.contract == contract]
    return Moved(
        left_units=sum(log.units for log in told if log.sender == payer),
        came_units=sum(log.units for log in told if log.recipient == payee),
    )


def settle_carried(bank: Bank, payment_id: str, *, final_number: int, by: Session) -> None:
    """End a collection that waits while somebody else carried its authorization: nothing of ours has left.

    Final where the money came, cancelled where the payer signed the same nonce to somebody else.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        carried = has_paid(uow, payment, up_to_block=final_number)
        if payment.state not in UNSENT or carried is None:
            return
        state = PaymentState.FINAL if carried else PaymentState.CANCELLED
        ended = payment.to(state, at_s=bank.clock.now_s(), reasons=() if carried else (USED,))
        if carried:
            ended = replace(ended, transaction_hash=using_transaction(uow, payment, up_to_block=final_number))
        uow.payments.update(ended, was=payment.state)
        record(
            uow, bank, operator, f"payment.{state}", payment.id, {"because": "its authorization was carried elsewhere"}
        )
