"""A form with an amount, the asset it is of, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.widget import Widget
from textual.widgets import Input, Label, Select

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.room import Room
from terminal_app.widgets.amount_input import AmountInput


class AssetForm(Room):
    """The first asset that may be used is chosen already; Tab reaches the choice, Enter goes to the next field."""

    kinds: tuple[tp.AssetKind, ...] = (tp.AssetKind.TOKEN,)
    takes_remittance = True
    """Whether it is asked what the money is for."""
    without_amount = ""
    """What it means where no amount is written, if it may be left out."""

    def __init__(self) -> None:
        super().__init__()
        self._assets: dict[str, tp.Asset] = {}

    def fields(self) -> Iterator[Widget]:
        yield Label(_("Amount"))
        yield AmountInput(id="amount", hint=self.without_amount)
        if self.takes_remittance:
            yield Label(_("What it is for"))
            yield Input(id="remittance", max_length=140, select_on_focus=False)
        yield Label(_("Asset"))
        yield Select[str]((), id="asset", prompt=_("no asset may be used"), compact=True)

    def look(self) -> None:
        if not self._assets:
            self.ask(partial(tp.list_assets, self.bank), self._offer)

    def _offer(self, known: list[tp.RegisteredAsset]) -> None:
        usable = [item.asset for item in known if item.active and self.usable(item.asset)]
        first = sorted(usable, key=lambda asset: (asset.kind is not tp.AssetKind.TOKEN, asset.symbol, asset.id))
        self._assets = {asset.id: asset for asset in first}
        choice = self._choice
        choice.set_options([(self._label(asset), asset.id) for asset in first])
        if first:
            choice.value = self.first_choice(first).id

    def usable(self, asset: tp.Asset) -> bool:
        """Whether this asset may be chosen here."""
        return asset.kind in self.kinds

    def first_choice(self, assets: list[tp.Asset]) -> tp.Asset:
        """Return the asset that is chosen to begin with."""
        return assets[0]

    def _label(self, asset: tp.Asset) -> str:
        if asset.kind is tp.AssetKind.CASH:
            return asset.symbol
        return f"{asset.symbol} · {asset.contract or _('coin')} · {asset.chain_id}"

    @property
    def _choice(self) -> Select[str]:
        choice: Select[str] = self.query_one("#asset", Select)
        return choice

    @property
    def asset(self) -> tp.Asset:
        """The asset that is chosen; raises tp.NotFound before any is."""
        chosen = self._choice.value
        if not isinstance(chosen, str) or chosen not in self._assets:
            raise tp.NotFound(_("no asset is chosen"))
        return self._assets[chosen]

    def amount(self) -> tp.Amount:
        """Return what was typed; raises tp.InvalidAmount, also for nothing, and tp.PrecisionLost."""
        amount = self.query_one(AmountInput).amount(self.asset)
        if not amount:
            raise tp.InvalidAmount(_("an amount is more than nothing"))
        return amount

    @property
    def remittance(self) -> str:
        return self.text_of("remittance") if self.takes_remittance else ""

    def text_of(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()
