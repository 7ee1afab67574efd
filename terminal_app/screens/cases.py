"""What a person must look at."""

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.room import Room
from terminal_app.views import time_text
from terminal_app.widgets.listing import Listing

KINDS = {
    tp.CaseKind.LATE_PAYMENT: _("paid too late"),
    tp.CaseKind.OVERPAYMENT: _("paid too much"),
    tp.CaseKind.UNMATCHED_DEPOSIT: _("money nobody asked for"),
    tp.CaseKind.SCREENING_MATCH: _("on a deny-list"),
    tp.CaseKind.SCREENING_UNAVAILABLE: _("could not be screened"),
    tp.CaseKind.ASSET_CHANGED: _("a token changed"),
    tp.CaseKind.CHAIN_HALTED: _("a chain is halted"),
    tp.CaseKind.PAYMENT_STUCK: _("a payment is stuck"),
    tp.CaseKind.VARIANCE: _("books and count differ"),
    tp.CaseKind.OTHER: _("other"),
}


class Cases(Room):
    heading = _("Cases")
    purpose = _("What a person must look at, oldest first. The lines below the list are the chosen case, whole.")

    def __init__(self) -> None:
        super().__init__()
        self._cases: dict[str, tp.Case] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Case"), _("Since"), _("What"), id="cases")
        yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(partial(tp.list_cases, self.bank, by=self.by), self.show)

    def show(self, cases: list[tp.Case]) -> None:
        self._cases = {case.id: case for case in cases}
        self.query_one(Listing).fill(
            (case.id, (case.id, time_text(case.opened_at_s), KINDS[case.kind])) for case in cases
        )
        count = _("Open cases: {count}").format(count=len(cases))
        self.query_one("#summary", Static).update(count if cases else _("No case is open."))
        self.show_whole()

    @on(Listing.RowHighlighted)
    def show_whole(self) -> None:
        case = self._cases.get(self.query_one(Listing).chosen or "")
        whole = "" if case is None else f"{KINDS[case.kind]}\n{case.subject}\n{case.note}"
        self.query_one("#whole", Static).update(whole)
