"""Shifts: who has which drawer, from one count to the next."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.shift import Shift, ShiftState
from tokenpay.errors import IntegrityError, NotFound
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import TransferState
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.payments.intent import Purpose
from tokenpay.primitives.canonical import Value, canonical_text
from tokenpay.store.door import readable, rows_limit, stored
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import assets, payments, shifts, transfers

_GET = select(shifts).where(shifts.c.id == bindparam("shift"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMoved:
    """What one posted payment moved in a shift's drawer."""

    purpose: Purpose
    currency: str
    into_drawer: bool
    units: int


class ShiftStore:
    """A shift that was entered or locked in a unit of work stays its own until that ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._own: set[str] = set()

    def add(self, shift: Shift) -> bool:
        """Enter a shift, or return False when its drawer, terminal or operator has one that is not closed.

        Waits for who is just entering such a shift.
        """
        row = {
            "id": shift.id,
            "branch": shift.branch,
            "drawer": shift.drawer,
            "terminal": shift.terminal,
            "operator_id": shift.operator_id,
            "opened_at_s": shift.opened_at_s,
            "opening": _written(shift.opening),
            **_standing(shift),
        }
        entered = self._connection.execute(insert_missing(self._connection.dialect.name, shifts, shifts.c.id), row)
        if entered.first() is None:
            return False
        self._own.add(shift.id)
        return True

    def take_back(self, shift_id: str) -> None:
        """Remove a shift entered in this unit of work: a refusal opens none."""
        self._connection.execute(delete(shifts).where(shifts.c.id == shift_id))

    def get(self, shift_id: str, *, lock: bool = False) -> Shift:
        """Return a shift, and with `lock` keep others from changing it; raises NotFound."""
        query = _GET.with_for_update(key_share=True) if lock and shift_id not in self._own else _GET
        row = self._connection.execute(query, {"shift": shift_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such shift", shift=shift_id)
        if lock:
            self._own.add(shift_id)
        return _shift(row)

    def not_closed(self, **which: str) -> Shift | None:
        """Return the one shift of a `drawer`, a `terminal` or an `operator_id` that is not closed, or None."""
        query = select(shifts).where(shifts.c.state != ShiftState.CLOSED).filter_by(**which)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _shift(row)

    def last_of(self, drawer: str) -> Shift | None:
        """Return the newest shift of a drawer, or None."""
        newest = (shifts.c.opened_at_s.desc(), shifts.c.id.desc())
        row = self._connection.execute(
            select(shifts).where(shifts.c.drawer == drawer).order_by(*newest).limit(1)
        ).one_or_none()
        return None if row is None else _shift(row)

    def find(self, *, states: Iterable[ShiftState] | None = None, limit: int | None = None) -> list[Shift]:
        """Return shifts, newest first."""
        query = select(shifts).order_by(shifts.c.opened_at_s.desc(), shifts.c.id).limit(rows_limit(limit))
        if states is not None:
            query = query.where(shifts.c.state.in_([state.value for state in states]))
        return readable(self._connection.execute(query), _shift)

    def update(self, shift: Shift, *, was: ShiftState) -> None:
        """Write where a shift stands now; raises IntegrityError unless it still stood at `was`."""
        done = self._connection.execute(
            update(shifts).where(shifts.c.id == shift.id, shifts.c.state == was).values(**_standing(shift))
        )
        if done.rowcount != 1:
            raise IntegrityError("a shift moved while it was being changed", shift=shift.id)

    def moved(self, shift_id: str) -> list[CashMoved]:
        """Return what was posted in a shift's drawer, oldest first."""
        query = (
            select(transfers.c.debit_kind, transfers.c.posted_units, payments.c.purpose, assets.c.symbol)
            .join(payments, payments.c.id == transfers.c.payment_id)
            .join(assets, assets.c.id == transfers.c.asset_id)
            .where(transfers.c.shift_id == shift_id, transfers.c.state == TransferState.POSTED)
            .order_by(transfers.c.created_at_s, transfers.c.id)
        )
        return [
            CashMoved(
                purpose=Purpose(row.purpose),
                currency=row.symbol,
                into_drawer=row.debit_kind == AccountKind.DRAWER,
                units=row.posted_units,
            )
            for row in self._connection.execute(query)
        ]

    def fees(self, shift_id: str) -> dict[str, int]:
        """Return what the bank took for the exchanges of a shift, in smallest units by currency."""
        query = (
            select(transfers.c.posted_units, assets.c.symbol)
            .join(payments, payments.c.id == transfers.c.payment_id)
            .join(assets, assets.c.id == transfers.c.asset_id)
            .where(
                payments.c.related == shift_id,
                transfers.c.credit_kind == AccountKind.FEES,
                transfers.c.state == TransferState.POSTED,
            )
        )
        found: dict[str, int] = {}
        for row in self._connection.execute(query):
            found[row.symbol] = found.get(row.symbol, 0) + row.posted_units
        return found


def _standing(shift: Shift) -> dict[str, Any]:
    return {
        "state": shift.state,
        "closing": _written(shift.closing),
        "expected": canonical_text({amount.asset.symbol: amount.units for amount in shift.expected}),
        "closed_at_s": shift.closed_at_s,
    }


def _written(counts: tuple[CashCount, ...]) -> str:
    content: dict[str, Value] = {
        count.currency: {str(face): number for face, number in count.pieces.items() if number} for count in counts
    }
    return canonical_text(content)


def _read(text: str) -> tuple[CashCount, ...]:
    return tuple(
        CashCount(currency=currency, pieces={int(face): number for face, number in pieces.items()})
        for currency, pieces in json.loads(text).items()
    )


@stored
def _shift(row: Row[Any]) -> Shift:
    return Shift(
        id=row.id,
        branch=row.branch,
        drawer=row.drawer,
        terminal=row.terminal,
        operator_id=row.operator_id,
        opened_at_s=row.opened_at_s,
        opening=_read(row.opening),
        state=ShiftState(row.state),
        closing=_read(row.closing),
        expected=tuple(Amount(Asset.cash(currency), units) for currency, units in json.loads(row.expected).items()),
        closed_at_s=row.closed_at_s,
    )
