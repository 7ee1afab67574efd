"""A field for an amount."""

from textual.widgets import Input

import tokenpay as tp


class AmountInput(Input):
    """Takes digits and one point, nothing that could be read in two ways: no comma, sign or grouping."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, placeholder="12.50", restrict=r"[0-9]{0,60}(\.[0-9]{0,40})?", select_on_focus=False)

    def amount(self, asset: tp.Asset) -> tp.Amount:
        """Return what was typed, of `asset`; raises tp.InvalidAmount, tp.PrecisionLost."""
        return tp.Amount.parse(self.value.strip(), asset)
