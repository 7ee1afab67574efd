"""One request: its QR code, and what comes for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import CANCEL_REQUEST, OTHER_CODE, REST, SHOW_CASE
from terminal_app.commands.till import RECEIPT
from terminal_app.language import _
from terminal_app.lookups import request_shown
from terminal_app.screens.case import CaseScreen
from terminal_app.screens.receipt import ReceiptScreen
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.views import RequestView, in_fours, left_text
from terminal_app.widgets.qr import Qr

_FRAME_ROWS = 3
"""The bar, the notice and the footer."""
_BESIDE = 38
"""Columns that the words beside the code need."""


class RequestScreen(Room):
    heading = _("Take a payment")
    purpose = _(
        "Let the payer scan the code. Our own reference is for this bank's customers; another wallet needs the bare "
        "address or the link (F5). Seen is not paid: wait for final. Escape leaves the request open."
    )
    commands = (HELP, BACK, REST, OTHER_CODE, CANCEL_REQUEST, RECEIPT, SHOW_CASE)
    shows_palette = False

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self.request_id = request_id
        self._seen: RequestView | None = None
        self._form = 0

    def body(self) -> Iterator[Widget]:
        with Horizontal(id="request"):
            yield Qr(id="code")
            with Vertical(id="words"):
                for name in ("standing", "asks", "left", "facts", "deposits", "todo", "form"):
                    yield Static(id=name, markup=False)

    def on_mount(self) -> None:
        self.set_interval(1, self.count_down)
        self.terminal.memory.show(self.request_id)

    def on_unmount(self) -> None:
        self.terminal.memory.show("")

    def look(self) -> None:
        self.ask(partial(request_shown, self.bank, self.request_id, by=self.by), self.show)

    def show(self, seen: RequestView) -> None:
        self._seen = seen
        self.query_one("#standing", Static).update(f"{seen.standing}\n{seen.meaning}")
        self.query_one("#asks", Static).update(seen.asks)
        facts = [seen.payee, seen.remittance]
        facts += [_("credited {amount}").format(amount=seen.credited)] if seen.credited else []
        facts += [_("still due {amount}").format(amount=seen.due)] if seen.due else []
        self.query_one("#facts", Static).update("\n".join(fact for fact in facts if fact))
        self.query_one("#deposits", Static).update("\n".join(seen.deposits))
        self.query_one("#todo", Static).update(seen.todo)
        self.draw()
        self.count_down()
        self.refresh_bindings()

    def draw(self) -> None:
        """Show the code in the chosen form, for as long as the request may be paid."""
        if self._seen is None:
            return
        name, text = self._codes()[self._form % len(self._codes())]
        code = self.query_one(Qr)
        code.display = not self._seen.ended
        if code.display:
            code.encode(text)
        self.query_one("#form", Static).update("" if self._seen.ended else f"{name}:\n{_legible(text)}")

    def _codes(self) -> list[tuple[str, str]]:
        """The forms of the code that this screen has room for; the short reference always."""
        if self._seen is None:
            return []
        columns, rows = self.size.width - _BESIDE, self.size.height - _FRAME_ROWS
        first, *others = self._seen.codes
        return [first, *(code for code in others if tp.qr_fits(code[1], columns=columns, rows=rows))]

    def on_resize(self) -> None:
        self.draw()

    def count_down(self) -> None:
        if self._seen is None:
            return
        left_s = self._seen.expires_at_s - self.bank.clock.now_s()
        left = "" if self._seen.ended else _("{time} left").format(time=left_text(left_s))
        self.query_one("#left", Static).update(left)
        if left_s <= 0 and not self._seen.ended:
            self.look()

    def offers(self, command: Command) -> bool:
        seen = self._seen
        if command in (HELP, BACK, RECEIPT) or command not in self.commands:
            return super().offers(command)
        if seen is None or not super().offers(command):
            return False
        return {
            OTHER_CODE: not seen.ended,
            CANCEL_REQUEST: not seen.ended,
            REST: seen.rest is not None,
            SHOW_CASE: bool(seen.case_id),
        }.get(command, True)

    def action_ask_for_rest(self) -> None:
        if self._seen is not None and self._seen.rest is not None:
            rest = self._seen.rest
            find = partial(tp.get_customer, self.bank, self._seen.customer, by=self.by)
            self.ask(find, lambda customer: self._ask_again(customer, rest))

    def _ask_again(self, customer: tp.Customer, rest: tp.Amount) -> None:
        from terminal_app.screens.take_payment import TakePayment  # which leads here

        self.terminal.switch_screen(TakePayment(customer, rest))

    def action_receipt(self) -> None:
        self.terminal.push_screen(ReceiptScreen(self.request_id))

    def action_show_case(self) -> None:
        if self._seen is not None and self._seen.case_id:
            self.terminal.push_screen(CaseScreen(self._seen.case_id))

    def action_other_code(self) -> None:
        self._form += 1
        self.draw()
        self.terminal.memory.show(self.request_id, self._codes()[self._form % len(self._codes())][1])

    def action_cancel_request(self) -> None:
        question = _("Stop asking for this? Money that still arrives goes to suspense, with a case.")
        self.terminal.push_screen(Sure(question, self._cancel))

    def _cancel(self) -> None:
        self.ask(partial(tp.cancel_request, self.bank, self.request_id, by=self.by), lambda state: self.look())


def _legible(text: str) -> str:
    """Return an address in fours, as people compare it, and any other long text in lines."""
    try:
        return in_fours(tp.Address.parse(text))
    except tp.InvalidAddress:
        return "\n".join(text[start : start + 36] for start in range(0, len(text), 36))
