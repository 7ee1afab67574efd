"""Payments that were confirmed here and not answered: asked after by their keys, never simply paid again."""

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import DROP, PAY_AGAIN
from terminal_app.language import _
from terminal_app.memory import Order, carry_out
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.sentences import in_form, sentence
from terminal_app.views import STATES, time_text
from terminal_app.widgets.listing import Listing

Asked = list[tuple[Order, tp.Payment | None]]


class Unfinished(Room):
    heading = _("Unfinished payments")
    purpose = _(
        "Payments that were confirmed at this terminal when it stopped or the bank did not answer. What the bank has "
        "is opened with Enter and is done; what it never got may be paid now (F9) or forgotten (F10)."
    )
    commands = (HELP, BACK, PAY_AGAIN, DROP)

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[str, tuple[Order, tp.Payment | None]] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Asking the bank for each…"), id="summary", markup=False)
        yield Listing(_("Confirmed"), _("At the bank"), _("Amount"), _("To"), id="orders")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        if not self.waiting:
            self.ask(self._call, self.show)

    def _call(self) -> Asked:
        orders = self.orders()
        return [(order, tp.payment_of_key(self.bank, order.key, by=self.by)) for order in orders]

    def orders(self) -> list[Order]:
        """Return what is asked after; raises tp.IntegrityError."""
        return self.terminal.memory.unanswered()

    def open_payment(self, payment_id: str) -> None:
        self.terminal.push_screen(PaymentScreen(payment_id))

    def show(self, asked: Asked) -> None:
        self._asked = {order.key: (order, payment) for order, payment in asked}
        lost = _("never got it")
        self.query_one(Listing).fill(
            (
                order.key,
                (
                    f"{time_text(order.confirmed_at_s)} {order.operator}",
                    lost if payment is None else " ".join(STATES[payment.state][:2]),
                    in_form(order.amount),
                    order.creditor,
                ),
            )
            for order, payment in asked
        )
        done = _("Nothing is unfinished.")
        some = _("Confirmed here and not answered: {count}").format(count=len(asked))
        self.query_one("#summary", Static).update(some if asked else done)
        self.refresh_bindings()

    @property
    def _chosen(self) -> tuple[Order, tp.Payment | None] | None:
        return self._asked.get(self.query_one(Listing).chosen or "") if self.is_mounted else None

    def offers(self, command: Command) -> bool:
        if command not in (PAY_AGAIN, DROP) or not super().offers(command):
            return super().offers(command)
        chosen = self._chosen
        if chosen is None or chosen[1] is not None:
            return False
        return command is DROP or chosen[0].operator == self.by.operator.id

    @on(Listing.RowHighlighted)
    def chosen_changed(self) -> None:
        self.refresh_bindings()

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        order, payment = chosen
        if payment is None:
            self.say(_("The bank never got this one: F9 pays it now, F10 forgets it."))
            return
        self.terminal.memory.forget(order)
        self.open_payment(payment.id)

    def action_pay_again(self) -> None:
        chosen = self._chosen
        if chosen is not None and not self.waiting:
            self.waiting = True
            self.ask(partial(carry_out, self.bank, chosen[0], self.by), partial(self._answered, chosen[0]))

    def _answered(self, order: Order, result: tp.Payment | tp.Refusal) -> None:
        self.waiting = False
        self.terminal.memory.forget(order)
        if isinstance(result, tp.Payment):
            self.open_payment(result.id)
            return
        reasons = "; ".join(sentence(reason) for reason in result.reasons)
        self.say(_("✗ Refused, nothing left: {reasons}").format(reasons=reasons))
        self.look()

    def action_drop(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            question = _("Forget this payment? The bank never got it, and it will not be paid.")
            lines = f"{in_form(chosen[0].amount)}\n{chosen[0].creditor}"
            self.terminal.push_screen(Sure(f"{question}\n\n{lines}", partial(self._drop, chosen[0])))

    def _drop(self, order: Order) -> None:
        """Ask the bank once more first: it may have the payment by now."""
        call = partial(tp.payment_of_key, self.bank, order.key, by=self.by)
        self.ask(call, partial(self._dropped, order))

    def _dropped(self, order: Order, payment: tp.Payment | None) -> None:
        if payment is None:
            self.terminal.memory.forget(order)
        self.look()

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
