"""What the bank exchanges against cash, at which rate just now, and why one is not offered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.exchanging import rate_text, source_text, tariff_text, why_not_text
from terminal_app.language import _
from terminal_app.screens.room import Room
from terminal_app.views import labelled, left_text
from terminal_app.widgets.listing import Listing


class Rates(Room):
    heading = _("Rates")
    purpose = _(
        "Every exchange of the bank's policy and the rate of this moment; the lines below say more of the chosen one. "
        "What has no rate young enough is not exchanged."
    )

    def __init__(self) -> None:
        super().__init__()
        self._offered: dict[str, tp.OfferedRate] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Asking for the rates…"), id="summary", markup=False)
        yield Listing(_("Token"), _("Cash"), _("Rate"), _("Stands"), id="rates")
        yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        self.query_one(Listing).focus()
        self.set_interval(10, self.look_again)

    def look(self) -> None:
        self.ask(partial(tp.list_rates, self.bank, by=self.by), self.show)

    def show(self, offered: tuple[tp.OfferedRate, ...]) -> None:
        self._offered = {f"{offer.token.id}|{offer.cash.id}": offer for offer in offered}
        self.query_one(Listing).fill(
            (
                pair,
                (
                    offer.token.symbol,
                    offer.cash.symbol,
                    "-" if offer.rate is None else rate_text(offer.rate),
                    _("✗ not offered") if offer.rate is None else _("✓ offered"),
                ),
            )
            for pair, offer in self._offered.items()
        )
        none = _("The bank exchanges nothing: no tariff is in its policy.")
        some = _("Exchanges in the policy: {count}").format(count=len(offered))
        self.query_one("#summary", Static).update(some if offered else none)
        self.show_whole()

    @on(Listing.RowHighlighted)
    def show_whole(self) -> None:
        offer = self._offered.get(self.query_one(Listing).chosen or "")
        if offer is None:
            return
        rate, tariff = offer.rate, offer.tariff
        lines = [
            (_("Why not"), why_not_text(offer)),
            (_("Rate of"), "" if rate is None else source_text(rate)),
            (_("The bank"), tariff_text(offer.tariff)),
            (_("A quote stands"), left_text(tariff.quote_lifetime_s)),
            (_("Oldest rate"), left_text(tariff.rate_max_age_s)),
        ]
        self.query_one("#whole", Static).update(labelled(lines))
