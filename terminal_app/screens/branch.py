"""Is the branch well: payments, chains, engine, lists, cash, and what waits for people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.supervisor import DAY_HERE, POLICY, RESUME, STOP, VOLUMES
from terminal_app.language import _
from terminal_app.lookups import ChainView, HouseView, chains_shown, house_shown
from terminal_app.screens.policy import PolicyScreen
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure


class BranchScreen(Room):
    heading = _("Branch")
    purpose = _(
        "Whether payments run, how far each chain is and what is final there, whether the engine takes payments along, "
        "how old the screening lists are, where cash lies, and what waits for people."
    )
    commands = (HELP, BACK, VOLUMES, STOP, RESUME, POLICY, DAY_HERE)
    shows_palette = False

    def __init__(self) -> None:
        super().__init__()
        self._house: HouseView | None = None

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(id="standing", markup=False)
            yield Static(_("Asking the chains…"), id="chains", markup=False)
            yield Static(id="people", markup=False)

    def look(self) -> None:
        with_cash = self.terminal.may(VOLUMES)
        self.ask(partial(house_shown, self.bank, by=self.by, with_cash=with_cash), self._show_house)
        self.ask(partial(chains_shown, self.bank, by=self.by), self.show)

    def _show_house(self, house: HouseView) -> None:
        self._house = house
        self.query_one("#standing", Static).update("\n".join(house.payments))
        self.query_one("#people", Static).update("\n".join(house.lines))
        self.refresh_bindings()

    def show(self, chains: tuple[ChainView, ...]) -> None:
        told = [
            "\n".join((f"{'✓' if chain.well else '!'} {chain.name}", *(f"  {line}" for line in chain.lines)))
            for chain in chains
        ]
        self.query_one("#chains", Static).update("\n\n".join(told) or _("This bank works on no chain."))

    def offers(self, command: Command) -> bool:
        if command not in (STOP, RESUME):
            return super().offers(command)
        house = self._house
        if not super().offers(command) or house is None:
            return False
        if command is RESUME:
            return bool(house.stopped_by) and house.resume_asked_by != self.by.operator.id
        return not house.stopped_by or bool(house.resume_asked_by)

    def action_volumes(self) -> None:
        from terminal_app.screens.charts import Charts  # drawing takes long to load: only who looks waits for it

        self.terminal.push_screen(Charts())

    def action_policy(self) -> None:
        self.terminal.push_screen(PolicyScreen())

    def action_stop_payments(self) -> None:
        question = _("Stop every payment of the whole bank? Two supervisors let them go on again.")
        self.terminal.push_screen(ReasonScreen(question, self._stop))

    def _stop(self, reason: str) -> None:
        self.ask(partial(tp.stop_payments, self.bank, reason=reason, by=self.by), lambda _done: self.look())

    def action_resume_payments(self) -> None:
        second = self._house is not None and bool(self._house.resume_asked_by)
        question = (
            _("Another supervisor asked to go on. Agree, and let payments run again?")
            if second
            else _("Ask to let payments go on? A second supervisor must agree.")
        )
        self.terminal.push_screen(Sure(question, self._resume))

    def _resume(self) -> None:
        self.ask(partial(tp.resume_payments, self.bank, by=self.by), self._resumed)

    def _resumed(self, running: bool) -> None:
        self.say(_("✓ Payments run again.") if running else _("○ You asked to go on: a second supervisor must agree."))
        self.look()
