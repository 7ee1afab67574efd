"""Receipts that were issued: which is the original, and how many copies there are of it."""

from sqlalchemy import Connection, update

from tokenpay.counter.receipt import Receipt
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import receipts


class ReceiptStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, receipt: Receipt, number: str, *, branch: str, by: str, at_s: int) -> Receipt:
        """Return the receipt as the original with this number, or as the next copy of what was issued before.

        Waits for who is just issuing the same: one of the two has the original.
        """
        row = {
            "id": number,
            "kind": receipt.kind,
            "subject": receipt.subject,
            "digest": receipt.digest(),
            "branch": branch,
            "issued_by": by,
            "issued_at_s": at_s,
            "copies": 0,
        }
        entered = self._connection.execute(insert_missing(self._connection.dialect.name, receipts, receipts.c.id), row)
        if entered.first() is not None:
            return receipt.issued(number=number, copy=0, at_s=at_s)
        issued = self._connection.execute(
            update(receipts)
            .where(
                receipts.c.kind == receipt.kind,
                receipts.c.subject == receipt.subject,
                receipts.c.digest == row["digest"],
            )
            .values(copies=receipts.c.copies + 1)
            .returning(receipts.c.id, receipts.c.copies)
        ).one()
        return receipt.issued(number=issued.id, copy=issued.copies, at_s=at_s)
