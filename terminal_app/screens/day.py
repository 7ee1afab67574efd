"""Close of day: look at what is open, prove the books, read the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import ProgressBar, Static

import tokenpay as tp
from terminal_app.closing import Check, DayFigures, checks, figures, prove
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.supervisor import DAY_REPORT, PROVE
from terminal_app.commands.till import Z_REPORTS
from terminal_app.language import _
from terminal_app.reports import Proof, day_blocks, proof_blocks
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.cases import Cases
from terminal_app.screens.queue import Queue
from terminal_app.screens.requests import Requests
from terminal_app.screens.room import Room
from terminal_app.screens.shifts import Shifts
from terminal_app.screens.unfinished import Unfinished
from terminal_app.screens.z_reports import ZReports
from terminal_app.sentences import sentence
from terminal_app.views import time_text
from terminal_app.widgets.listing import Listing
from terminal_app.widgets.report import Block, Report

ROOMS: dict[str, type[Room]] = {
    "shifts": Shifts,
    "unfinished": Unfinished,
    "queue": Queue,
    "branch": BranchScreen,
    "requests": Requests,
    "cases": Cases,
}
STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What the report is made of."""

    proof: Proof
    figures: DayFigures


class DayScreen(Room):
    heading = _("Close of day")
    purpose = _(
        "First what is still open: Enter leads there. Then F9 proves the books against themselves, the chain and the "
        "drawers. Then F10 shows the day's report, with the proof. Nothing is changed here."
    )
    commands = (HELP, BACK, Z_REPORTS, PROVE, DAY_REPORT)

    def __init__(self) -> None:
        super().__init__()
        self._checks: tuple[Check, ...] = ()
        self._result: Closed | None = None
        self._proving = False

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing("", _("1  What should be over"), _("Stands"), id="checks")
        yield Static(_("2  F9 proves the books"), id="standing", markup=False)
        yield ProgressBar(total=STEPS, show_eta=False, id="progress")
        with VerticalScroll(id="proof"):
            yield Report(id="report")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()
        self.query_one(ProgressBar).display = False

    def look(self) -> None:
        self.ask(lambda: checks(self.bank, self.terminal.memory, by=self.by), self.show)

    def show(self, found: tuple[Check, ...]) -> None:
        self._checks = found
        self.query_one(Listing).fill(
            (f"{place} {check.opens}", ("✓" if check.well else "!", check.what, check.details))
            for place, check in enumerate(found)
        )
        still = sum(not check.well for check in found)
        some = _("! Not over yet: {count}. Enter leads there; the report will say so.").format(count=still)
        self.query_one("#summary", Static).update(some if still else _("✓ Nothing is open."))
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        applies = {PROVE: not self._proving, DAY_REPORT: self._result is not None and not self._proving}
        return applies.get(command, True) and super().offers(command)

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        _place, _space, opens = (self.query_one(Listing).chosen or "").partition(" ")
        if opens in ROOMS:
            self.terminal.push_screen(ROOMS[opens]())

    def action_prove(self) -> None:
        """Prove step by step, so that the screen says how far it is."""
        if self._proving:
            return
        self._proving, self._result = True, None
        bar = self.query_one(ProgressBar)
        bar.display = True
        bar.update(progress=0)
        self._tell(_("… 1 of 3: the ledger, the chain, the drawers and every audit stream"))
        self.ask(lambda: prove(self.bank, by=self.by), self._proved)

    def _proved(self, proof: Proof) -> None:
        self.query_one(ProgressBar).update(progress=1)
        self._tell(_("… 2 of 3: what moved today"))
        self.ask(lambda: figures(self.bank, by=self.by), lambda told: self._added_up(proof, told))

    def _added_up(self, proof: Proof, told: DayFigures) -> None:
        self.query_one(ProgressBar).update(progress=2)
        self._tell(_("… 3 of 3: what is open"))

        def done(found: tuple[Check, ...]) -> None:
            self._proving = False
            self._result = Closed(proof=proof, figures=told)
            self.query_one(ProgressBar).display = False
            holds = _("✓ THE PROOF HOLDS. F10 shows the day's report.")
            self._tell(holds if proof.holds else _("✗ THE PROOF DOES NOT HOLD. F10 shows where."))
            self.query_one(Report).fill(proof_blocks(proof))
            self.show(found)

        self.ask(lambda: checks(self.bank, self.terminal.memory, by=self.by), done)

    def _tell(self, text: str) -> None:
        self.query_one("#standing", Static).update(text)
        self.refresh_bindings()

    def failed(self, error: tp.TokenpayError) -> None:
        if self._proving:
            self._proving = False
            self.query_one(ProgressBar).display = False
            self._tell(_("✗ NOT PROVED: {why}. Nothing was changed; F9 tries again.").format(why=sentence(error)))
        super().failed(error)

    def action_z_reports(self) -> None:
        self.terminal.push_screen(ZReports())

    def action_day_report(self) -> None:
        closed = self._result
        if closed is not None:
            day = time_text(self.bank.clock.now_s())
            looked_at = [("✓" if check.well else "!", check.what, check.details) for check in self._checks]
            blocks = day_blocks(
                day,
                self.by.operator.name,
                looked_at,
                closed.figures.shifts,
                closed.figures.volumes,
                closed.figures.balances,
                closed.proof,
            )
            self.terminal.push_screen(DayReport(blocks))


class DayReport(Room):
    heading = _("End of day")
    purpose = _("The day's report, with the proof. The arrow keys and Page Down move it. Keep the root of the audit.")

    commands = (HELP, BACK, Z_REPORTS)

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        super().__init__()
        self._blocks = blocks

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Report(id="report")

    def on_mount(self) -> None:
        self.query_one(Report).fill(self._blocks)
        self.query_one(VerticalScroll).focus()

    def action_z_reports(self) -> None:
        self.terminal.push_screen(ZReports())
