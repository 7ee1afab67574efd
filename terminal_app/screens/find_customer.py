"""Find a customer, as you type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input, Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import ENROL
from terminal_app.language import _, ngettext
from terminal_app.screens.enrol import Enrol
from terminal_app.screens.room import Room
from terminal_app.views import STATUSES
from terminal_app.widgets.listing import Listing

MOST = 50


class FindCustomer(Room):
    heading = _("Find a customer")
    purpose = _("Type a part of the name or number. The arrow keys choose, Enter takes. F5 enrols somebody new.")
    commands = (HELP, BACK, ENROL)

    def __init__(self, then: Callable[[tp.Customer], Room], *, asked: str = "") -> None:
        """Go on with `then`; `asked` says above the field what the customer is wanted for."""
        super().__init__()
        self._asked = asked
        self._then = then
        self._found: dict[str, tp.Customer] = {}
        self._answered: str | None = None
        self._hurried = False
        """Enter came before the answer: it takes the customer if the answer is one alone."""

    def body(self) -> Iterator[Widget]:
        if self._asked:
            yield Static(self._asked, markup=False)
        yield Input(id="text", placeholder=_("name or number"), max_length=140)
        yield Listing(_("Number"), _("Name"), _("Branch"), _("Status"), id="found")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def look(self) -> None:
        text = self.query_one(Input).value.strip()
        self.ask(partial(tp.find_customers, self.bank, text, by=self.by, limit=MOST), partial(self.show, text))

    @on(Input.Changed)
    def changed(self) -> None:
        self._hurried = False
        self.look()

    def show(self, text: str, found: list[tp.Customer]) -> None:
        if text != self.query_one(Input).value.strip():
            return  # an answer to what is no longer asked
        self._answered = text
        self._found = {customer.id: customer for customer in found}
        self.query_one(Listing).fill((c.id, (c.id, c.name, c.branch, STATUSES[c.status])) for c in found)
        more = ngettext(
            "There is more than {count}: type more of the name.",
            "There are more than {count}: type more of the name.",
            MOST,
        ).format(count=MOST)
        self.say(_("Nobody is called that. F5 enrols a new customer.") if not found else more * (len(found) == MOST))
        if self._hurried and len(found) == 1:
            self.take()
        self._hurried = False

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down") and self.query_one(Input).has_focus:
            listing = self.query_one(Listing)
            listing.move_cursor(row=listing.cursor_row + (1 if event.key == "down" else -1))

    @on(Input.Submitted)
    @on(Listing.RowSelected)
    def take(self) -> None:
        if self._answered != self.query_one(Input).value.strip():
            self._hurried = True  # the rows are an answer to something else
            return
        customer = self._found.get(self.query_one(Listing).chosen or "")
        if customer is not None:
            self.terminal.switch_screen(self._then(customer))

    def action_enrol(self) -> None:
        self.terminal.switch_screen(Enrol(self._then, self.query_one(Input).value.strip()))
