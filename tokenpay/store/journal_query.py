"""The one query of a page of the journal, whose cost does not grow with what lies behind the page.

One filter drives: it has an index that ends in the time and the id, and the page is cut from that index. Of several
values, or of several places to look, each is an arm with an end of its own. The other filters are tested on the way.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, or_, select, tuple_, union

from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.journal import JournalCursor, JournalFilter
from tokenpay.payments.payment import PaymentState
from tokenpay.requests.reference import PREFIX
from tokenpay.store.tables import customers, payment_words as words, payments

_CUSTOMER = f"{AccountKind.CUSTOMER}/"
_DEBTOR, _CREDITOR = customers.alias("debtor_row"), customers.alias("creditor_row")


def journal_query(
    wanted: JournalFilter, after: JournalCursor | None, *, limit: int, paid_alone: bool = False
) -> Select[Any]:
    """Return a query of whole payments, newest first, with `debtor_name` and `creditor_name` (None: no customer).

    With `paid_alone`, payments that the customer asked for does not make themself are there when they are final.
    """
    arms = [arm.subquery() for arm in _arms(wanted, after, limit, paid_alone)]
    page = select(arms[0]).subquery() if len(arms) == 1 else union(*(select(arm) for arm in arms)).subquery()
    return (
        select(payments, _DEBTOR.c.name.label("debtor_name"), _CREDITOR.c.name.label("creditor_name"))
        .select_from(page)
        .join(payments, payments.c.id == page.c.id)
        .outerjoin(_DEBTOR, _is_customer(payments.c.debtor, _DEBTOR))
        .outerjoin(_CREDITOR, _is_customer(payments.c.creditor, _CREDITOR))
        .order_by(payments.c.created_at_s.desc(), payments.c.id.desc())
        .limit(limit)
    )


def _arms(
    wanted: JournalFilter, after: JournalCursor | None, limit: int, paid_alone: bool = False
) -> list[Select[Any]]:
    places, rest = _driven(wanted)
    if paid_alone:
        own = payments.c.debtor == f"{_CUSTOMER}{wanted.customer_id}"
        rest = [*rest, or_(own, func.coalesce(payments.c.state, "") == PaymentState.FINAL.value)]
    return [_arm(place, rest, wanted, after, limit) for place in places]


def _driven(wanted: JournalFilter) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """Return the places of the first filter given, from the narrowest kind on, and the others as conditions."""
    filters = _filters(wanted)
    tested = [_tested(places) for places in filters[1:]]
    return (filters[0] if filters else [payments.c.created_at_s.is_not(None)]), tested


def _filters(wanted: JournalFilter) -> list[list[ColumnElement[bool]]]:
    c = payments.c
    found: list[list[ColumnElement[bool]]] = []
    if wanted.text:
        text = wanted.text.strip()
        found.append([c.id == text.lower(), c.request_id == text.upper().removeprefix(PREFIX), c.related == text])
        if wanted.words:
            found[-1].append(words.c.word == wanted.words[0])
    if wanted.customer_id:
        party = f"{_CUSTOMER}{wanted.customer_id}"
        found.append([c.debtor == party, c.creditor == party])
    for column, values in (
        (c.maker, [wanted.operator_id]),
        (c.state, sorted(wanted.states)),
        (c.purpose, sorted(wanted.purposes)),
        (c.asset_id, [wanted.asset_id]),
        (c.branch, [wanted.branch]),
    ):
        if any(values):
            found.append([column == value for value in values])
    return found


def _tested(places: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The same condition, kept from an index of its own: it would find all there is, to be sorted for one page."""
    return or_(*(func.coalesce(place.left, "") == place.right for place in places))


def _arm(
    place: ColumnElement[bool],
    rest: Sequence[ColumnElement[bool]],
    wanted: JournalFilter,
    after: JournalCursor | None,
    limit: int,
) -> Select[Any]:
    by_word = place.left.table is words
    at, id = (words.c.created_at_s, words.c.payment_id) if by_word else (payments.c.created_at_s, payments.c.id)
    query = select(at.label("at_s"), id.label("id"))
    if by_word and rest:
        query = query.join(payments, payments.c.id == id)
    query = query.where(place, *rest)
    for word in wanted.words[1:] if by_word else ():
        other = words.alias()
        also = (other.c.word == word, other.c.created_at_s == at, other.c.payment_id == id)
        query = query.where(exists().where(*also))
    if wanted.from_s is not None:
        query = query.where(at >= wanted.from_s)
    if wanted.until_s is not None:
        query = query.where(at < wanted.until_s)
    if after is not None:
        query = query.where(tuple_(at, id) < tuple_(after.created_at_s, after.payment_id))
    return query.order_by(at.desc(), id.desc()).limit(limit)


def _is_customer(party: ColumnElement[str], row: FromClause) -> ColumnElement[bool]:
    return and_(party.startswith(_CUSTOMER), row.c.id == func.substr(party, len(_CUSTOMER) + 1))
