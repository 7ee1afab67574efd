"""The bank's quote for an exchange: big, with the time that it still stands, and the one key that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import CONFIRM
from terminal_app.commands.till import NEW_QUOTE
from terminal_app.exchanging import WAYS, gives_and_gets, pieces_text, quote_lines
from terminal_app.language import _
from terminal_app.screens.confirm import DECIDES, Confirm, Draft
from terminal_app.screens.room import Room
from terminal_app.views import amount_text, labelled, left_text


class TakeQuote(Confirm):
    heading = _("The bank's price")
    purpose = _(
        "Read it to the customer. Take cash in your hand first, hand cash out last: F9 does exactly this, once. When "
        "the time is over F5 asks for a new price; Escape changes the amount. Nothing has been done."
    )
    commands = (HELP, BACK, CONFIRM, NEW_QUOTE)

    def __init__(self, quote: tp.Quote, customer: tp.Customer, asked: partial[tp.Quote]) -> None:
        super().__init__(draft_of(quote, customer))
        self._quote = quote
        self._customer = customer
        self._asked = asked
        self._asking = False

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(WAYS[self._quote.direction], id="way", markup=False)
            yield Static(id="big", markup=False)
            yield Static(id="left", markup=False)
            yield Static(id="content", markup=False)
            yield Static(id="outcome", markup=False)

    def on_mount(self) -> None:
        self._show_quote()
        self.set_interval(0.5, self.count_down)

    def _show_quote(self) -> None:
        gives, gets = gives_and_gets(self._quote)
        big = labelled([(_("CUSTOMER GIVES"), gives), (_("CUSTOMER GETS"), gets)])
        self.query_one("#big", Static).update(big)
        rest = [line for line in self._draft.lines if line[1] not in (gives, gets)]
        cash = pieces_text(self._quote.legs.cash)
        self.query_one("#content", Static).update(labelled([*rest, (_("Cash as"), cash)]))
        self.query_one("#outcome", Static).update(DECIDES)
        self.count_down()

    @property
    def _stands(self) -> bool:
        return self._quote.good_at(self.bank.clock.now_s())

    def count_down(self) -> None:
        left_s = self._quote.expires_at_s - self.bank.clock.now_s()
        words = _("The price stands for {time}").format(time=left_text(left_s))
        over = _("✗ THE PRICE HAS RUN OUT: F5 asks for a new one, for the same amount.")
        self.query_one("#left", Static).update(words if self._stands else over)
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        """What was sent already is asked after under its key whatever the time; nothing new is begun beside it."""
        if command is CONFIRM:
            return super().offers(command) and (self._order is not None or self._stands) and not self._asking
        if command is NEW_QUOTE:
            return super().offers(command) and self._order is None and not self._asking
        return super().offers(command)

    def action_new_quote(self) -> None:
        if self.waiting or self._asking or self._order is not None:
            return
        self._asking = True
        self.say(_("Asking the bank for its price…"))
        self.ask(lambda: self._asked(by=self.by), self._quoted, self._not_quoted)

    def _quoted(self, quote: tp.Quote) -> None:
        changed = quote.legs != self._quote.legs
        self._asking, self._over, self._unsure = False, False, False
        self._quote, self._draft = quote, draft_of(quote, self._customer)
        self.say(_("! A new price: read it to the customer again.") if changed else _("The price is the same."))
        self._show_quote()

    def _not_quoted(self, error: tp.TokenpayError) -> None:
        self._asking = False
        Room.failed(self, error)
        self.refresh_bindings()


def draft_of(quote: tp.Quote, customer: tp.Customer) -> Draft:
    """Return the order that takes a quote: its id is all that the verb is given, and the bank keeps the rest."""
    tokens, cash = quote.legs.tokens, quote.legs.cash
    return Draft(
        act="exchange",
        fields={"quote_id": quote.id},
        amount=f"{amount_text(tokens)} ↔ {amount_text(cash)}",
        whom=f"{customer.name} ({customer.id})",
        lines=quote_lines(quote, customer),
    )
