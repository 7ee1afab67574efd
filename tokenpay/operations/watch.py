"""Follow a chain: see deposits, notice payments that were included, and take back what a reorg orphaned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.errors import ChainUnavailable
from tokenpay.ethereum.observed import AuthorizationLog, Block, Receipt, TransferLog
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.steps.authorize import authorize
from tokenpay.steps.halt import halt_chain, running
from tokenpay.steps.read_tokens import read_tokens
from tokenpay.steps.take_in import News, find_arrivals, lock_touched, note_inclusions, take_back, take_in
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.door import rows_limit

MAX_BLOCKS = 256
_NOT_FINAL = "a block that was final is no longer on the chain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one call took in. `behind` counts the blocks of the chain's head that are still to be read."""

    head_number: int
    blocks: int = 0
    deposits: int = 0
    orphaned: int = 0
    included: int = 0
    behind: int = 0

    @property
    def comes_nearer(self) -> bool:
        """Whether more blocks are to be read, and some were."""
        return self.behind > 0 and self.blocks > 0

    def then(self, later: "Watched") -> "Watched":
        """Return both together: what they took in is added up, and where the later one ended counts."""
        return replace(
            later,
            blocks=self.blocks + later.blocks,
            deposits=self.deposits + later.deposits,
            orphaned=self.orphaned + later.orphaned,
            included=self.included + later.included,
        )


def watch(bank: Bank, *, chain_id: int, by: Session, max_blocks: int = MAX_BLOCKS) -> Watched:
    """Take in up to `max_blocks` new blocks of a chain, each with all its logs or not at all.

    A node that lags behind what was taken in changes nothing. Raises InvalidInput for less than one block, Halted, also
    when a reorg is deeper than what was final, however few its blocks are yet, NotFound for an unknown chain,
    ChainUnavailable, also from a node that shows the logs of a transaction of ours and not its receipt, and
    IntegrityError from a node of another chain.
    """
    rows_limit(max_blocks)  # a head that went back without a reorg would never go on
    chain = bank.chain(chain_id)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = running(uow, chain_id)
        assets = [known.asset for known in uow.assets.all(chain_id=chain_id) if known.asset.contract is not None]
        head_block = uow.chains.block(chain_id, followed.head_number)
    chain.verify_chain_id()  # a node may have been exchanged for another chain's
    head = chain.head()
    if head.number < followed.head_number:
        if not _agrees(bank, followed, min(head.number, followed.final_number)):
            raise halt_chain(bank, chain_id, reason=_NOT_FINAL, by=by)
        return Watched(head_number=followed.head_number)
    fork = _fork(bank, followed)
    if fork is None:
        raise halt_chain(bank, chain_id, reason=_NOT_FINAL, by=by)
    fork_number, fork_hash = fork
    last = min(head.number, fork_number + max_blocks)
    blocks = chain.blocks(range(fork_number + 1, last + 1))
    _check_linked(chain_id, fork_hash, blocks)
    transfers, authorizations = _logs(bank, chain_id, blocks, assets, by=by)
    news = News(
        fork_number=fork_number,
        blocks=blocks,
        transfers=transfers,
        authorizations=authorizations,
        assets={asset.contract.text: asset for asset in assets if asset.contract is not None},
    )
    signed, receipts = _receipts(bank, chain_id, above=fork_number)
    _check_receipts(chain_id, news, signed, receipts)
    if last == fork_number and not any(receipts):  # no block came or went: between two of them nothing is written
        return Watched(head_number=last)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.chains.get(chain_id, lock=True)
        if standing != followed or uow.chains.block(chain_id, followed.head_number) != head_block:
            return Watched(head_number=followed.head_number, behind=1)  # another engine was quicker
        arrivals = find_arrivals(uow, chain_id, news)
        lock_touched(uow, chain_id, news, arrivals, signed)
        orphaned = take_back(uow, bank, operator, followed, fork_number) if fork_number < followed.head_number else 0
        seen = take_in(uow, bank, operator, chain_id, news, arrivals)
        included = note_inclusions(uow, bank, operator, chain_id, signed, receipts)
        uow.chains.advance(chain_id, head_number=last)
    return Watched(
        head_number=last,
        blocks=len(blocks),
        deposits=seen,
        orphaned=orphaned,
        included=included,
        behind=head.number - last,
    )


def _agrees(bank: Bank, followed: FollowedChain, number: int) -> bool:
    """Tell whether a node that is behind has the final block that was taken in at this height, or none was there."""
    with bank.store.read() as uow:
        ours = uow.chains.block(followed.chain_id, number)
    return ours is None or bank.chain(followed.chain_id).blocks([number])[0].hash == ours[0]


def _fork(bank: Bank, followed: FollowedChain) -> tuple[int, bytes] | None:
    """Return (height, hash) of the newest block taken in that is still on the chain; None: not even what was final."""
    chain = bank.chain(followed.chain_id)
    for number in range(followed.head_number, followed.final_number - 1, -1):
        with bank.store.read() as uow:
            ours = uow.chains.block(followed.chain_id, number)
        if ours is not None and chain.blocks([number])[0].hash == ours[0]:
            return number, ours[0]
    return None


def _check_linked(chain_id: int, parent: bytes, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if block.parent_hash != parent:
            raise ChainUnavailable("the chain changed while it was read; try again", chain_id=chain_id)
        parent = block.hash


def _logs(
    bank: Bank, chain_id: int, blocks: Sequence[Block], assets: Sequence[Asset], *, by: Session
) -> tuple[list[TransferLog], list[AuthorizationLog]]:
    """Return what the bank's tokens did in these blocks; one whose events cannot be read is frozen, and left out."""
    chain = bank.chain(chain_id)

    def read(contracts: Sequence[Address]) -> tuple[list[TransferLog], list[AuthorizationLog]]:
        if not blocks or not contracts:
            return [], []
        return chain.transfers(blocks, contracts), chain.authorizations(blocks, contracts)

    return read_tokens(bank, assets, read, by=by)[0]


def _check_receipts(
    chain_id: int, news: News, signed: Sequence[SignedPayment], receipts: Sequence[Receipt | None]
) -> None:
    """A node that shows what a transaction did has its receipt, or it has not caught up with itself.

    Taken in without it, the block would become final while the payment in it still counts as sent.
    """
    missing = {version.transaction_hash for version, receipt in zip(signed, receipts, strict=True) if receipt is None}
    shown = [log.transaction_hash for log in news.transfers] + [log.transaction_hash for log in news.authorizations]
    if not missing.isdisjoint(shown):
        raise ChainUnavailable("the node shows a transaction's logs and not its receipt; try again", chain_id=chain_id)


def _receipts(bank: Bank, chain_id: int, *, above: int) -> tuple[list[SignedPayment], list[Receipt | None]]:
    """Ask what became of all that left, and of what was in a block above the fork: below, a block has its payments."""
    with bank.store.read() as uow:
        signed = uow.attempts.leaving(chain_id=chain_id, above=above)
    if not signed:
        return [], []
    return signed, bank.chain(chain_id).receipts([version.transaction_hash for version in signed])
