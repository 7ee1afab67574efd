"""A room without a field in which a scanner may type: what it typed is gathered, and leads to where it belongs."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events

import tokenpay as tp
from terminal_app.commands.anywhere import PAY
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.screens.room import Room, error_text
from terminal_app.views import amount_text

if TYPE_CHECKING:
    from textual.timer import Timer

    from terminal_app.screens.pay_out import Target

_PAYMENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What stands in the code of a payment's receipt."""
_ENDS = ("enter", "tab")
_END = "\n"
_NO_CHARACTER = "\0"


class Scanning(Room):
    """From the first character until nothing follows, every key is of the scan, and does nothing by itself."""

    commands: ClassVar[tuple[Command, ...]] = ()  # none of its own: a key of it would be offered by each such room

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._pressed_s = self._quiet_s = 0.0
        self._over: Timer | None = None
        self.verdict = ""
        """What the last scan was, where it led nowhere, or what was wrong with it."""

    def on_key(self, event: events.Key) -> None:
        if self._typed and event.time - self._pressed_s > self._quiet_s:  # the terminal was busy when that was over
            self._is_over()
        if not self._typed and (not event.is_printable or event.key == "colon"):
            self.verdict = ""
            return
        event.stop()
        ends = event.key in _ENDS
        if (not ends and not event.is_printable) or self._typed.endswith(_END):
            self.terminal.came_with_others()
        self._typed += _END if ends else event.character or _NO_CHARACTER
        self._pressed_s = event.time
        self._quiet_s = self.terminal.after_s if ends else self.terminal.hurry_s
        self._wait(event.time)

    def _wait(self, newest_s: float) -> None:
        """Take the scan to be over when nothing follows the newest key of this terminal for so long."""
        if self._over is not None:
            self._over.stop()
        if not self._quiet_s:
            return self._is_over()
        quiet = partial(self._seems_over, self._pressed_s, newest_s)
        self._over = self.set_timer(self._quiet_s, partial(self.terminal.call_later, quiet))

    def _seems_over(self, pressed_s: float, newest_s: float) -> None:
        """End the scan, unless this terminal was busy and another key is still on its way here."""
        if not self._typed or pressed_s != self._pressed_s:
            return
        if newest_s == self.terminal.pressed_s:
            self._is_over()
        else:
            self._wait(self.terminal.pressed_s)

    def warn(self, text: str) -> None:
        self.verdict = text
        super().warn(text)

    def on_paste(self, event: events.Paste) -> None:
        self._take(event.text)

    def _is_over(self) -> None:
        text, self._typed = self._typed.removesuffix(_END), ""
        if len(text) > 1 and text.isprintable():  # else a key that was touched, or keys that are no text
            self._take(text)

    def _take(self, text: str) -> None:
        self.verdict = ""
        text = text.strip(" \t\r\n")
        if not self.is_current or not text:
            return
        from terminal_app.screens.pay_out import resolve

        if _PAYMENT.fullmatch(text.lower()):
            receipt = partial(tp.get_payment, self.bank, text.lower(), by=self.by)
            self.ask(receipt, self._show_payment, self._leads_nowhere)
        else:
            code = partial(resolve, self.bank, text, by=self.by)
            self.ask(code, partial(self._lead, text), self._leads_nowhere)

    def _leads_nowhere(self, error: tp.TokenpayError) -> None:
        self.failed(error)
        self.verdict = error_text(error)

    def _show_payment(self, payment: tp.Payment) -> None:
        from terminal_app.screens.payment import PaymentScreen

        self._open(PaymentScreen(payment.id))

    def _lead(self, text: str, target: Target) -> None:
        """Go where the code can be paid, or to what became of the request; or say what it is."""
        from terminal_app.screens.find_customer import FindCustomer
        from terminal_app.screens.pay_out import PayOut, trust, verdict
        from terminal_app.screens.request import RequestScreen

        resolved = target.resolved
        if resolved.resolution.payable and self.terminal.may(PAY):
            said = verdict(target)
            if resolved.amount is not None:
                said.append(f"  {amount_text(resolved.amount)}")
            asked = "\n".join((*said, _("Who pays it?")))
            self._open(FindCustomer(partial(PayOut, code=text), asked=asked))
        elif resolved.request is not None:
            self._open(RequestScreen(resolved.request.id))
        else:
            self.verdict = trust(target)
            self.say(self.verdict)

    def _open(self, room: Room) -> None:
        if self.is_current and not self._typed:  # what is typed meanwhile is meant for here
            self.terminal.push_screen(room)
