"""Follow a chain: see deposits, notice payments that were included, and take back what a reorg orphaned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.errors import ChainUnavailable
from tokenpay.ethereum.observed import AuthorizationLog, Block, Receipt, TransferLog
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Transfer, TransferState
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.operations.authorize import authorize
from tokenpay.operations.halt import halt_chain, running
from tokenpay.operations.identifiers import new_id
from tokenpay.operations.record import record
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.deposit import Deposit, DepositState
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork

MAX_BLOCKS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one call took in. `behind` counts the blocks of the chain's head that are still to be read."""

    head_number: int
    blocks: int = 0
    deposits: int = 0
    orphaned: int = 0
    included: int = 0
    behind: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    fork_number: int
    blocks: Sequence[Block]
    transfers: Sequence[TransferLog]
    authorizations: Sequence[AuthorizationLog]
    assets: dict[str, Asset]


def watch(bank: Bank, *, chain_id: int, by: Session, max_blocks: int = MAX_BLOCKS) -> Watched:
    """Take in up to `max_blocks` new blocks of a chain, each with all its logs or not at all.

    A node that lags behind what was taken in changes nothing. Raises Halted, also when a reorg is
    deeper than what was final, and ChainUnavailable.
    """
    chain = bank.chain(chain_id)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = running(uow, chain_id)
        assets = [known.asset for known in uow.assets.all(chain_id=chain_id) if known.asset.contract is not None]
    head = chain.head()
    if head.number < followed.head_number:
        return Watched(head_number=followed.head_number)
    fork_number = _fork_number(bank, followed)
    if fork_number is None:
        raise halt_chain(bank, chain_id, reason="a block that was final is no longer on the chain", by=by)
    last = min(head.number, fork_number + max_blocks)
    blocks = chain.blocks(range(fork_number + 1, last + 1))
    _check_linked(bank, chain_id, fork_number, blocks)
    contracts = [asset.contract for asset in assets if asset.contract is not None]
    news = _News(
        fork_number=fork_number,
        blocks=blocks,
        transfers=chain.transfers(blocks, contracts) if blocks and contracts else [],
        authorizations=chain.authorizations(blocks, contracts) if blocks and contracts else [],
        assets={asset.contract.text: asset for asset in assets if asset.contract is not None},
    )
    signed, receipts = _receipts(bank, chain_id)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        if uow.chains.get(chain_id, lock=True) != followed:
            return Watched(head_number=followed.head_number, behind=1)  # another engine was quicker
        orphaned = _take_back(uow, bank, operator, followed, fork_number) if fork_number < followed.head_number else 0
        seen = _take_in(uow, bank, operator, chain_id, news)
        included = _note_inclusions(uow, bank, operator, chain_id, signed, receipts)
        uow.chains.advance(chain_id, head_number=last)
    return Watched(
        head_number=last,
        blocks=len(blocks),
        deposits=seen,
        orphaned=orphaned,
        included=included,
        behind=head.number - last,
    )


def _fork_number(bank: Bank, followed: FollowedChain) -> int | None:
    """Return the newest height at which what was taken in is still on the chain; None: not even what was final."""
    chain = bank.chain(followed.chain_id)
    for number in range(followed.head_number, followed.final_number - 1, -1):
        with bank.store.read() as uow:
            ours = uow.chains.block(followed.chain_id, number)
        if ours is not None and chain.blocks([number])[0].hash == ours[0]:
            return number
    return None


def _check_linked(bank: Bank, chain_id: int, fork_number: int, blocks: Sequence[Block]) -> None:
    with bank.store.read() as uow:
        ours = uow.chains.block(chain_id, fork_number)
    parent = ours[0] if ours is not None else b""
    for block in blocks:
        if block.parent_hash != parent:
            raise ChainUnavailable("the chain changed while it was read; try again", chain_id=chain_id)
        parent = block.hash


def _receipts(bank: Bank, chain_id: int) -> tuple[list[SignedPayment], list[Receipt | None]]:
    with bank.store.read() as uow:
        open_payments = uow.payments.find(states=[PaymentState.SENT, PaymentState.INCLUDED], chain_id=chain_id)
        signed = [version for payment in open_payments for version in uow.payments.signed(payment.id)]
    if not signed:
        return [], []
    return signed, bank.chain(chain_id).receipts([version.transaction_hash for version in signed])


def _take_back(uow: UnitOfWork, bank: Bank, operator: Operator, followed: FollowedChain, fork_number: int) -> int:
    chain_id = followed.chain_id
    orphans = uow.deposits.find(chain_id=chain_id, states=[DepositState.SEEN], from_block=fork_number + 1, lock=True)
    for deposit in orphans:
        pending = [t for t in uow.ledger.transfers(deposit_id=deposit.id) if t.state is TransferState.PENDING]
        uow.ledger.lock_transfers(pending)
        for transfer in pending:
            uow.ledger.void(transfer)
        uow.deposits.update(replace(deposit, state=DepositState.ORPHANED))
        record(uow, bank, operator, "deposit.orphaned", deposit.id, {"request": deposit.request_id})
    for payment in uow.payments.find(states=[PaymentState.INCLUDED], chain_id=chain_id):
        if (payment.included_block or 0) > fork_number:
            back = payment.to(PaymentState.SENT, at_s=bank.clock.now_s())
            back = replace(back, included_block=None, included_hash=None, transaction_hash=None)
            uow.payments.update(back, was=PaymentState.INCLUDED)
            record(uow, bank, operator, "payment.sent", payment.id, {"because": "its block was orphaned"})
    uow.chains.drop_blocks(chain_id, from_number=fork_number + 1)
    return len(orphans)


def _take_in(uow: UnitOfWork, bank: Bank, operator: Operator, chain_id: int, news: _News) -> int:
    for block in news.blocks:
        uow.chains.add_block(chain_id, block)
    for used in news.authorizations:
        uow.chains.add_authorization(chain_id, used)
    recipients = [log.recipient for log in news.transfers if log.recipient is not None]
    issued = uow.requests.by_address(chain_id, recipients)
    seen = 0
    for log in news.transfers:
        if log.recipient is None or not log.units or log.recipient.text not in issued:
            continue
        amount = Amount(news.assets[log.contract.text], log.units)
        seen += _see(uow, bank, operator, chain_id, log, amount, issued[log.recipient.text])
    return seen


def _see(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    chain_id: int,
    log: TransferLog,
    amount: Amount,
    issued: IssuedRequest,
) -> int:
    if log.recipient is None:
        return 0
    now_s = bank.clock.now_s()
    deposit = Deposit(
        chain_id=chain_id,
        block_hash=log.block_hash,
        log_index=log.log_index,
        block_number=log.block_number,
        transaction_hash=log.transaction_hash,
        address=log.recipient,
        sender=log.sender,
        amount=amount,
        request_id=issued.request.id,
        state=DepositState.SEEN,
        seen_at_s=now_s,
    )
    # A block that was orphaned can come back: its deposits are known then.
    if uow.deposits.find(deposit_id=deposit.id):
        uow.deposits.update(deposit)
    else:
        uow.deposits.add(deposit)
    asset_id = amount.asset.id
    custody = Account(kind=AccountKind.CUSTODY, owner=log.recipient.text, asset_id=asset_id)
    payee = issued.request.payee.partition("/")[2]
    customer = Account(kind=AccountKind.CUSTOMER, owner=payee, asset_id=asset_id)
    uow.ledger.lock([custody, customer])
    uow.ledger.reserve(
        Transfer(
            id=new_id(bank, "TR"),
            debit=custody.id,
            credit=customer.id,
            asset_id=asset_id,
            units=amount.units,
            state=TransferState.PENDING,
            created_at_s=now_s,
            deposit_id=deposit.id,
        )
    )
    details = {"request": deposit.request_id, "asset": asset_id, "units": str(amount.units)}
    record(uow, bank, operator, "deposit.seen", deposit.id, details)
    return 1


def _note_inclusions(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    chain_id: int,
    signed: Sequence[SignedPayment],
    receipts: Sequence[Receipt | None],
) -> int:
    noted = 0
    for version, receipt in zip(signed, receipts, strict=True):
        if receipt is None:
            continue
        ours = uow.chains.block(chain_id, receipt.block_number)
        if ours is None or ours[0] != receipt.block_hash:
            continue  # a block that was not taken in yet, or no longer
        payment: Payment = uow.payments.lock(version.payment_id)
        if payment.state is not PaymentState.SENT:
            continue
        included = replace(
            payment.to(PaymentState.INCLUDED, at_s=bank.clock.now_s()),
            included_block=receipt.block_number,
            included_hash=receipt.block_hash,
            transaction_hash=receipt.transaction_hash,
        )
        uow.payments.update(included, was=PaymentState.SENT)
        record(uow, bank, operator, "payment.included", payment.id, {"block": receipt.block_number})
        noted += 1
    return noted
