"""Prove the books: every asset balances, every account its entries, custody the chain; every audit stream is whole."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tokenpay.audit.merkle import heads_root
from tokenpay.bank import Bank
from tokenpay.errors import WrongState
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.proof import disagreeing
from tokenpay.money.address import Address
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.store.chain_store import FollowedChain


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetTotal:
    """Everything debited and credited in one asset, posted and pending: always the same."""

    asset_id: str
    debits_units: int
    credits_units: int

    @property
    def balances(self) -> bool:
        return self.debits_units == self.credits_units


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyLine:
    """One address and asset: what the books say and what the chain says, at the end of the same block."""

    asset_id: str
    address: str
    block_number: int
    ledger_units: int
    chain_units: int

    @property
    def agrees(self) -> bool:
        return self.ledger_units == self.chain_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """`root` is the Merkle root over all audit heads: what is worth keeping outside the branch.

    `disagreeing` names the accounts whose totals are not what their entries and pending transfers add up to.
    """

    totals: tuple[AssetTotal, ...]
    custody: tuple[CustodyLine, ...]
    disagreeing: tuple[str, ...]
    streams: int
    records: int
    root: bytes

    @property
    def holds(self) -> bool:
        """Whether the ledger agrees with itself and with the chain to the last unit."""
        return (
            not self.disagreeing
            and all(total.balances for total in self.totals)
            and all(line.agrees for line in self.custody)
        )


def reconcile(bank: Bank, *, by: Session) -> Reconciliation:
    """Check the whole ledger against itself and the chain, and follow every audit stream from its start.

    The chain is asked for every account of custody, and for the treasury in every asset in use: a line is there too
    where the books know of nothing and the chain does. A disagreement is a result, not an error. Raises IntegrityError
    for a broken audit stream, ChainUnavailable when a node cannot answer for the block the books stand at, WrongState
    for a token that the books hold and that does not tell what an address has.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        accounts = uow.ledger.accounts()
        wrong = disagreeing(accounts, uow.ledger.proved_entries(), uow.ledger.waiting())
        followed = uow.chains.all()
        registered = uow.assets.all()
        assets = {known.asset.id: known.asset for known in registered}
        beyond: dict[str, int] = {}
        for chain in followed:
            here = [asset.id for asset in assets.values() if asset.chain_id == chain.chain_id]
            beyond |= uow.ledger.posted_beyond(chain.final_number, asset_ids=here)
        heads = uow.audit.whole_heads()
    known = {account.id: account for account in accounts if account.kind is AccountKind.CUSTODY}
    custody: list[CustodyLine] = []
    for chain in followed:
        contracts = {id: asset.contract for id, asset in assets.items() if asset.chain_id == chain.chain_id}
        held = [account for account in known.values() if account.asset_id in contracts]
        custody += _lines(bank, chain, held, contracts, beyond)
        for each in registered:
            unseen = movements.custody_of(chain.treasury, each.asset.id)
            if each.active and each.asset.id in contracts and unseen.id not in known:
                with suppress(WrongState):  # a token that answers nothing, of which the books hold none
                    custody += [line for line in _lines(bank, chain, [unseen], contracts, beyond) if line.chain_units]
    return Reconciliation(
        totals=_totals(accounts),
        custody=tuple(custody),
        disagreeing=wrong,
        streams=len(heads),
        records=sum(head.seq for head in heads),
        root=heads_root(heads),
    )


def _lines(
    bank: Bank,
    chain: FollowedChain,
    held: Sequence[Account],
    contracts: Mapping[str, Address | None],
    beyond: Mapping[str, int],
) -> list[CustodyLine]:
    holdings = [Holding(address=Address.parse(a.owner), contract=contracts[a.asset_id]) for a in held]
    units = bank.chain(chain.chain_id).holdings(holdings, chain.final_number) if holdings else []
    return [
        CustodyLine(
            asset_id=account.asset_id,
            address=account.owner,
            block_number=chain.final_number,
            ledger_units=account.posted_units - beyond.get(account.id, 0),
            chain_units=there,
        )
        for account, there in zip(held, units, strict=True)
    ]


def _totals(accounts: list[Account]) -> tuple[AssetTotal, ...]:
    debits: dict[str, int] = {}
    credits: dict[str, int] = {}
    for account in accounts:
        debits[account.asset_id] = debits.get(account.asset_id, 0) + account.debits_posted + account.debits_pending
        credits[account.asset_id] = credits.get(account.asset_id, 0) + account.credits_posted + account.credits_pending
    return tuple(
        AssetTotal(asset_id=asset_id, debits_units=debits[asset_id], credits_units=credits[asset_id])
        for asset_id in sorted(debits)
    )
