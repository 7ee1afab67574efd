"""Amount and payee of a large payment, typed by its second person from the order, before they have seen either."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.room import Room
from terminal_app.widgets.amount_input import AmountInput


class Retype(Room):
    heading = _("Type it again")
    purpose = _(
        "The bank has a payment of this size typed again by the second person. Take the order, not the screen: type "
        "its amount and its payee, a customer's number or a whole address. Nothing is signed unless both are right."
    )

    def __init__(self, asset: tp.Asset, then: Callable[[tp.Rekeyed], None]) -> None:
        super().__init__()
        self._asset = asset
        self._then = then

    def body(self) -> Iterator[Widget]:
        with Vertical(classes="form"):
            yield Label(_("Amount in {asset}").format(asset=self._asset.symbol))
            yield AmountInput(id="amount")
            yield Label(_("Payee: a customer's number, or an address"))
            yield Input(id="payee", max_length=120)
        yield Static(_("From the order in your hand. Enter goes on."), classes="hint")

    def on_mount(self) -> None:
        self.query_one(AmountInput).focus()

    @on(Input.Submitted, "#amount")
    def to_payee(self) -> None:
        self.query_one("#payee", Input).focus()

    @on(Input.Submitted, "#payee")
    def go_on(self) -> None:
        try:
            amount = self.query_one(AmountInput).amount(self._asset)
        except tp.TokenpayError as error:
            self.failed(error)
            return
        typed = tp.Rekeyed(amount=amount, payee=self.query_one("#payee", Input).value)
        self.terminal.pop_screen()
        self._then(typed)
