"""Is the branch well: the chain, the engine, and what waits for people."""

from collections.abc import Iterator
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.lookups import ChainView, chains_shown
from terminal_app.screens.room import Room


class BranchScreen(Room):
    heading = _("Branch")
    purpose = _("How far each chain is and what is final there, whether the engine takes payments along, what waits.")

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(_("Asking the chains…"), id="chains", markup=False)
            yield Static(id="people", markup=False)

    def look(self) -> None:
        self.ask(partial(chains_shown, self.bank, by=self.by), self.show)
        self.ask(self._people, self.query_one("#people", Static).update)

    def _people(self) -> str:
        held = len(tp.find_payments(self.bank, by=self.by, states=[tp.PaymentState.HELD], limit=1000))
        cases = len(tp.list_cases(self.bank, by=self.by))
        return "\n".join(
            (
                _("People"),
                _("  ▸ payments that wait for a second person: {count}").format(count=held),
                _("  ▸ open cases: {count}").format(count=cases),
            )
        )

    def show(self, chains: tuple[ChainView, ...]) -> None:
        told = [
            "\n".join((f"{'✓' if chain.well else '!'} {chain.name}", *(f"  {line}" for line in chain.lines)))
            for chain in chains
        ]
        self.query_one("#chains", Static).update("\n\n".join(told) or _("This bank works on no chain."))
