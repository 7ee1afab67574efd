"""Where a day at the counter begins: what is open here, and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import FROM_HOME, HELP, SHIFT, UNFINISHED
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.lookups import GoingOn, going_on
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.scanning import Scanning
from terminal_app.views import time_text
from terminal_app.widgets.listing import Listing

UNSEEN = (tp.Purpose.SWEEP, tp.Purpose.FILL, tp.Purpose.VARIANCE)
"""The engine's own payments, for which nobody at a counter waits, and what a count that was blind has found."""


class Home(Scanning):
    heading = _("Counter")
    purpose = _(
        "Your shift, open requests, and payments that are not over. Enter opens a row; the keys below begin something "
        "new, and so does a code that is scanned here. A request goes on while you do something else."
    )
    commands = (HELP, *FROM_HOME)
    shows_palette = False

    def __init__(self) -> None:
        super().__init__()
        self._unfinished = 0

    def offers(self, command: Command) -> bool:
        return super().offers(command) and (command is not UNFINISHED or self._unfinished > 0)

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("What"), _("Stands"), _("Amount"), _("From or for"), id="open")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(partial(going_on, self.bank, self.terminal.memory, by=self.by), self.show)

    def show(self, seen: GoingOn) -> None:
        rows = [
            (f"request {request.id}", (_("Request"), request.standing, request.asks, request.payee))
            for request in seen.requests
        ]
        rows += [
            (f"payment {payment.id}", (_("Payment"), payment.standing, payment.amount, payment.debtor))
            for payment in seen.payments
            if payment.purpose not in UNSEEN
        ]
        self.query_one(Listing).fill(rows)
        self._unfinished = seen.unfinished
        self.refresh_bindings()
        parts = [
            _("Open: {count}").format(count=len(rows))
            if rows
            else _("Nothing is open. F2 finds a customer, F3 takes a payment, F4 pays out."),
            _("Cases: {count} (F8)").format(count=seen.cases) if seen.cases else "",
            _("! Confirmed and not answered: {count} (F6)").format(count=seen.unfinished) if seen.unfinished else "",
        ]
        lines = (self._shift_line(seen.shift), (" · " if rows else "\n").join(part for part in parts if part))
        self.query_one("#summary", Static).update("\n".join(line for line in lines if line))
        self.say(self.verdict)

    def _shift_line(self, shift: tp.Shift | None) -> str:
        """Say which drawer is whose, or that no cash moves."""
        if not self.terminal.may(SHIFT):
            return ""
        if shift is None:
            return _("○ No shift: F5 opens one before cash moves")
        if shift.state is tp.ShiftState.COUNTED:
            return _("‖ Shift counted, {drawer}: it waits for a supervisor").format(drawer=shift.drawer)
        return _("✓ Shift open, {drawer} since {time}").format(
            drawer=shift.drawer, time=time_text(shift.opened_at_s)[-5:]
        )

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        kind, _space, chosen = (self.query_one(Listing).chosen or "").partition(" ")
        if chosen:
            self.terminal.push_screen(RequestScreen(chosen) if kind == "request" else PaymentScreen(chosen))
