"""Prove the books: every asset balances, every custody account equals the chain, every audit stream is whole."""

from dataclasses import dataclass

from tokenpay.audit.merkle import heads_root
from tokenpay.audit.record import AuditHead, verify_stream
from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.errors import ChainUnavailable, InvalidInput
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Transfer, TransferState
from tokenpay.money.address import Address
from tokenpay.operations.authorize import authorize
from tokenpay.operations.identifiers import new_id
from tokenpay.operations.record import record
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.store.unit_of_work import UnitOfWork


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
    """`root` is the Merkle root over all audit heads: what is worth keeping outside the branch."""

    totals: tuple[AssetTotal, ...]
    custody: tuple[CustodyLine, ...]
    streams: int
    records: int
    root: bytes

    @property
    def holds(self) -> bool:
        """Whether ledger and chain agree to the last unit."""
        return all(total.balances for total in self.totals) and all(line.agrees for line in self.custody)


def reconcile(bank: Bank, *, by: Session) -> Reconciliation:
    """Check the whole ledger against itself and the chain, and follow every audit stream from its start.

    A disagreement is a result, not an error. Raises IntegrityError for a broken audit stream,
    ChainUnavailable when a node cannot answer for the block the books stand at.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        accounts = uow.ledger.accounts()
        followed = uow.chains.all()
        assets = {known.asset.id: known.asset for known in uow.assets.all()}
        heads = uow.audit.heads()
        for head in heads:
            verify_stream(uow.audit.records(head.stream), AuditHead(stream=head.stream))
    custody: list[CustodyLine] = []
    for chain in followed:
        held = [
            account
            for account in accounts
            if account.kind is AccountKind.CUSTODY and assets[account.asset_id].chain_id == chain.chain_id
        ]
        holdings = [Holding(address=Address.parse(a.owner), contract=assets[a.asset_id].contract) for a in held]
        units = bank.chain(chain.chain_id).holdings(holdings, chain.final_number) if holdings else []
        custody += [
            CustodyLine(
                asset_id=account.asset_id,
                address=account.owner,
                block_number=chain.final_number,
                ledger_units=account.posted_units,
                chain_units=there,
            )
            for account, there in zip(held, units, strict=True)
        ]
    return Reconciliation(
        totals=_totals(accounts),
        custody=tuple(custody),
        streams=len(heads),
        records=sum(head.seq for head in heads),
        root=heads_root(heads),
    )


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


def recognise_holding(bank: Bank, *, asset_id: str, by: Session, address: Address | None = None) -> int:
    """Book what an address of the bank holds on the chain beyond the books, and return those units.

    At the treasury (no `address`) it is the bank's own money: funding. At a deposit address, such as
    native coin from a customer, it goes to suspense with a case. Raises InvalidInput for an address
    that is not the bank's, ChainUnavailable, and Conflict where the books hold more than the chain.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CASE)
        asset = uow.assets.get(asset_id).asset
        chain_id = asset.chain_id or 0
        followed = uow.chains.get(chain_id)
        if address is not None and not uow.requests.by_address(chain_id, [address]):
            raise InvalidInput("the address is not one of this bank's deposit addresses")
    owner = address or followed.treasury
    holding = Holding(address=owner, contract=asset.contract)
    there = bank.chain(chain_id).holdings([holding], followed.final_number)[0]
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        now_s = bank.clock.now_s()
        custody = Account(kind=AccountKind.CUSTODY, owner=owner.text, asset_id=asset_id)
        uow.ledger.lock([custody])
        if uow.chains.get(chain_id, lock=True).final_number != followed.final_number:
            raise ChainUnavailable("the books moved on while the chain was asked; try again", chain_id=chain_id)
        units = there - uow.ledger.locked(custody.id).posted_units
        if units <= 0:
            return 0
        if address is None:
            source = Account(kind=AccountKind.FUNDING, owner="bank", asset_id=asset_id)
        else:
            source = Account(kind=AccountKind.SUSPENSE, owner=_case(uow, bank, owner).id, asset_id=asset_id)
        uow.ledger.lock([source])
        uow.ledger.post(
            Transfer(
                id=new_id(bank, "TR"),
                debit=custody.id,
                credit=source.id,
                asset_id=asset_id,
                units=units,
                state=TransferState.POSTED,
                created_at_s=now_s,
            ),
            at_s=now_s,
            block_number=followed.final_number,
        )
        record(uow, bank, operator, "holding.recognised", custody.id, {"units": str(units), "to": source.kind.value})
        return units


def _case(uow: UnitOfWork, bank: Bank, owner: Address) -> Case:
    case = Case(
        id=new_id(bank, "CS"),
        kind=CaseKind.UNMATCHED_DEPOSIT,
        subject=f"{owner}@{bank.clock.now_s()}",
        note="the address holds more than its deposits brought",
        opened_at_s=bank.clock.now_s(),
    )
    return uow.compliance.add_case(case)
