"""The Z reports of a day: every shift that was closed, seen and printed one by one or all of them."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.widget import Widget
from textual.widgets import ProgressBar, Static

import tokenpay as tp
from terminal_app.closing import figures
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.till import PRINT_ALL
from terminal_app.language import _, spoken
from terminal_app.screens.receipt import ReceiptScreen, mark_text
from terminal_app.screens.room import Room
from terminal_app.sentences import sentence
from terminal_app.views import amount_text, time_text
from terminal_app.widgets.listing import Listing


class ZReports(Room):
    heading = _("Z reports")
    purpose = _(
        "The shifts that were closed today. Enter shows one as it looks on paper; F9 prints them all. What has been "
        "printed before is printed as a copy with its number."
    )
    commands = (HELP, BACK, PRINT_ALL)

    def __init__(self) -> None:
        super().__init__()
        self._shifts: tuple[tp.Shift, ...] = ()
        self._printed: dict[str, str] = {}
        self._issued: dict[str, tp.Receipt] = {}
        """Issued here, and not taken by the printer."""

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Closed"), _("Drawer"), _("Operator"), _("Counted"), _("Printed"), id="shifts")
        yield ProgressBar(show_eta=False, id="progress")

    def on_mount(self) -> None:
        self.query_one(ProgressBar).display = False
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(lambda: figures(self.bank, by=self.by).shifts, self.show)

    def show(self, shifts: tuple[tp.Shift, ...]) -> None:
        self._shifts = tuple(shift for shift in shifts if shift.state is tp.ShiftState.CLOSED)
        open_still = len(shifts) - len(self._shifts)
        self._fill()
        words = [_("Shifts closed today: {count}").format(count=len(self._shifts))]
        words += [_("! not closed yet: {count}").format(count=open_still)] if open_still else []
        self.query_one("#summary", Static).update(" · ".join(words))
        self.refresh_bindings()

    def _fill(self) -> None:
        self.query_one(Listing).fill(
            (
                shift.id,
                (
                    time_text(shift.closed_at_s or 0),
                    shift.drawer,
                    shift.operator_id,
                    ", ".join(amount_text(count.amount) for count in shift.closing) or "-",
                    self._printed.get(shift.id, "-"),
                ),
            )
            for shift in self._shifts
        )

    def offers(self, command: Command) -> bool:
        return super().offers(command) and (command is not PRINT_ALL or bool(self._shifts))

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen and not self.waiting:
            self.terminal.push_screen(ReceiptScreen(chosen))

    def action_print_all(self) -> None:
        if self.waiting:
            return
        ids = [shift.id for shift in self._shifts]
        rest = [shift_id for shift_id in ids if shift_id not in self._printed] or ids
        self.waiting = True
        bar = self.query_one(ProgressBar)
        bar.display = True
        bar.update(total=len(rest), progress=0)
        self.say(_("Printing…"))
        self._next(rest)

    def _next(self, rest: list[str]) -> None:
        self._fill()
        if not rest:
            self.waiting = False
            self.query_one(ProgressBar).display = False
            self.say(_("✓ Printed: {count}").format(count=len(self._shifts)))
            self.refresh_bindings()
            return
        shift_id, *others = rest

        def call() -> tp.Receipt:
            receipt = self._issued.get(shift_id)
            if receipt is None:
                receipt = self._issued[shift_id] = tp.issue_receipt(self.bank, shift_id, by=self.by)
            tp.print_receipt(self.bank, receipt, language=spoken().written)
            del self._issued[shift_id]
            return receipt

        def printed(receipt: tp.Receipt) -> None:
            self._printed[shift_id] = f"✓ {mark_text(receipt)}"
            self.query_one(ProgressBar).advance()
            self._next(others)

        self.ask(call, printed)

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        self.query_one(ProgressBar).display = False
        super().failed(error)
        if not isinstance(error, tp.SessionExpired):
            left = sum(shift.id not in self._printed for shift in self._shifts)
            self.say(
                _("! {why}. Not printed yet: {count}; F9 prints the rest.").format(why=sentence(error), count=left)
            )
        self.refresh_bindings()
