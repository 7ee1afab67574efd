"""Requests: of the branch, or of one customer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import ENDED
from terminal_app.language import _
from terminal_app.lookups import requests_shown
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.room import Room
from terminal_app.views import WAITING, RequestView, left_text, time_text
from terminal_app.widgets.listing import Listing

MOST = 200


class Requests(Room):
    heading = _("Requests")
    purpose = _("What is asked for and not paid yet, newest first; F5 shows also what is over. Enter opens one.")
    commands = (HELP, BACK, ENDED)

    def __init__(self, customer: tp.Customer | None = None) -> None:
        super().__init__()
        self._customer = customer
        self._open_only = True

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Asked"), _("Stands"), _("Amount"), _("Left"), _("For whom"), id="requests")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        call = partial(
            requests_shown,
            self.bank,
            by=self.by,
            customer_id=None if self._customer is None else self._customer.id,
            states=WAITING if self._open_only else None,
            limit=MOST,
        )
        self.ask(call, self.show)

    def show(self, requests: tuple[RequestView, ...]) -> None:
        self.query_one(Listing).fill(
            (
                request.id,
                (time_text(request.made_at_s), request.standing, request.asks, self._left(request), request.payee),
            )
            for request in requests
        )
        of = _("the branch") if self._customer is None else self._customer.name
        count = f"{MOST}+" if len(requests) == MOST else len(requests)  # the newest, and perhaps more
        words = _("Open requests of {whom}: {count}") if self._open_only else _("All requests of {whom}: {count}")
        self.query_one("#summary", Static).update(words.format(whom=of, count=count))

    def _left(self, request: RequestView) -> str:
        return "" if request.ended else left_text(request.expires_at_s - self.bank.clock.now_s())

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen:
            self.terminal.push_screen(RequestScreen(chosen))

    def action_ended(self) -> None:
        self._open_only = not self._open_only
        self.look()
