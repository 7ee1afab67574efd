"""What was confirmed here and not answered: asked after by its key, never simply done again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.acts import Done, act_of, ask_after, carry_out
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import DO_AGAIN, DROP
from terminal_app.language import _
from terminal_app.memory import Order
from terminal_app.reports import SHIFT_STATES
from terminal_app.screens.outcome import room_of
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.sentences import in_form, sentence
from terminal_app.views import STATES, time_text
from terminal_app.widgets.listing import Listing

Asked = list[tuple[Order, Done | None]]


class Unfinished(Room):
    heading = _("Unfinished")
    purpose = _(
        "What was confirmed at this terminal when it stopped or the bank did not answer. What the bank has is opened "
        "with Enter and is done; what it never got may be done now (F9) or forgotten (F10)."
    )
    commands = (HELP, BACK, DO_AGAIN, DROP)

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[str, tuple[Order, Done | None]] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Asking the bank for each…"), id="summary", markup=False)
        yield Listing(_("Confirmed"), _("At the bank"), _("What"), _("Amount"), _("To"), id="orders")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        if not self.waiting:
            self.ask(self._call, self.show)

    def _call(self) -> Asked:
        orders = self.orders()
        return [(order, ask_after(self.bank, order, self.by)) for order in orders]

    def orders(self) -> list[Order]:
        """Return what is asked after; raises tp.IntegrityError."""
        return self.terminal.memory.unanswered()

    def open_done(self, done: Done) -> None:
        """Open what the bank has."""
        self.terminal.push_screen(room_of(done))

    def show(self, asked: Asked) -> None:
        self._asked = {order.key: (order, done) for order, done in asked}
        lost = _("never got it")
        self.query_one(Listing).fill(
            (
                order.key,
                (
                    f"{time_text(order.confirmed_at_s)} {order.operator}",
                    lost if done is None else _standing(done),
                    act_of(order).words,
                    in_form(order.amount),
                    order.whom,
                ),
            )
            for order, done in asked
        )
        none = _("Nothing is unfinished.")
        some = _("Confirmed here and not answered: {count}").format(count=len(asked))
        self.query_one("#summary", Static).update(some if asked else none)
        self.refresh_bindings()

    @property
    def _chosen(self) -> tuple[Order, Done | None] | None:
        return self._asked.get(self.query_one(Listing).chosen or "") if self.is_mounted else None

    def offers(self, command: Command) -> bool:
        if command not in (DO_AGAIN, DROP) or not super().offers(command):
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
        order, done = chosen
        if done is None:
            self.say(_("The bank never got this one: F9 does it now, F10 forgets it."))
            return
        self.terminal.memory.forget(order)
        self.open_done(done)

    def action_do_again(self) -> None:
        chosen = self._chosen
        if chosen is not None and not self.waiting:
            self.waiting = True
            self.ask(partial(carry_out, self.bank, chosen[0], self.by), partial(self._answered, chosen[0]))

    def _answered(self, order: Order, result: Done | tp.Refusal) -> None:
        self.waiting = False
        self.terminal.memory.forget(order)
        if not isinstance(result, tp.Refusal):
            self.open_done(result)
            return
        reasons = "; ".join(sentence(reason) for reason in result.reasons)
        self.say(_("✗ Refused, nothing left: {reasons}").format(reasons=reasons))
        self.look()

    def action_drop(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            question = _("Forget this? The bank never got it, and it will not be done.")
            lines = f"{act_of(chosen[0]).words} {in_form(chosen[0].amount)}\n{chosen[0].whom}"
            self.terminal.push_screen(Sure(f"{question}\n\n{lines}", partial(self._drop, chosen[0])))

    def _drop(self, order: Order) -> None:
        """Ask the bank once more first: it may have the payment by now."""
        call = partial(ask_after, self.bank, order, self.by)
        self.ask(call, partial(self._dropped, order))

    def _dropped(self, order: Order, done: Done | None) -> None:
        if done is None:
            self.terminal.memory.forget(order)
        self.look()

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)


def _standing(done: Done) -> str:
    return " ".join(STATES[done.state][:2]) if isinstance(done, tp.Payment) else f"✓ {SHIFT_STATES[done.state]}"
