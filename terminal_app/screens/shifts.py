"""The shifts of the branch, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import ENDED
from terminal_app.language import _
from terminal_app.lookups import NOT_CLOSED
from terminal_app.reports import SHIFT_STATES
from terminal_app.screens.room import Room
from terminal_app.screens.shift import ShiftScreen
from terminal_app.views import time_text
from terminal_app.widgets.listing import Listing


class Shifts(Room):
    heading = _("Shifts")
    purpose = _("Who has which drawer; F5 shows also what is closed. Enter opens a shift: a supervisor may close it.")
    commands = (HELP, BACK, ENDED)

    def __init__(self) -> None:
        super().__init__()
        self._open_only = True

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Opened"), _("Drawer"), _("Terminal"), _("Operator"), _("Stands"), id="shifts")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        states = NOT_CLOSED if self._open_only else None
        self.ask(partial(tp.find_shifts, self.bank, by=self.by, states=states, limit=500), self.show)

    def show(self, shifts: list[tp.Shift]) -> None:
        self.query_one(Listing).fill(
            (
                shift.id,
                (
                    time_text(shift.opened_at_s),
                    shift.drawer,
                    shift.terminal,
                    shift.operator_id,
                    SHIFT_STATES[shift.state],
                ),
            )
            for shift in shifts
        )
        words = _("Shifts that are not closed: {count}") if self._open_only else _("All shifts: {count}")
        self.query_one("#summary", Static).update(words.format(count=len(shifts)))

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen:
            self.terminal.push_screen(ShiftScreen(chosen))

    def action_ended(self) -> None:
        self._open_only = not self._open_only
        self.look()
