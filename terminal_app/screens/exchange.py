"""Exchange cash against tokens: which way, how much of either, and then the bank's quote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.till import OTHER_SIDE, OTHER_WAY, TO_SHIFT
from terminal_app.exchanging import WAYS, rate_text, source_text, tariff_text, why_not_text
from terminal_app.language import _
from terminal_app.lookups import own_shift
from terminal_app.screens.room import Room
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.take_quote import TakeQuote
from terminal_app.widgets.amount_input import AmountInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What may be exchanged here just now, and whether a drawer is open for it."""

    offered: tuple[tp.OfferedRate, ...]
    shift: tp.Shift | None

    @property
    def is_open(self) -> bool:
        return self.shift is not None and self.shift.state is tp.ShiftState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What the amount is of: the cash or the token of an offer."""

    offered: tp.OfferedRate
    is_cash: bool

    @property
    def asset(self) -> tp.Asset:
        return self.offered.cash if self.is_cash else self.offered.token

    @property
    def against(self) -> tp.Asset:
        return self.offered.token if self.is_cash else self.offered.cash

    @property
    def id(self) -> str:
        return f"{self.asset.id}|{self.against.id}"


class Exchange(Room):
    heading = _("Exchange")
    purpose = _(
        "Write how much cash or how many tokens; Enter asks the bank for its price, which then stands for a while. "
        "Nothing changes hands before the next screen. Without an open shift no cash moves."
    )
    commands = (HELP, BACK, TO_SHIFT, OTHER_WAY, OTHER_SIDE)

    def __init__(self, customer: tp.Customer, direction: tp.Direction = tp.Direction.CASH_IN) -> None:
        super().__init__()
        self._customer = customer
        self._direction = direction
        self._counter: Counter | None = None
        self._sides: dict[str, Side] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(f"{self._customer.name} · {self._customer.id}", id="who", markup=False)
        yield Static(WAYS[self._direction], id="standing", markup=False)
        yield Static(id="todo", markup=False)
        with Vertical(classes="form"):
            yield Label(_("Amount"))
            yield AmountInput(id="amount")
            yield Label(_("The amount is of"))
            yield Select[str]((), id="side", prompt=_("nothing is exchanged here"), compact=True)
        yield Static(_("Asking for the rates…"), id="rate", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(AmountInput).focus()

    def look(self) -> None:
        self.ask(self._call, self.show)

    def _call(self) -> Counter:
        return Counter(offered=tp.list_rates(self.bank, by=self.by), shift=own_shift(self.bank, by=self.by))

    def show(self, counter: Counter) -> None:
        self._counter = counter
        sides = [Side(offered=offer, is_cash=is_cash) for offer in counter.offered for is_cash in (True, False)]
        fresh = [side.id for side in sides] != list(self._sides)
        self._sides = {side.id: side for side in sides}
        if fresh:
            choice = self._choice
            before = choice.value
            choice.set_options([(_side_text(side), side.id) for side in sides])
            if sides:
                choice.value = before if before in self._sides else sides[0].id
        missing = _("! No shift of yours is open here, so no cash moves: F3 opens one.")
        todo = self.query_one("#todo", Static)
        todo.update(missing)
        todo.display = not counter.is_open
        self.show_rate()
        self.refresh_bindings()

    @on(Select.Changed)
    def show_rate(self) -> None:
        side = self._side
        told = _("The bank exchanges nothing: no tariff is in its policy.")
        if side is not None:
            offer = side.offered
            rate = offer.rate
            now = why_not_text(offer)
            told = (
                _("✗ Not now: {why}.").format(why=now) if rate is None else f"{rate_text(rate)} · {source_text(rate)}"
            )
            told = f"{told}\n" + _("The bank {tariff}.").format(tariff=tariff_text(offer.tariff))
        self.query_one("#rate", Static).update(told + "\n" + _("Enter asks for the price and shows it."))

    @property
    def _choice(self) -> Select[str]:
        choice: Select[str] = self.query_one("#side", Select)
        return choice

    @property
    def _side(self) -> Side | None:
        chosen = self._choice.value
        return self._sides.get(chosen) if isinstance(chosen, str) else None

    def offers(self, command: Command) -> bool:
        if command is TO_SHIFT:
            return super().offers(command) and self._counter is not None and not self._counter.is_open
        return super().offers(command)

    def action_other_way(self) -> None:
        ways = list(WAYS)
        self._direction = ways[(ways.index(self._direction) + 1) % len(ways)]
        self.query_one("#standing", Static).update(WAYS[self._direction])

    def action_other_side(self) -> None:
        sides, side = list(self._sides), self._side
        if side is not None:
            self._choice.value = sides[(sides.index(side.id) + 1) % len(sides)]

    def action_to_shift(self) -> None:
        self.terminal.push_screen(ShiftScreen())

    @on(Input.Submitted)
    def quote(self) -> None:
        side = self._side
        if self.waiting or side is None:
            return
        try:
            amount = self.query_one(AmountInput).amount(side.asset)
            if not amount:
                raise tp.InvalidAmount(_("an amount is more than nothing"))
        except tp.TokenpayError as error:
            self.failed(error)
            return
        self.waiting = True
        self.say(_("Asking the bank for its price…"))
        asked = partial(
            tp.quote_exchange,
            self.bank,
            customer_id=self._customer.id,
            direction=self._direction,
            amount=amount,
            against=side.against,
        )
        self.ask(lambda: asked(by=self.by), lambda quote: self._quoted(quote, asked))

    def _quoted(self, quote: tp.Quote, asked: partial[tp.Quote]) -> None:
        self.waiting = False
        self.say("")
        self.terminal.push_screen(TakeQuote(quote, self._customer, asked))

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
        self.refresh_bindings()


def _side_text(side: Side) -> str:
    words = _("{cash} in cash, against {token}") if side.is_cash else _("{token}, against {cash} in cash")
    return words.format(cash=side.offered.cash.symbol, token=side.offered.token.symbol)
