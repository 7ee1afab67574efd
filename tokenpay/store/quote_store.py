"""Quotes: what the bank offered, and the exchange that took it."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tokenpay.counter.quote import Direction, Legs, Quote
from tokenpay.errors import IntegrityError, NotFound
from tokenpay.money.amount import Amount
from tokenpay.money.rate import Rate
from tokenpay.store.asset_store import AssetStore
from tokenpay.store.door import stored
from tokenpay.store.tables import quotes

_GET = select(quotes).where(quotes.c.id == bindparam("quote"))


class QuoteStore:
    def __init__(self, connection: Connection, assets: AssetStore) -> None:
        self._connection = connection
        self._assets = assets

    def add(self, quote: Quote) -> None:
        """Enter a new quote."""
        self._connection.execute(
            insert(quotes),
            {
                "id": quote.id,
                "direction": quote.direction,
                "customer_id": quote.customer_id,
                "token_asset_id": quote.legs.tokens.asset.id,
                "token_units": quote.legs.tokens.units,
                "cash_asset_id": quote.legs.cash.asset.id,
                "cash_units": quote.legs.cash.units,
                "fee_units": quote.legs.fee.units,
                "price": format(quote.rate.price, "f"),
                "source": quote.rate.source,
                "rate_at_s": quote.rate.at_s,
                "policy_version": quote.policy_version,
                "shift_id": quote.shift_id,
                "operator_id": quote.operator_id,
                "branch": quote.branch,
                "quoted_at_s": quote.quoted_at_s,
                "expires_at_s": quote.expires_at_s,
            },
        )

    def get(self, quote_id: str) -> Quote:
        """Return a quote; raises NotFound."""
        row = self._connection.execute(_GET, {"quote": quote_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such quote", quote=quote_id)
        return self._quote(row)

    def lock_taken(self, quote_id: str) -> bool:
        """Tell whether an exchange took a quote already, and keep others from taking it; raises NotFound."""
        row = self._connection.execute(_GET.with_for_update(key_share=True), {"quote": quote_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such quote", quote=quote_id)
        return row.payment_id is not None

    def take(self, quote_id: str, payment_id: str) -> None:
        """Name the exchange that took a quote; raises IntegrityError when another one did."""
        done = self._connection.execute(
            update(quotes).where(quotes.c.id == quote_id, quotes.c.payment_id.is_(None)).values(payment_id=payment_id)
        )
        if done.rowcount != 1:
            raise IntegrityError("a quote was taken while it was being taken", quote=quote_id)

    @stored
    def _quote(self, row: Row[Any]) -> Quote:
        token, cash = (self._assets.get(id).asset for id in (row.token_asset_id, row.cash_asset_id))
        return Quote(
            id=row.id,
            direction=Direction(row.direction),
            customer_id=row.customer_id,
            legs=Legs(
                tokens=Amount(token, row.token_units),
                cash=Amount(cash, row.cash_units),
                fee=Amount(cash, row.fee_units),
            ),
            rate=Rate(token=token, cash=cash, price=Decimal(row.price), source=row.source, at_s=row.rate_at_s),
            policy_version=row.policy_version,
            shift_id=row.shift_id,
            operator_id=row.operator_id,
            branch=row.branch,
            quoted_at_s=row.quoted_at_s,
            expires_at_s=row.expires_at_s,
        )
