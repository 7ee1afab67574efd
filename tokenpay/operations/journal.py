"""The journal of payments: searched, newest first, page by page."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.parties.operator import Permission, Role
from tokenpay.parties.session import Session
from tokenpay.payments.journal import JournalCursor, JournalFilter, JournalPage
from tokenpay.steps.authorize import authorize
from tokenpay.steps.shown import entry_shown

ALL = JournalFilter()


def journal(bank: Bank, *, by: Session, wanted: JournalFilter = ALL, after: str = "", limit: int = 100) -> JournalPage:
    """Return a page of up to `limit` payments that are `wanted`, newest first, with their customers' names.

    `after` is what the page before said is `following`. What is made in a later second stands before the first page.
    A customer asks for their own number alone, and sees what they paid, what they were paid, and no name but theirs.
    One that cannot be read is left out: `get_payment` raises at it, and so does `export_journal`. Raises InvalidInput
    for a cursor that no page gave.
    """
    cursor = JournalCursor.parse(after) if after else None
    of = (wanted.customer_id,) if wanted.customer_id else ()
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ, of=of)
        page = uow.payments.journal(wanted, cursor, limit=limit, paid_alone=operator.role is Role.CUSTOMER)
        return replace(page, entries=tuple(entry_shown(operator, entry) for entry in page.entries))
