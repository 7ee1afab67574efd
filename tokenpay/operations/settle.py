"""Judge what finality has reached: post payments and deposits, or void them. Nothing is posted before."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import ChainUnavailable
from tokenpay.ethereum.observed import TransferLog
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import UNSENT, Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.halt import running
from tokenpay.steps.overtaken import check_overtaken
from tokenpay.steps.read_tokens import read_tokens
from tokenpay.steps.settle_deposits import check_names_compared, settle_deposits
from tokenpay.steps.settle_payment import Due, settle_carried, settle_payments
from tokenpay.steps.tell_stuck import tell_stuck, told_where_stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one call judged. `final_number` is the last block up to which the ledger equals the chain."""

    final_number: int
    payments: int = 0
    deposits: int = 0


def settle(bank: Bank, *, chain_id: int, by: Session) -> Settled:
    """Bring the ledger up to the newest final block that `watch` has taken in.

    Safe to stop anywhere and to call again: each payment and each deposit is judged once. A payment that the books
    cannot take in stays, with a case, and keeps nothing else. Raises NotFound for an unknown chain, Halted, also where
    another transaction has the nonce of a payment in a final block, ChainUnavailable, IntegrityError, and Unavailable
    while a deposit waits for its names to be compared with the lists.
    """
    chain = bank.chain(chain_id)
    final = chain.finalized()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = running(uow, chain_id)
        final_number = min(final.number, followed.head_number)
        ours = uow.chains.block(chain_id, final_number)
        included = uow.payments.find(states=[PaymentState.INCLUDED], chain_id=chain_id)
        waiting = uow.payments.find(states=UNSENT, chain_id=chain_id, purpose=Purpose.COLLECTION, whole=False)
        seen = uow.deposits.find(chain_id=chain_id, states=[DepositState.SEEN], up_to_block=final_number)
    if final_number <= followed.final_number and not seen and not included:
        return Settled(final_number=followed.final_number)
    if ours is None or chain.blocks([final_number])[0].hash != ours[0]:
        return Settled(final_number=followed.final_number)  # `watch` has to look first
    check_overtaken(bank, chain_id, final_number=final.number, by=by)
    due = [payment for payment in included if (payment.included_block or 0) <= final_number]
    receipts = chain.receipts([payment.transaction_hash or b"" for payment in due]) if due else []
    recalls = _recalls(bank, due)
    # What a collection comes to is told by its authorization, whatever became of our transaction.
    paying = [payment for payment in due if payment.id not in recalls or payment.intent.purpose is Purpose.COLLECTION]
    moved, unread = _moved(bank, chain_id, paying, by=by)
    untold = {payment.id for payment in paying if payment.intent.amount.asset in unread}
    for payment, receipt in zip(due, receipts, strict=True):
        # The block still stands, or it would not be final: a node without the receipt has not caught up with itself.
        # Sent back, the payment would stay behind while the books pass its block.
        if receipt is None or receipt.block_hash != payment.included_hash:
            raise ChainUnavailable("the node has a block and not its receipts; try again", chain_id=chain_id)
    found = [
        Due(
            payment=payment,
            receipt=receipt,
            final_number=final_number,
            logs=moved.get(receipt.transaction_hash, ()),
            recalls=payment.id in recalls,
        )
        for payment, receipt in zip(due, receipts, strict=True)
        if receipt is not None and payment.id not in untold
    ]
    for id in sorted(untold):
        tell_stuck(bank, id, "its token wrote what cannot be read: whether it paid is not known", by=by)
    judged = settle_payments(bank, found, by=by)
    for collection in waiting:
        with told_where_stuck(bank, collection.id, "whether it was carried cannot be told", by=by):
            settle_carried(bank, collection.id, final_number=final_number, by=by)
    check_names_compared(bank, seen)
    settle_deposits(bank, chain_id, seen, by=by)
    with bank.store.unit_of_work() as uow:
        if uow.chains.get(chain_id, lock=True).final_number < final_number:
            uow.chains.advance(chain_id, final_number=final_number)
    return Settled(final_number=max(final_number, followed.final_number), payments=judged, deposits=len(seen))


def _recalls(bank: Bank, due: Sequence[Payment]) -> set[str]:
    """Return which of these payments a final block has as the no-op that recalls them, told by its own bytes."""
    asked = {payment.transaction_hash for payment in due if payment.recalled_by is not None}
    if not asked:
        return set()
    with bank.store.read() as uow:
        signed = uow.attempts.all_signed(payment.id for payment in due if payment.recalled_by is not None)
    versions = [version for versions in signed.values() for version in versions if version.transaction_hash in asked]
    return {version.payment_id for version in versions if version.pays_nobody()}


def _moved(
    bank: Bank, chain_id: int, due: Sequence[Payment], *, by: Session
) -> tuple[dict[bytes, list[TransferLog]], frozenset[Asset]]:
    """Return the token transfers in the blocks of these payments, by transaction: no receipt says that money moved.

    And the tokens whose transfers cannot be read.
    """
    numbers = sorted({payment.included_block or 0 for payment in due})
    chain = bank.chain(chain_id)

    def read(contracts: Sequence[Address]) -> list[TransferLog]:
        return chain.transfers(chain.blocks(numbers), contracts) if contracts else []

    logs, unread = read_tokens(bank, {payment.intent.amount.asset for payment in due}, read, by=by)
    moved: dict[bytes, list[TransferLog]] = {}
    for log in logs:
        moved.setdefault(log.transaction_hash, []).append(log)
    return moved, unread
