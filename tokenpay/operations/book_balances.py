"""What the books say the bank has and owes, kind by kind."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize

_NAMED = frozenset({AccountKind.DRAWER, AccountKind.VAULT})
"""Where cash lies is told place by place; everything else is added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookBalance:
    """All accounts of one kind in one asset, posted; a drawer or a vault alone, by its `owner`.

    `units` is below zero where an expense, such as a variance, was an income.
    """

    kind: AccountKind
    owner: str
    asset: Asset
    units: int


def book_balances(bank: Bank, *, by: Session) -> list[BookBalance]:
    """Return what stands in the books, by kind, owner and asset.

    Cash outside the vaults is left out for who has a shift that is not closed: their count is blind.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.VAULT)
        accounts = uow.ledger.accounts()
        known = {registered.asset.id: registered.asset for registered in uow.assets.all()}
        counting = uow.shifts.not_closed(operator_id=operator.id) is not None
    units: dict[tuple[AccountKind, str, str], int] = {}
    for account in accounts:
        if counting and known[account.asset_id].kind is AssetKind.CASH and account.kind is not AccountKind.VAULT:
            continue
        place = (account.kind, account.owner if account.kind in _NAMED else "", account.asset_id)
        units[place] = units.get(place, 0) + account.posted_units
    return [
        BookBalance(kind=kind, owner=owner, asset=known[asset_id], units=units[kind, owner, asset_id])
        for kind, owner, asset_id in sorted(units)
    ]
