"""The journal of payments as CSV (RFC 4180), for spreadsheets and archives."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tokenpay.bank import Bank
from tokenpay.errors import Conflict, StoreUnavailable
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.journal import JournalCursor, JournalEntry, JournalFilter
from tokenpay.primitives.csv_cell import csv_cell
from tokenpay.primitives.new_file import new_file
from tokenpay.primitives.utc_text import utc_text
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record

ALL = JournalFilter()
COLUMNS = (
    "id", "created_at", "state", "updated_at", "purpose", "rail", "branch", "maker", "debtor", "debtor_name",
    "creditor", "creditor_name", "amount", "symbol", "asset_id", "request_id", "related", "remittance_information",
    "transaction_hash",
)  # fmt: skip
PAGE = 500


def export_journal(bank: Bank, path: Path, *, by: Session, wanted: JournalFilter = ALL) -> int:
    """Write every payment that is `wanted`, newest first, to a new CSV file, and return how many.

    UTF-8, a header, lines that end in CR LF; amounts are exact, in whole assets, and times ISO 8601 in UTC. What a
    spreadsheet could run as a formula stands behind an apostrophe, at the beginning of a cell and behind a semicolon,
    where many countries' spreadsheets begin another; so does an apostrophe that was there: take the first one away,
    in each such place, to have the value. The file is there whole or not at all, and its owner's alone.
    Raises Conflict when something is there already, StoreUnavailable when it cannot be written, IntegrityError where a
    payment cannot be read: what is kept for good leaves nothing out.
    """
    try:
        with new_file(path) as draft:
            with draft.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\r\n")
                writer.writerow(COLUMNS)
                rows = 0
                for entry in _entries(bank, wanted, by=by):
                    writer.writerow(csv_cell(cell) for cell in _cells(entry))
                    rows += 1
            with bank.store.unit_of_work() as uow:
                operator = authorize(uow, bank, by, Permission.READ)
                record(uow, bank, operator, "journal.exported", operator.branch, {"rows": rows})
    except FileExistsError:
        raise Conflict("there is a file of that name already", file=path.name) from None
    except OSError as error:
        raise StoreUnavailable(f"the file cannot be written: {error.strerror}", file=path.name) from None
    return rows


def _entries(bank: Bank, wanted: JournalFilter, *, by: Session) -> Iterator[JournalEntry]:
    """Each page is read by itself: a long export on a slow disk keeps nobody from writing."""
    cursor: JournalCursor | None = None
    while True:
        with bank.store.read() as uow:
            authorize(uow, bank, by, Permission.READ)
            page = uow.payments.journal(wanted, cursor, limit=PAGE, whole=True)
        yield from page.entries
        if not page.following:
            return
        cursor = JournalCursor.parse(page.following)


def _cells(entry: JournalEntry) -> tuple[str, ...]:
    payment, intent = entry.payment, entry.payment.intent
    return (
        payment.id,
        utc_text(intent.created_at_s),
        payment.state,
        utc_text(payment.updated_at_s),
        intent.purpose,
        intent.rail,
        entry.branch,
        intent.maker,
        str(intent.debtor),
        entry.debtor_name,
        str(intent.creditor),
        entry.creditor_name,
        intent.amount.number(),
        intent.amount.asset.symbol,
        intent.amount.asset.id,
        intent.request_id,
        intent.related,
        intent.remittance_information,
        f"0x{payment.transaction_hash.hex()}" if payment.transaction_hash else "",
    )
