"""A customer's way in of their own: a PIN that they choose at the counter, another one, or none any more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import END_SELF_SERVICE
from terminal_app.language import _
from terminal_app.screens.pin_form import PinForm
from terminal_app.screens.sure import Sure


class SelfServiceScreen(PinForm):
    heading = _("Self-service")
    purpose = _(
        "The customer types a PIN of 6 to 12 digits twice on the keypad; you look away. With it and their number they "
        "sign in themselves; a PIN from before opens nothing any more. You vouch that it is this customer: look at "
        "their papers first."
    )
    commands = (HELP, BACK, END_SELF_SERVICE)

    def __init__(self, customer: tp.Customer) -> None:
        super().__init__()
        self._customer = customer

    def body(self) -> Iterator[Widget]:
        yield Static(
            _("For {name} · {number}").format(name=self._customer.name, number=self._customer.id), markup=False
        )
        with Center(classes="form"):
            yield from self.fields()
        yield Static(
            _("The customer types it, twice. No runs, no repeated digits, no part of their number."), classes="hint"
        )

    def take(self, pin: str) -> None:
        call = partial(
            tp.open_self_service, self.bank, customer_id=self._customer.id, pin=pin, by=self.by, key=self.key
        )
        self.ask(call, self._given)

    def _given(self, operator: tp.Operator) -> None:
        self.waiting = False
        self.empty()
        self.say(_("✓ Done: the number {number} and this PIN sign in.").format(number=operator.customer_id))

    def action_end_self_service(self) -> None:
        if not self.waiting:
            question = _("End self-service for {name}? Their PIN opens nothing any more.")
            self.terminal.push_screen(Sure(question.format(name=self._customer.name), self._end))

    def _end(self) -> None:
        self.waiting = True
        self.ask(partial(tp.close_self_service, self.bank, customer_id=self._customer.id, by=self.by), self._ended)

    def _ended(self, nothing: None) -> None:
        self.waiting = False
        self.empty()
        self.say(_("✓ Self-service is ended: no PIN of this customer opens anything."))
