"""Every customer's statement of a period as CSV (RFC 4180), a file each: what a bank sends out at a month's end."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tokenpay.bank import Bank
from tokenpay.errors import Conflict, InvalidInput, StoreUnavailable
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind, account_id
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import Value, canonical_text
from tokenpay.primitives.csv_cell import csv_cell
from tokenpay.primitives.new_file import new_file
from tokenpay.primitives.utc_text import utc_text
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.store.ledger_store import Entry
from tokenpay.store.unit_of_work import UnitOfWork

COLUMNS = ("at", "kind", "amount", "balance", "symbol", "related")
_PAGE = 500
_CLOCKS_DIFFER_S = 300
_Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedStatements:
    """How many statements were `written` now, and how many were `there` from an earlier run."""

    written: int
    there: int


def export_statements(
    bank: Bank, folder: Path, *, asset_id: str, since_s: int, until_s: int, by: Session
) -> ExportedStatements:
    """Write a statement of each customer who had some of an asset in a period, or had it move, to `NUMBER.csv` there.

    From `since_s` on and before `until_s`, which has been over for five minutes, as much as clocks may differ: the
    opening balance, each movement with the balance after it, and the closing balance. Called again it writes what is
    not there yet. Each file is there whole or not at all, and its owner's alone; so is `period.json`, which says what
    the folder is of. Raises InvalidInput for a period that is none or is not over, NotFound for an unknown asset,
    Conflict for a folder of another asset or period, StoreUnavailable where the folder or a file cannot be written.
    """
    if not 0 <= since_s < until_s <= bank.clock.now_s() - _CLOCKS_DIFFER_S:
        raise InvalidInput("a statement is of a period that has been over for five minutes, and ends after it begins")
    with bank.store.unit_of_work() as uow:  # before anything is written: who breaks off has had some of it
        operator = authorize(uow, bank, by, Permission.READ)
        asset = uow.assets.get(asset_id).asset
        details: dict[str, Value] = {"asset": asset_id, "since_s": since_s, "until_s": until_s}
        record(uow, bank, operator, "statements.exported", operator.branch, details)
    written = there = 0
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        _name(folder, canonical_text(details))
        for account in _accounts(bank, asset_id, by=by):
            path = folder / f"{account.owner}.csv"
            if path.exists():
                there += 1
            elif rows := _rows(bank, account, asset, since_s, until_s, by=by):
                _write(path, rows)
                written += 1
    except OSError as error:
        raise StoreUnavailable(f"the file cannot be written: {error.strerror}", file=folder.name) from None
    return ExportedStatements(written=written, there=there)


def _name(folder: Path, period: str) -> None:
    """Write what a folder is of, or find that it says so."""
    path = folder / "period.json"
    try:
        with new_file(path) as draft:
            draft.write_text(period, encoding="utf-8")
    except FileExistsError:
        if path.read_bytes() != period.encode():
            raise Conflict("the folder is of another asset or period", file=path.name) from None


def _write(path: Path, rows: list[_Row]) -> None:
    with new_file(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([csv_cell(cell) for cell in row] for row in rows)


def _accounts(bank: Bank, asset_id: str, *, by: Session) -> Iterator[Account]:
    after = ""
    while True:
        with _reading(bank, by) as uow:
            page = uow.ledger.page(AccountKind.CUSTOMER, asset_id, after=after, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = account_id(AccountKind.CUSTOMER, page[-1].owner, asset_id)


def _rows(bank: Bank, account: Account, asset: Asset, since_s: int, until_s: int, *, by: Session) -> list[_Row]:
    """Return the rows of a statement; none where there is nothing to say."""
    with _reading(bank, by) as uow:
        opening, closing = (uow.ledger.newest_before(account.id, at_s=at_s) for at_s in (since_s, until_s))
    first, last = (entry.seq if entry is not None else 0 for entry in (opening, closing))
    if first == last and not _balance_units(closing):
        return []

    def row(at_s: int, kind: str, units: int | None, balance_units: int, related: str = "") -> _Row:
        amount = "" if units is None else Amount(asset, units).number()
        return (utc_text(at_s), kind, amount, Amount(asset, balance_units).number(), asset.symbol, related)

    lines = [
        row(entry.at_s, "in" if entry.side == "credit" else "out", entry.units, _balance_units(entry), cause)
        for entry, cause in _between(bank, account.id, first, last, by=by)
    ]
    return [
        row(since_s, "opening", None, _balance_units(opening)),
        *lines,
        row(until_s, "closing", None, _balance_units(closing)),
    ]


def _between(bank: Bank, account: str, after_seq: int, last_seq: int, *, by: Session) -> Iterator[tuple[Entry, str]]:
    """Yield the entries after one number, up to another, each with the payment or deposit behind it."""
    while after_seq < last_seq:
        with _reading(bank, by) as uow:
            page = uow.ledger.entries(account, after_seq=after_seq, limit=min(_PAGE, last_seq - after_seq))
            causes = uow.ledger.causes([entry.transfer_id for entry in page])
        yield from ((entry, causes.get(entry.transfer_id, "")) for entry in page)
        after_seq = page[-1].seq


@contextmanager
def _reading(bank: Bank, by: Session) -> Iterator[UnitOfWork]:
    """A short look at what does not change any more: a long export keeps nobody from writing."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        yield uow


def _balance_units(entry: Entry | None) -> int:
    return 0 if entry is None else entry.credits_after - entry.debits_after
