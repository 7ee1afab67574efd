"""A shift's report: X while it runs, Z once it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.till import RECEIPT
from terminal_app.language import _
from terminal_app.reports import shift_blocks
from terminal_app.screens.receipt import ReceiptScreen
from terminal_app.screens.room import Room
from terminal_app.widgets.report import Report


class ShiftReportScreen(Room):
    heading = _("Shift report")
    purpose = _(
        "What moved in the drawer: X so far, Z in all. Whoever has the shift is not told what the books expect before "
        "it is closed: the count is blind."
    )
    commands = (HELP, BACK, RECEIPT)

    def __init__(self, shift_id: str) -> None:
        super().__init__()
        self._shift_id = shift_id

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Report(id="report")

    def look(self) -> None:
        self.ask(partial(tp.shift_report, self.bank, self._shift_id, by=self.by), self.show)

    def show(self, report: tp.ShiftReport) -> None:
        self.query_one(Report).fill(shift_blocks(report))

    def action_receipt(self) -> None:
        self.terminal.push_screen(ReceiptScreen(self._shift_id))
