"""Receive: ask for an amount, and show who pays the code for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.widget import Widget

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import OTHER_CODE
from terminal_app.display.view import Asked, look_at
from terminal_app.language import _
from terminal_app.screens.take_payment import TakePayment
from terminal_app.self_service.watching import Watching
from terminal_app.widgets.request_face import RequestFace


class Receive(TakePayment):
    heading = _("Receive")
    purpose = _(
        "Write the amount and what it is for; Enter in the last field shows the QR code. No amount lets the payer "
        "decide. The request is open for a quarter of an hour."
    )
    shows_palette = False

    def _issued(self, request: tp.PaymentRequest) -> None:
        self.waiting = False
        self.terminal.switch_screen(OwnRequest(request.id))


class OwnRequest(Watching):
    heading = _("Receive")
    purpose = _(
        "Let the payer scan the code; F5 shows its other forms. Seen is not paid: wait for final. It goes on without "
        "you: Escape goes back, and what comes is in your account."
    )
    commands = (HELP, BACK, OTHER_CODE)

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self._request_id = request_id
        self._seen: Asked | None = None
        self._chosen = ""

    def body(self) -> Iterator[Widget]:
        yield RequestFace()

    def on_mount(self) -> None:
        self.set_interval(1, self.count_down)

    def question(self) -> Callable[[], Asked]:
        return partial(look_at, self.bank, self._request_id, by=self.by)

    def show(self, seen: Asked) -> None:
        self._seen = seen
        self.query_one(RequestFace).show(seen, self._chosen)
        self.count_down()
        self.refresh_bindings()

    def count_down(self) -> None:
        self.query_one(RequestFace).count_down(self.bank.clock.now_s())

    def offers(self, command: Command) -> bool:
        open_still = self._seen is not None and not self._seen.is_over
        return super().offers(command) and (open_still or command is not OTHER_CODE)

    def action_other_code(self) -> None:
        face = self.query_one(RequestFace)
        if self._seen is not None and not self._seen.is_over:
            self._chosen = face.next_form()
            face.show(self._seen, self._chosen)
