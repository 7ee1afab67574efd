"""What a person must look at."""

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
from terminal_app.lookups import MOST
from terminal_app.screens.case import KINDS, CaseScreen
from terminal_app.screens.room import Room
from terminal_app.sentences import note_text
from terminal_app.views import time_text
from terminal_app.widgets.listing import Listing


class Cases(Room):
    heading = _("Cases")
    purpose = _(
        "What a person must look at, oldest first. The lines below the list are the chosen case; Enter opens it with "
        "its money and its history."
    )
    commands = (HELP, BACK, ENDED)

    def __init__(self) -> None:
        super().__init__()
        self._cases: dict[str, tp.Case] = {}
        self._open_only = True

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Case"), _("Since"), _("What"), _("Stands"), id="cases")
        yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        newest = None if self._open_only else MOST
        self.ask(partial(tp.list_cases, self.bank, by=self.by, open_only=self._open_only, newest=newest), self.show)

    def show(self, cases: list[tp.Case]) -> None:
        self._cases = {case.id: case for case in cases}
        self.query_one(Listing).fill(
            (case.id, (case.id, time_text(case.opened_at_s), KINDS[case.kind], "○" if case.is_open else "✓"))
            for case in cases
        )
        words = _("Open cases: {count}") if self._open_only else _("Cases, also what is resolved: {count}")
        if not self._open_only and len(cases) == MOST:
            words = _("The newest cases, also what is resolved: {count}")
        count = words.format(count=len(cases))
        self.query_one("#summary", Static).update(count if cases else _("No case is open."))
        self.show_whole()

    @on(Listing.RowHighlighted)
    def show_whole(self) -> None:
        case = self._cases.get(self.query_one(Listing).chosen or "")
        whole = "" if case is None else f"{KINDS[case.kind]}\n{case.subject}\n{note_text(case.note)}"
        self.query_one("#whole", Static).update(whole)

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen:
            self.terminal.push_screen(CaseScreen(chosen))

    def action_ended(self) -> None:
        self._open_only = not self._open_only
        self.look()
