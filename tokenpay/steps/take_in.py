"""What a unit of work of `watch` changes: deposits seen, blocks taken back, payments included."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.ethereum.observed import AuthorizationLog, Block, Receipt, TransferLog
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Operator
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.deposit import BELIEVABLE_UNITS, Deposit, DepositState
from tokenpay.payments.payment import LEAVING, PaymentState
from tokenpay.steps import movements
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.own_address import is_own
from tokenpay.steps.record import record
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Blocks that follow the one at `fork_number`, with all their logs; `assets` is by contract."""

    fork_number: int
    blocks: Sequence[Block]
    transfers: Sequence[TransferLog]
    authorizations: Sequence[AuthorizationLog]
    assets: dict[str, Asset]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A transfer to a request's deposit address; not `ours`: to another's, which somebody wrote there."""

    log: TransferLog
    address: Address
    asset: Asset
    issued: IssuedRequest
    ours: bool

    @property
    def custody(self) -> Account:
        return movements.custody_of(self.address, self.asset.id)

    @property
    def customer(self) -> Account:
        payee = self.issued.request.payee.partition("/")[2]
        return Account(kind=AccountKind.CUSTOMER, owner=payee, asset_id=self.asset.id)


def find_arrivals(uow: UnitOfWork, chain_id: int, news: News) -> list[Arrival]:
    """Return the transfers to deposit addresses among the news, by one look for all who got something."""
    paid = [(log, log.recipient) for log in news.transfers if log.recipient is not None and log.units]
    issued = uow.requests.by_address(chain_id, [address for _, address in paid])
    return [
        Arrival(
            log=log,
            address=address,
            asset=news.assets[log.contract.text],
            issued=issued[address.text],
            ours=is_own(uow, issued[address.text]),
        )
        for log, address in paid
        if address.text in issued
    ]


def lock_touched(
    uow: UnitOfWork, chain_id: int, news: News, arrivals: Sequence[Arrival], signed: Sequence[SignedPayment]
) -> None:
    """Lock at once all that the news may change: one by one, the engine and tellers would wait in a circle."""
    uow.payments.lock_all(version.payment_id for version in signed)
    orphans = uow.deposits.find(
        chain_id=chain_id, states=[DepositState.SEEN], from_block=news.fork_number + 1, lock=True
    )
    moved = [transfer for deposit in orphans for transfer in uow.ledger.transfers(deposit_id=deposit.id)]
    uow.ledger.lock_transfers(moved, also=[account for a in arrivals for account in (a.custody, a.customer)])


def take_back(uow: UnitOfWork, bank: Bank, operator: Operator, followed: FollowedChain, fork_number: int) -> int:
    """Undo what was seen above the fork: nothing of it was ever posted. Returns how many deposits were orphaned."""
    chain_id = followed.chain_id
    orphans = uow.deposits.find(chain_id=chain_id, states=[DepositState.SEEN], from_block=fork_number + 1, lock=True)
    for deposit in orphans:
        for transfer in movements.pending_of(uow, deposit_id=deposit.id):
            uow.ledger.void(transfer)
        uow.deposits.update(replace(deposit, state=DepositState.ORPHANED))
        record(uow, bank, operator, "deposit.orphaned", deposit.id, {"request": deposit.request_id})
    for payment in uow.payments.find(states=[PaymentState.INCLUDED], chain_id=chain_id):
        if (payment.included_block or 0) > fork_number:
            uow.payments.update(payment.not_included(at_s=bank.clock.now_s()), was=PaymentState.INCLUDED)
            record(uow, bank, operator, "payment.sent", payment.id, {"because": "its block was orphaned"})
    uow.chains.drop_blocks(chain_id, from_number=fork_number + 1)
    return len(orphans)


def take_in(
    uow: UnitOfWork, bank: Bank, operator: Operator, chain_id: int, news: News, arrivals: Sequence[Arrival]
) -> int:
    """Enter new blocks and the deposits in them as pending; returns how many deposits were seen."""
    for block in news.blocks:
        uow.chains.add_block(chain_id, block)
    for used in news.authorizations:
        uow.chains.add_authorization(chain_id, used)
    for arrival in arrivals:
        if arrival.ours:
            _see(uow, bank, operator, arrival)
        else:
            subject, note = arrival.issued.request.id, "it names an address that is not the bank's: no deposit comes"
            enter_case(uow, bank, operator, kind=CaseKind.UNMATCHED_DEPOSIT, subject=subject, note=note)
    return sum(arrival.ours for arrival in arrivals)


def _see(uow: UnitOfWork, bank: Bank, operator: Operator, arrival: Arrival) -> None:
    now_s, log = bank.clock.now_s(), arrival.log
    deposit = Deposit(
        chain_id=arrival.asset.chain_id or 0,
        block_hash=log.block_hash,
        log_index=log.log_index,
        block_number=log.block_number,
        transaction_hash=log.transaction_hash,
        address=arrival.address,
        sender=log.sender,
        amount=Amount(arrival.asset, log.units),
        request_id=arrival.issued.request.id,
        state=DepositState.SEEN,
        seen_at_s=now_s,
    )
    # A block that was orphaned can come back: its deposits are known then.
    if uow.deposits.find(deposit_id=deposit.id):
        uow.deposits.update(deposit)
    else:
        uow.deposits.add(deposit)
    if log.units <= BELIEVABLE_UNITS:
        movements.reserve_incoming(
            uow, bank, held=arrival.custody, owed=arrival.customer, units=log.units, deposit_id=deposit.id
        )
    details = {"request": deposit.request_id, "asset": arrival.asset.id, "units": str(log.units)}
    record(uow, bank, operator, "deposit.seen", deposit.id, details)


def note_inclusions(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    chain_id: int,
    signed: Sequence[SignedPayment],
    receipts: Sequence[Receipt | None],
) -> int:
    """Mark sent payments whose receipt is in a block that was taken in; returns how many."""
    taken_in: dict[int, tuple[bytes, int] | None] = {}
    found: dict[str, Receipt] = {}
    for version, receipt in zip(signed, receipts, strict=True):
        if receipt is None:
            continue
        if receipt.block_number not in taken_in:
            taken_in[receipt.block_number] = uow.chains.block(chain_id, receipt.block_number)
        ours = taken_in[receipt.block_number]
        if ours is not None and ours[0] == receipt.block_hash:  # else not taken in yet, or no longer
            found[version.payment_id] = receipt
    locked = uow.payments.lock_all(found)
    uow.writes.gather()
    noted = 0
    for id, receipt in found.items():
        payment = locked[id]
        if payment.state not in LEAVING:
            continue
        included = replace(
            payment.to(PaymentState.INCLUDED, at_s=bank.clock.now_s()),
            included_block=receipt.block_number,
            included_hash=receipt.block_hash,
            transaction_hash=receipt.transaction_hash,
        )
        uow.payments.update(included, was=payment.state)
        record(uow, bank, operator, "payment.included", payment.id, {"block": receipt.block_number})
        noted += 1
    return noted
