"""What waits for a second person."""

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.lookups import payments_shown
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.room import Room
from terminal_app.views import PaymentView
from terminal_app.widgets.listing import Listing


class Queue(Room):
    heading = _("Waiting for a second person")
    purpose = _("Held payments, oldest first. Enter opens one with its whole content and every reason; decide there.")

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Since"), _("Amount"), _("By"), _("Why it waits"), id="held")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(partial(payments_shown, self.bank, (tp.PaymentState.HELD,), by=self.by), self.show)

    def show(self, held: tuple[PaymentView, ...]) -> None:
        self.query_one(Listing).fill(
            (payment.id, (payment.made_at, payment.amount, payment.maker, "; ".join(payment.reasons)))
            for payment in held
        )
        waiting = _("Payments that wait: {count}").format(count=len(held))
        self.query_one("#summary", Static).update(waiting if held else _("Nothing waits."))

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen:
            self.terminal.push_screen(PaymentScreen(chosen))
