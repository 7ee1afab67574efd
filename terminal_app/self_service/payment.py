"""One payment of the customer's own: how it stands, and its receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.self_service import LEAVE, RECEIPT
from terminal_app.language import _, spoken
from terminal_app.screens.room import Room
from terminal_app.self_service.lookups import own_payment
from terminal_app.self_service.watching import Watching
from terminal_app.views import PaymentView, labelled


class OwnPayment(Watching):
    heading = _("Payment")
    purpose = _(
        "Where the payment stands, by itself up to date. Held means it waits: it is not lost, and is not to be paid "
        "again. F5 shows the receipt."
    )
    commands = (HELP, BACK, RECEIPT, LEAVE)

    def __init__(self, payment_id: str) -> None:
        super().__init__()
        self._payment_id = payment_id

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(_("Looking…"), id="standing", markup=False)
            yield Static(id="facts", markup=False)

    def question(self) -> Callable[[], PaymentView]:
        return partial(own_payment, self.bank, self._payment_id, by=self.by)

    def show(self, seen: PaymentView) -> None:
        lines = [seen.standing, seen.meaning, *(f"  · {reason}" for reason in seen.reasons)]
        self.query_one("#standing", Static).update("\n".join([*lines, ""]))
        facts = [
            (_("Amount"), seen.amount),
            (_("From"), seen.debtor),
            (_("To"), seen.creditor),
            ("", seen.fours),
            (_("For"), seen.about),
            (_("When"), seen.made_at),
            (_("Id"), seen.id),
        ]
        self.query_one("#facts", Static).update(labelled(facts))

    def action_receipt(self) -> None:
        self.terminal.push_screen(ReceiptScreen(self._payment_id))


class ReceiptScreen(Room):
    heading = _("Receipt")
    purpose = _("What the receipt says as things stand. On paper it is handed out at the counter.")
    commands = (HELP, BACK, LEAVE)
    shows_palette = False

    def __init__(self, payment_id: str) -> None:
        super().__init__()
        self._payment_id = payment_id

    def body(self) -> Iterator[Widget]:
        with VerticalScroll(id="paper"):
            yield Static(_("Looking…"), id="slip", markup=False)

    def on_mount(self) -> None:
        self.query_one("#paper").focus()

    def look(self) -> None:
        self.ask(partial(tp.preview_receipt, self.bank, self._payment_id, by=self.by), self.show)

    def show(self, receipt: tp.Receipt) -> None:
        slip = tp.lay_out(receipt, language=spoken().written)
        lines = [line for line in slip.lines if isinstance(line, tp.SlipText)]
        # Its QR code is for a scanner at the counter: the id stands in the lines.
        places = {"left": "<", "center": "^", "right": ">"}
        self.query_one("#slip", Static).update(
            "\n".join(f"{line.text:{places[line.align]}{slip.width}}".rstrip() for line in lines)
        )
