"""What waits for a second person."""

from __future__ import annotations

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
from terminal_app.views import PURPOSES, PaymentView
from terminal_app.widgets.listing import Listing


class Queue(Room):
    heading = _("Waiting for a second person")
    purpose = _("Held payments, oldest first. Enter opens one with its whole content and every reason; decide there.")

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, PaymentView] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Since"), _("What"), _("Amount"), _("By"), id="held")
        yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(partial(payments_shown, self.bank, (tp.PaymentState.HELD,), by=self.by), self.show)

    def show(self, held: tuple[PaymentView, ...]) -> None:
        self._held = {payment.id: payment for payment in held}
        self.query_one(Listing).fill(
            (
                payment.id,
                (
                    payment.made_at,
                    PURPOSES[payment.purpose],
                    payment.amount,
                    payment.maker,
                ),
            )
            for payment in held
        )
        self.show_whole()
        waiting = _("Payments that wait: {count}").format(count=len(held))
        self.query_one("#summary", Static).update(waiting if held else _("Nothing waits."))

    @on(Listing.RowHighlighted)
    def show_whole(self) -> None:
        """Say in plain words what the chosen payment does, and why it waits."""
        payment = self._held.get(self.query_one(Listing).chosen or "")
        whole = () if payment is None else (payment.words, payment.fours, *(f"  · {why}" for why in payment.explained))
        self.query_one("#whole", Static).update("\n".join(line for line in whole if line))

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen:
            self.terminal.push_screen(PaymentScreen(chosen))
