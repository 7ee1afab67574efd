"""A drawer and who answers for it: open, cash from and to the vault, count, close."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.shift import CLOSE_SHIFT, DELIVERY, FROM_VAULT, OPEN_SHIFT, REPORT, TO_VAULT
from terminal_app.language import _
from terminal_app.lookups import own_shift
from terminal_app.reports import outcome_lines, shift_heading
from terminal_app.screens.allocation import Allocation
from terminal_app.screens.count import CountDelivery, CountToClose, CountToOpen
from terminal_app.screens.room import Room
from terminal_app.screens.shift_report import ShiftReportScreen
from terminal_app.sentences import sentence
from terminal_app.views import GONE, STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    """`waits` is how many of its payments wait for a second person; `disagreed` says why a count was not agreed to."""

    report: tp.ShiftReport | None
    waits: int = 0
    disagreed: str = ""


class ShiftScreen(Room):
    heading = _("Shift")
    purpose = _(
        "Cash moves only between two counts of a drawer, by whoever counted. F3 opens with a count; F9 counts blind "
        "and closes. A difference is booked; above a limit a supervisor decides first."
    )
    commands = (HELP, BACK, OPEN_SHIFT, FROM_VAULT, TO_VAULT, DELIVERY, CLOSE_SHIFT, REPORT)
    shows_palette = False

    def __init__(self, shift_id: str = "", *, told: str = "") -> None:
        super().__init__()
        self._shift_id = shift_id
        self._told = told
        """What has just been done here."""
        self._seen: ShiftView | None = None

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(_("Looking…"), id="standing", markup=False)
            yield Static(id="facts", markup=False)

    def on_mount(self) -> None:
        self.say(self._told)

    def look(self) -> None:
        self.ask(self._call, self.show)

    def _call(self) -> ShiftView:
        shift_id = self._shift_id
        if not shift_id:
            own = own_shift(self.bank, by=self.by)
            shift_id = own.id if own is not None else ""
        if not shift_id:
            return ShiftView(report=None)
        report = tp.shift_report(self.bank, shift_id, by=self.by)
        moved = tp.find_payments(self.bank, by=self.by, related=shift_id, limit=1000)
        not_agreed = [p for p in moved if p.intent.purpose is tp.Purpose.VARIANCE and p.state in GONE]
        last = not_agreed[-1] if not_agreed and report.state is tp.ShiftState.OPEN else None
        return ShiftView(
            report=report,
            waits=sum(payment.state is tp.PaymentState.HELD for payment in moved),
            disagreed="" if last is None else _why(last),
        )

    def show(self, seen: ShiftView) -> None:
        self._seen = seen
        report = seen.report
        self.query_one("#standing", Static).update("\n".join(standing(seen)))
        self.query_one("#facts", Static).update("" if report is None else shift_heading(report))
        self.refresh_bindings()

    @property
    def _report(self) -> tp.ShiftReport | None:
        return None if self._seen is None else self._seen.report

    def offers(self, command: Command) -> bool:
        if command in (HELP, BACK) or command not in self.commands:
            return super().offers(command)
        if self._seen is None or not super().offers(command):
            return False
        report = self._report
        over = report is None or report.state is tp.ShiftState.CLOSED
        is_open = report is not None and report.state is tp.ShiftState.OPEN
        mine = report is not None and report.operator_id == self.by.operator.id
        return {
            OPEN_SHIFT: over,
            FROM_VAULT: is_open and mine,
            TO_VAULT: is_open and mine,
            CLOSE_SHIFT: is_open and (mine or self.terminal.may(DELIVERY)),
            REPORT: report is not None,
        }.get(command, True)

    def action_open_shift(self) -> None:
        self.terminal.push_screen(CountToOpen())

    def action_from_vault(self) -> None:
        self._move(tp.CashDirection.TO_DRAWER)

    def action_to_vault(self) -> None:
        self._move(tp.CashDirection.TO_VAULT)

    def _move(self, direction: tp.CashDirection) -> None:
        if self._report is not None:
            self.terminal.push_screen(Allocation(self._report.drawer, direction))

    def action_delivery(self) -> None:
        self.terminal.push_screen(CountDelivery())

    def action_close_shift(self) -> None:
        if self._report is not None:
            self.terminal.push_screen(CountToClose(self._report.shift_id, self._report.drawer))

    def action_report(self) -> None:
        if self._report is not None:
            self.terminal.push_screen(ShiftReportScreen(self._report.shift_id))


def _why(not_agreed: tp.Payment) -> str:
    """Return why a count's difference was not booked: the reason, or how it ended."""
    return sentence(not_agreed.reasons[-1]) if not_agreed.reasons else STATES[not_agreed.state][1].lower()


def standing(seen: ShiftView) -> list[str]:
    """Return where a shift stands and what to do next."""
    report = seen.report
    if report is None:
        return [_("○ NO SHIFT"), _("No cash moves before a drawer is counted and its shift is open: F3.")]
    if report.state is tp.ShiftState.COUNTED:
        return [
            _("‖ COUNTED, WAITS FOR A SUPERVISOR"),
            _("The count and the books differ by more than one person may decide. No cash moves meanwhile."),
            _("A supervisor presses F7 at the counter: approved, the shift is closed; refused, count again."),
        ]
    if report.state is tp.ShiftState.CLOSED:
        found = outcome_lines(report)
        if found:
            return [_("! CLOSED, WITH A DIFFERENCE"), *(f"  · {line}" for line in found)]
        return [_("✓ CLOSED"), _("The count agrees with the books.")]
    lines = [_("✓ OPEN"), _("F4 and F5 bring cash from and to the vault; F9 counts and closes.")]
    if seen.waits:
        lines.append(_("‖ Waits for a second person: {count}. Until then it is not closed.").format(count=seen.waits))
    if seen.disagreed:
        lines.append(_("! The last count was not agreed to: {why}. Count again (F9).").format(why=seen.disagreed))
    return lines
