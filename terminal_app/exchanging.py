"""An exchange in words: what the customer gives and gets, at which price, and which notes and coins make it."""

from __future__ import annotations

from decimal import Decimal

import tokenpay as tp
from terminal_app.language import _
from terminal_app.sentences import in_form, sentence
from terminal_app.views import amount_text, time_text

WAYS = {
    tp.Direction.CASH_IN: _("CASH IN: the customer brings cash and gets tokens"),
    tp.Direction.CASH_OUT: _("CASH OUT: the customer gives tokens and takes cash"),
}


def gives_and_gets(quote: tp.Quote) -> tuple[str, str]:
    """Return what the customer gives, and what they get."""
    tokens, cash = amount_text(quote.legs.tokens), amount_text(quote.legs.cash)
    in_cash = _("{amount} in cash").format(amount=cash)
    return (in_cash, tokens) if quote.direction is tp.Direction.CASH_IN else (tokens, in_cash)


def rate_text(rate: tp.Rate) -> str:
    return _("1 {token} = {price} {cash}").format(
        token=rate.token.symbol, price=in_form(_plain(rate.price)), cash=rate.cash.symbol
    )


def source_text(rate: tp.Rate) -> str:
    return _("{source}, {time}").format(source=rate.source, time=time_text(rate.at_s))


def tariff_text(tariff: tp.Tariff) -> str:
    """Return how far from the rate the bank sells and buys, and its fee."""
    return _("sells {sell} % above, buys {buy} % below; fee {fee} %, at least {least}").format(
        sell=_percent(tariff.sell_basis_points),
        buy=_percent(tariff.buy_basis_points),
        fee=_percent(tariff.fee_basis_points),
        least=amount_text(tp.Amount(tp.Asset.cash(tariff.currency), tariff.fee_minimum_units)),
    )


def why_not_text(offered: tp.OfferedRate) -> str:
    """Return why there is no rate that may be used; empty where there is one."""
    if offered.rate is not None:
        return ""
    return sentence(tp.Reason(code=tp.RateUnavailable.code, message=offered.why_not))


def quote_lines(quote: tp.Quote, customer: tp.Customer) -> tuple[tuple[str, str], ...]:
    """Return a quote, a label and a text a line."""
    gives, gets = gives_and_gets(quote)
    fee = quote.legs.fee
    return (
        (_("Customer"), f"{customer.name} ({customer.id})"),
        (_("Gives"), gives),
        (_("Gets"), gets),
        (_("Fee"), _("{amount}, within the cash").format(amount=amount_text(fee)) if fee else _("none")),
        (_("Rate"), rate_text(quote.rate)),
        (_("Rate of"), source_text(quote.rate)),
    )


def pieces_text(cash: tp.Amount) -> str:
    """Return the fewest notes and coins that make an amount, largest first; empty where that cannot be said."""
    try:
        faces = tp.faces(cash.asset.symbol)
    except tp.InvalidInput:
        return ""
    left, pieces = cash.units, dict[int, int]()
    for face in faces:
        pieces[face.units], left = divmod(left, face.units)
    if left or max(pieces.values()) > 1_000:
        return ""
    return in_form(str(tp.CashCount(currency=cash.asset.symbol, pieces=pieces)))


def _percent(basis_points: int) -> str:
    return in_form(f"{Decimal(basis_points) / 100:.2f}")


def _plain(price: Decimal) -> str:
    return f"{price:f}"
