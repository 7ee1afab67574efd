"""Add up what a shift did, for its report and its receipt."""

from collections import Counter
from collections.abc import Mapping

from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.shift import Shift, ShiftState
from tokenpay.counter.shift_report import CashLine, ShiftReport
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Operator
from tokenpay.payments.intent import Purpose
from tokenpay.steps.shift_payment import drawer_units
from tokenpay.store.shift_store import CashMoved
from tokenpay.store.unit_of_work import UnitOfWork


def report_shift(uow: UnitOfWork, operator: Operator, shift_id: str) -> ShiftReport:
    """Report on a shift to this operator; raises NotFound.

    The expected cash is not told to the shift's operator before the shift is closed: the count is blind.
    """
    shift = uow.shifts.get(shift_id)
    moved, fees = uow.shifts.moved(shift_id), uow.shifts.fees(shift_id)
    expected = {cash.asset.symbol: cash.units for cash in shift.expected}
    if shift.state is ShiftState.OPEN:
        expected = drawer_units(uow, shift.drawer)
    is_closed = shift.state is ShiftState.CLOSED
    told = is_closed or operator.id != shift.operator_id
    return ShiftReport(
        shift_id=shift.id,
        letter="Z" if is_closed else "X",
        state=shift.state,
        branch=shift.branch,
        drawer=shift.drawer,
        terminal=shift.terminal,
        operator_id=shift.operator_id,
        opened_at_s=shift.opened_at_s,
        closed_at_s=shift.closed_at_s,
        cash=_lines(shift, moved, fees, expected, told=told),
        payments=dict(sorted(Counter(cash.purpose.value for cash in moved).items())),
    )


def _lines(
    shift: Shift, moved: list[CashMoved], fees: Mapping[str, int], expected: Mapping[str, int], *, told: bool
) -> tuple[CashLine, ...]:
    opening, closing = _counted(shift.opening), _counted(shift.closing)
    currencies = {*expected, *opening, *closing, *(cash.currency for cash in moved)}
    was_counted = shift.state is not ShiftState.OPEN

    def line(currency: str) -> CashLine:
        asset = Asset.cash(currency)

        def sum_of(purpose: Purpose, *, into_drawer: bool) -> Amount:
            of = (currency, purpose, into_drawer)
            return Amount(asset, sum(m.units for m in moved if (m.currency, m.purpose, m.into_drawer) == of))

        return CashLine(
            currency=currency,
            opening=Amount(asset, opening.get(currency, 0)),
            from_vault=sum_of(Purpose.ALLOCATION, into_drawer=True),
            to_vault=sum_of(Purpose.ALLOCATION, into_drawer=False),
            cash_in=sum_of(Purpose.EXCHANGE, into_drawer=True),
            cash_out=sum_of(Purpose.EXCHANGE, into_drawer=False),
            fees=Amount(asset, fees.get(currency, 0)),
            over=sum_of(Purpose.VARIANCE, into_drawer=True),
            short=sum_of(Purpose.VARIANCE, into_drawer=False),
            expected=Amount(asset, expected.get(currency, 0)) if told else None,
            counted=Amount(asset, closing.get(currency, 0)) if was_counted else None,
        )

    return tuple(line(currency) for currency in sorted(currencies))


def _counted(counts: tuple[CashCount, ...]) -> dict[str, int]:
    return {count.currency: count.amount.units for count in counts}
