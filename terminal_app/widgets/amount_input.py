"""A field for an amount."""

from __future__ import annotations

import re

from textual.widgets import Input

import tokenpay as tp
from terminal_app.language import _, spoken

_TYPED = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:[ \u00a0][0-9]{3})+)?(?:(?P<mark>[.,])(?P<decimals>[0-9]*))?")
_THOUSAND = re.compile(r"[1-9][0-9]{0,2}")


class AmountInput(Input):
    """Takes digits, spaces between thousands, and one mark before decimals; no sign and no exponent."""

    def __init__(self, *, id: str, hint: str = "") -> None:
        """Say what an empty field means, or what is written there: a bare number would pass for an amount."""
        super().__init__(
            id=id,
            placeholder=hint or _("such as {example}").format(example=f"12{spoken().decimal}50"),
            restrict=r"[0-9 \u00a0]{0,80}([.,][0-9]{0,40})?",
            select_on_focus=False,
        )

    def amount(self, asset: tp.Asset) -> tp.Amount:
        """Return what was typed, of `asset`; raises tp.InvalidAmount, tp.PrecisionLost."""
        return tp.Amount.parse(plain_number(self.value.strip()), asset)


def plain_number(text: str) -> str:
    """Return a typed number as the library reads it: `1 250,5` becomes `1250.5`.

    The language's own mark stands before decimals. The other one does too, unless it may as well set thousands
    apart: 1.234 where decimals follow a comma. Raises tp.InvalidAmount for what could be read in two ways.
    """
    typed = _TYPED.fullmatch(text)
    if typed is None or not (typed["whole"] or typed["decimals"]):
        example = f"1 250{spoken().decimal}50"
        raise tp.InvalidAmount(_("an amount is written like {example}").format(example=example))
    whole, mark, decimals = re.sub(r"[^0-9]", "", typed["whole"] or ""), typed["mark"], typed["decimals"]
    if mark not in (None, spoken().decimal) and len(decimals) == 3 and _THOUSAND.fullmatch(whole):
        ways = {"first": f"{whole}{decimals}", "second": f"{whole}{spoken().decimal}{decimals}"}
        raise tp.InvalidAmount(_("this can be read in two ways: write {first} or {second}").format(**ways))
    return f"{whole or '0'}.{decimals}" if decimals else whole


def as_typed(amount: tp.Amount) -> str:
    """Return an amount as a person at this terminal types it, without its asset."""
    return amount.short().replace(".", spoken().decimal)
