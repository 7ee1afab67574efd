"""The journal of payments: searched, newest first, page by page."""

from tokenpay.bank import Bank
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.journal import JournalCursor, JournalFilter, JournalPage
from tokenpay.steps.authorize import authorize

ALL = JournalFilter()


def journal(bank: Bank, *, by: Session, wanted: JournalFilter = ALL, after: str = "", limit: int = 100) -> JournalPage:
    """Return a page of up to `limit` payments that are `wanted`, newest first, with their customers' names.

    `after` is what the page before said is `following`. What is made in a later second stands before the first page.
    Raises InvalidInput for a cursor that no page gave.
    """
    cursor = JournalCursor.parse(after) if after else None
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.payments.journal(wanted, cursor, limit=limit)
