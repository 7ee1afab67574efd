"""What a shift did so far (X), or did in all (Z), as figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from tokenpay.counter.shift import ShiftState
from tokenpay.money.amount import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class CashLine:
    """One currency of a shift. `cash_in` and `cash_out` went over the counter in exchanges, the bank's `fees` within.

    `over` and `short` were booked; `expected` and `counted` are None while not told.
    """

    currency: str
    opening: Amount
    from_vault: Amount
    to_vault: Amount
    cash_in: Amount
    cash_out: Amount
    fees: Amount
    over: Amount
    short: Amount
    expected: Amount | None
    counted: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """An X report until the shift is closed, then its Z report, which does not change any more.

    `payments` is how many payments moved cash in the drawer, by purpose.
    """

    shift_id: str
    letter: str
    state: ShiftState
    branch: str
    drawer: str
    terminal: str
    operator_id: str
    opened_at_s: int
    closed_at_s: int | None
    cash: tuple[CashLine, ...]
    payments: Mapping[str, int]
