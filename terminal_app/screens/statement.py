"""A customer's statement: every movement in one asset, with the balance after each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import OTHER_ASSET
from terminal_app.language import _
from terminal_app.lookups import MOST
from terminal_app.screens.room import Room
from terminal_app.views import amount_text, time_text
from terminal_app.widgets.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """`assets` is how many the customer has an account in."""

    assets: int
    head: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def statement_shown(bank: tp.Bank, number: str, place: int, *, by: tp.Session) -> StatementView:
    """Return the statement of a customer's account in their asset number `place`, counted around."""
    assets = [balance.asset for balance in tp.balances(bank, number, by=by)]
    if not assets:
        return StatementView(assets=0, head=_("Nothing has moved yet."), rows=())
    asset = assets[place % len(assets)]
    standing = tp.statement(bank, customer_id=number, asset_id=asset.id, by=by, limit=MOST, newest=True)
    head = _("{balance} · available {available} · movements shown: {count}").format(
        balance=amount_text(standing.balance), available=amount_text(standing.available), count=len(standing.lines)
    )
    if standing.incoming:
        head += "\n" + _("» {amount} seen, not final yet").format(amount=amount_text(standing.incoming))
    rows = tuple(
        (
            str(line.seq),
            (
                str(line.seq),
                time_text(line.at_s),
                amount_text(line.amount) if line.came_in else "",
                "" if line.came_in else amount_text(line.amount),
                amount_text(line.balance),
            ),
        )
        for line in reversed(standing.lines)
    )
    return StatementView(assets=len(assets), head=head, rows=rows)


class StatementScreen(Room):
    heading = _("Statement")
    purpose = _("Every movement on the customer's account in one asset, newest first, with the balance after each.")
    commands = (HELP, BACK, OTHER_ASSET)

    def __init__(self, customer: tp.Customer) -> None:
        super().__init__()
        self._customer = customer
        self._place = 0
        self._assets = 0

    def body(self) -> Iterator[Widget]:
        yield Static(f"{self._customer.name} · {self._customer.id}", id="who", markup=False)
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("No."), _("When"), _("In"), _("Out"), _("Balance after"), id="lines")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        place = self._place
        self.ask(lambda: statement_shown(self.bank, self._customer.id, place, by=self.by), self.show)

    def show(self, seen: StatementView) -> None:
        self._assets = seen.assets
        self.query_one("#summary", Static).update(seen.head)
        self.query_one(Listing).fill(seen.rows)
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        return super().offers(command) and (command is not OTHER_ASSET or self._assets > 1)

    def action_other_asset(self) -> None:
        self._place += 1
        self.look()
