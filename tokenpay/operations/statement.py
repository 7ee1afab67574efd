"""What moved on a customer's account, line by line, with the balance after each."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import NotFound
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind, account_id
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One posted movement. `came_in` tells its direction, `related` the payment or deposit behind it."""

    seq: int
    at_s: int
    came_in: bool
    amount: Amount
    balance: Amount
    related: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A customer's account in one asset. `incoming` was seen on the chain and is not final yet."""

    customer_id: str
    balance: Amount
    available: Amount
    incoming: Amount
    lines: tuple[StatementLine, ...]


def statement(
    bank: Bank,
    *,
    customer_id: str,
    asset_id: str,
    by: Session,
    after_seq: int = 0,
    limit: int = 100,
    newest: bool = False,
) -> Statement:
    """Return up to `limit` lines after number `after_seq`, the first or the `newest` of them, oldest first.

    Raises NotFound for an unknown customer.
    """
    account = account_id(AccountKind.CUSTOMER, customer_id, asset_id)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ, of=(customer_id,))
        uow.customers.get(customer_id)
        asset = uow.assets.get(asset_id).asset
        try:
            standing = uow.ledger.account(account)
        except NotFound:
            standing = Account(kind=AccountKind.CUSTOMER, owner=customer_id, asset_id=asset_id)
        incoming_units = uow.deposits.incoming_units(account) if standing.incoming_units else 0
        entries = uow.ledger.entries(account, after_seq=after_seq, limit=limit, newest=newest)
        causes = uow.ledger.causes([entry.transfer_id for entry in entries])
    return Statement(
        customer_id=customer_id,
        balance=Amount(asset, standing.posted_units),
        available=Amount(asset, standing.available_units or 0),
        incoming=Amount(asset, incoming_units),
        lines=tuple(
            StatementLine(
                seq=entry.seq,
                at_s=entry.at_s,
                came_in=entry.side == "credit",
                amount=Amount(asset, entry.units),
                balance=Amount(asset, entry.credits_after - entry.debits_after),
                related=causes.get(entry.transfer_id, ""),
            )
            for entry in entries
        ),
    )
