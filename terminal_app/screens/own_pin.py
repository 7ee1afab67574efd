"""An operator's own PIN."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.pin_form import PinForm


class OwnPin(PinForm):
    heading = _("Your PIN")
    purpose = _(
        "Type a PIN of 6 to 12 digits twice: from then on it signs you in like your password, and one set before does "
        "not. No runs, no repeated digits or patterns. Whoever signed in with a PIN signs in with the password first."
    )

    def body(self) -> Iterator[Widget]:
        with Center(classes="form"):
            yield from self.fields()
        yield Static(
            _("It takes a session that your password opened: sign in with the password first."), classes="hint"
        )

    def take(self, pin: str) -> None:
        self.ask(partial(tp.set_pin, self.bank, pin=pin, by=self.by), self._done)

    def _done(self, nothing: None) -> None:
        self.waiting = False
        self.empty()
        self.say(_("✓ The PIN is set: it signs you in from now on."))

    def failed(self, error: tp.TokenpayError) -> None:
        super().failed(error)
        if isinstance(error, tp.NotPermitted):
            self.empty()
            self.say(_("✗ You signed in with a PIN: sign out, sign in with your password, and set it then."))
