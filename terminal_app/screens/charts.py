"""Charts for a supervisor: what moved in two weeks, and what the books hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from textual_plotext import PlotextPlot

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import OTHER_ASSET
from terminal_app.commands.supervisor import OTHER_CHART
from terminal_app.language import _
from terminal_app.reports import balance_rows, purpose_text
from terminal_app.screens.room import Room
from terminal_app.views import amount_text
from terminal_app.widgets.report import Block, Report

DAYS = 14
DAY_S = 86_400
GROUPS: tuple[tuple[str, Callable[[tp.Volume], str]], ...] = (
    (_("What became final by day (UTC)"), lambda volume: volume.day.strftime("%m-%d")),
    (_("What became final by kind"), lambda volume: purpose_text(volume.purpose)),
    (_("What became final by branch"), lambda volume: volume.branch or _("chain")),
    (_("What became final by the counterparty's country"), lambda volume: volume.country or _("not told")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    volumes: tuple[tp.Volume, ...]
    balances: tuple[tp.BookBalance, ...]

    @property
    def assets(self) -> tuple[tp.Asset, ...]:
        """Every asset of which something moved or stands in the books."""
        found = {v.amount.asset.id: v.amount.asset for v in self.volumes} | {b.asset.id: b.asset for b in self.balances}
        return tuple(found[name] for name in sorted(found))


class Charts(Room):
    heading = _("Charts")
    purpose = _(
        "What became final in the last two weeks, by day, kind, branch and country, and what the books hold; one asset "
        "at a time. The bars show sizes; the exact figures stand below them."
    )
    commands = (HELP, BACK, OTHER_ASSET, OTHER_CHART)

    def __init__(self) -> None:
        super().__init__()
        self._figures: Figures | None = None
        self._asset = 0
        self._chart = 0

    def body(self) -> Iterator[Widget]:
        yield Static(_("Adding up…"), id="standing", markup=False)
        yield PlotextPlot(id="plot")
        with VerticalScroll(id="figures"):
            yield Report(id="report")

    def look(self) -> None:
        self.ask(self._call, self.show)

    def _call(self) -> Figures:
        until_s = self.bank.clock.now_s() + 1
        since_s = max(until_s - DAYS * DAY_S, 0)
        return Figures(
            volumes=tuple(tp.volumes(self.bank, since_s=since_s, until_s=until_s, by=self.by)),
            balances=tuple(tp.book_balances(self.bank, by=self.by)),
        )

    def show(self, figures: Figures) -> None:
        self._figures = figures
        self.draw()

    def draw(self) -> None:
        """Draw the chosen chart of the chosen asset, and write its exact figures below."""
        figures = self._figures
        if figures is None or not figures.assets:
            self.query_one("#standing", Static).update(_("Nothing has moved yet."))
            return
        asset = figures.assets[self._asset % len(figures.assets)]
        place = self._chart % (len(GROUPS) + 1)
        if place < len(GROUPS):
            title, group = GROUPS[place]
            bars, rows = grouped(figures.volumes, asset, group)
        else:
            title = _("What the books hold")
            mine = [balance for balance in figures.balances if balance.asset == asset]
            rows = balance_rows(mine)
            bars = [(row[0], balance.units) for row, balance in zip(rows, mine, strict=True)]
        self.query_one("#standing", Static).update(f"{title} · {asset.symbol}")
        self.query_one(Report).fill((Block(title="", rows=rows or ((_("nothing"),),)),))
        plot = self.query_one(PlotextPlot)
        plot.plt.clear_figure()
        if bars:
            # Sizes of bars on a screen: the exact figures are the rows below. No other kind of text is taken.
            plot.plt.bar([str(label) for label, _units in bars], [units / 10**asset.decimals for _label, units in bars])
        plot.refresh()

    def action_other_asset(self) -> None:
        self._asset += 1
        self.draw()

    def action_other_chart(self) -> None:
        self._chart += 1
        self.draw()


def grouped(
    volumes: tuple[tp.Volume, ...], asset: tp.Asset, group: Callable[[tp.Volume], str]
) -> tuple[list[tuple[str, int]], tuple[tuple[str, ...], ...]]:
    """Return bars (label, units) and rows (label, how many, exact sum) of one asset's volumes, oldest first."""
    units: dict[str, int] = {}
    counts: dict[str, int] = {}
    for volume in volumes:
        if volume.amount.asset == asset:
            label = group(volume)
            units[label] = units.get(label, 0) + volume.amount.units
            counts[label] = counts.get(label, 0) + volume.count
    rows = tuple((label, str(counts[label]), amount_text(tp.Amount(asset, moved))) for label, moved in units.items())
    return list(units.items()), rows
