"""What a payment or deposit that became final says of itself, for reports."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from tokenpay.store.tables import travel_rules

IN_PARTS = {"yield_per": 1_000}
"""How many rows of a report are in memory at once, whatever the database would send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalTransfer:
    """`kind` is a payment's purpose, or `deposit`; `country` is the counterparty's, where data of it was attached."""

    id: str
    at_s: int
    branch: str
    kind: str
    asset_id: str
    units: int
    debtor: str
    creditor: str
    country: str


def country_of(subject: ColumnElement[str]) -> ColumnElement[str]:
    """Return the country that the newest data of a payment or deposit names, as a column; NULL without data."""
    newest = select(travel_rules.c.country).where(travel_rules.c.subject == subject)
    return newest.order_by(travel_rules.c.seq.desc()).limit(1).scalar_subquery().label("country")
