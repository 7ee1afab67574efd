"""What closes a day: what is still open, the proof of the books, and the report. Called in thread workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import tokenpay as tp
from terminal_app.language import _
from terminal_app.lookups import MOST, NOT_CLOSED
from terminal_app.memory import Memory
from terminal_app.reports import DrawerLine, Proof
from terminal_app.views import WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at before the day is closed; `opens` leads to it: a kind and an id."""

    well: bool
    what: str
    details: str
    opens: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """What the day's report adds up."""

    shifts: tuple[tp.Shift, ...]
    volumes: tuple[tp.Volume, ...]
    balances: tuple[tp.BookBalance, ...]


def checks(bank: tp.Bank, memory: Memory, *, by: tp.Session) -> tuple[Check, ...]:
    """Return what should be over before a day is closed, and whether it is."""
    shifts = tp.find_shifts(bank, by=by, states=NOT_CLOSED, limit=MOST)
    requests = tp.find_requests(bank, by=by, states=WAITING, limit=MOST)
    health = tp.bank_health(bank, by=by)
    unfinished = len(memory.unanswered())
    halted = [chain.name for chain in health.chains if chain.halted]
    found = [
        _check(not shifts, _("Shifts that are not closed"), ", ".join(shift.drawer for shift in shifts), "shifts"),
        _check(not unfinished, _("Confirmed here and not answered"), str(unfinished), "unfinished"),
        _check(not health.held, _("Payments that wait for a person"), str(health.held), "queue"),
        _check(not health.payments, _("Payments on their way"), str(health.payments), "branch"),
        _check(not requests, _("Requests that are open"), str(len(requests)), "requests"),
        _check(not health.open_cases, _("Cases that are open"), str(health.open_cases), "cases"),
        _check(not health.stopped_by, _("Payments stopped by"), health.stopped_by, "branch"),
        _check(not halted, _("Chains that are halted"), ", ".join(halted), "branch"),
    ]
    return tuple(found)


def _check(well: bool, what: str, details: str, opens: str) -> Check:
    return Check(well=well, what=what, details=_("none") if well else details, opens=opens)


def prove(bank: tp.Bank, *, by: tp.Session) -> Proof:
    """Return the proof of the books against themselves, the chains and the last counts of the drawers."""
    reconciliation = tp.reconcile(bank, by=by)
    last: dict[str, tp.Shift] = {}
    for shift in tp.find_shifts(bank, by=by, limit=MOST):
        last.setdefault(shift.drawer, shift)
    drawers = [line for line in tp.book_balances(bank, by=by) if line.kind is tp.AccountKind.DRAWER]
    return Proof(
        reconciliation=reconciliation,
        drawers=tuple(
            DrawerLine(
                drawer=line.owner,
                booked=tp.Amount(line.asset, line.units),
                counted=_counted(last.get(line.owner), line.asset),
            )
            for line in drawers
        ),
        assets={known.asset.id: known.asset for known in tp.list_assets(bank)},
    )


def _counted(shift: tp.Shift | None, cash: tp.Asset) -> tp.Amount | None:
    """Return what the last count of a drawer found of a currency, or None while its shift is not closed."""
    if shift is None or shift.state is not tp.ShiftState.CLOSED:
        return None
    return next((count.amount for count in shift.closing if count.currency == cash.symbol), tp.Amount(cash, 0))


def figures(bank: tp.Bank, *, by: tp.Session) -> DayFigures:
    """Return what happened since midnight on this terminal's clock, and what the books hold now."""
    now_s = bank.clock.now_s()
    midnight = datetime.fromtimestamp(now_s).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    since_s = max(int(midnight.timestamp()), 0)
    shifts = tp.find_shifts(bank, by=by, limit=MOST)
    today = [s for s in shifts if s.state is not tp.ShiftState.CLOSED or (s.closed_at_s or 0) >= since_s]
    return DayFigures(
        shifts=tuple(reversed(today)),
        volumes=_added_up(tp.volumes(bank, since_s=since_s, until_s=now_s + 1, by=by)),
        balances=tuple(tp.book_balances(bank, by=by)),
    )


def _added_up(volumes: Iterable[tp.Volume]) -> tuple[tp.Volume, ...]:
    """Return one line a branch, purpose and asset: a day on this clock can lie in two days of UTC."""
    found: dict[tuple[str, str, str], tp.Volume] = {}
    for volume in volumes:
        place = (volume.branch, volume.purpose, volume.amount.asset.id)
        before = found.get(place)
        found[place] = volume if before is None else _together(before, volume)
    return tuple(found[place] for place in sorted(found))


def _together(one: tp.Volume, other: tp.Volume) -> tp.Volume:
    return replace(one, count=one.count + other.count, amount=one.amount + other.amount)
