"""Payments: what each is for, and where it stands."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, insert, select, update

from tokenpay.errors import IntegrityError, NotFound
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.payments.cash_leg import CashLeg
from tokenpay.payments.intent import Intent, Party, Purpose, hash_of, parse_party
from tokenpay.payments.journal import JournalCursor, JournalEntry, JournalFilter, JournalPage, page_of, words_of
from tokenpay.payments.payment import ENDED, UNPAID, UNSENT, Payment, PaymentState
from tokenpay.primitives.canonical import parse_canonical
from tokenpay.store.asset_store import AssetStore
from tokenpay.store.door import parts, readable, rows_limit, stored
from tokenpay.store.final_transfer import IN_PARTS, FinalTransfer, country_of
from tokenpay.store.guard_rules import CHANGES
from tokenpay.store.journal_query import journal_query
from tokenpay.store.reason_text import parse_reasons, reasons_text
from tokenpay.store.tables import payment_words, payments
from tokenpay.store.writes import Writes

_ADD = insert(payments)
_SENT: Select[Any] = select(payments.c.id, payments.c.purpose, payments.c.state, payments.c.intent)
_ONE = select(payments).where(payments.c.id == bindparam("payment"))
_LOCK = _ONE.with_for_update(key_share=True)
_ALL_OF = select(payments).where(payments.c.id.in_(bindparam("ids", expanding=True)))
_LOCK_ALL = _ALL_OF.order_by(payments.c.id).with_for_update(key_share=True)
_MOVE = (
    update(payments)
    .where(payments.c.id == bindparam("payment"), payments.c.state == bindparam("was"))
    .values({name: bindparam(f"new_{name}") for name in CHANGES["payments"]})
)
_OPEN = frozenset(PaymentState) - ENDED
_WHERE = {
    "states": payments.c.state.in_(bindparam("states", expanding=True)),
    **{name: payments.c[name] == bindparam(name) for name in ("chain_id", "purpose", "related", "request_id")},
}
_OUTDATED = (
    select(payments.c.id)
    .where(
        payments.c.state.in_([state.value for state in UNSENT]),
        payments.c.expires_at_s <= bindparam("now_s"),
        payments.c.chain_id.is_(None) | payments.c.chain_id.not_in(bindparam("except_chains", expanding=True)),
        payments.c.purpose != Purpose.FILL,
    )
    .order_by(payments.c.created_at_s)
)
_ADD_WORDS = insert(payment_words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one payment takes from its debtor to its creditor."""

    id: str
    purpose: Purpose
    state: PaymentState
    units: int


_MOST_DIGITS = 12
"""Of a time in seconds that is one."""


class PaymentStore:
    def __init__(self, connection: Connection, writes: Writes, assets: AssetStore) -> None:
        self._connection = connection
        self._writes = writes
        self._assets = assets

    def add(self, payment: Payment, *, branch: str) -> None:
        """Enter a new payment."""
        intent = payment.intent
        text = intent.text()
        row = {
            "id": payment.id,
            "intent_hash": hash_of(text),
            "intent": text,
            "purpose": intent.purpose,
            "rail": intent.rail,
            "branch": branch,
            "asset_id": intent.amount.asset.id,
            "chain_id": intent.amount.asset.chain_id,
            "request_id": intent.request_id,
            "related": intent.related,
            "created_at_s": intent.created_at_s,
            "expires_at_s": intent.expires_at_s,
            "debtor": str(intent.debtor),
            "creditor": str(intent.creditor),
            "maker": intent.maker,
            **_standing(payment),
        }
        self._writes.enter(_ADD, [row])
        if words := words_of(intent.remittance_information):
            row = {"created_at_s": intent.created_at_s, "payment_id": payment.id}
            self._writes.enter(_ADD_WORDS, [{"word": word, **row} for word in sorted(words)])

    def update(self, payment: Payment, *, was: PaymentState) -> None:
        """Write where a payment stands now; raises IntegrityError unless it still stood at `was`."""
        now = {f"new_{name}": value for name, value in _standing(payment).items()}
        self._writes.change(_MOVE, {(payment.id, was): {"payment": payment.id, "was": was, **now}}, last=True)

    def get(self, payment_id: str) -> Payment:
        """Return a payment; raises NotFound, and IntegrityError when its content no longer has its hash."""
        return self._one(payment_id, lock=False)

    def lock(self, payment_id: str) -> Payment:
        """Return a payment and keep others from changing it until this unit of work ends."""
        return self._one(payment_id, lock=True)

    def lock_all(self, payment_ids: Iterable[str]) -> dict[str, Payment]:
        """Return these payments by id, locked in the order of their ids."""
        found: dict[str, Payment] = {}
        for part in parts(sorted(set(payment_ids))):
            rows = self._connection.execute(_LOCK_ALL, {"ids": part})
            found |= {row.id: self._payment(row) for row in rows}
        return found

    def all_of(self, payment_ids: Iterable[str]) -> dict[str, Payment]:
        """Return these payments by id."""
        rows = self._connection.execute(_ALL_OF, {"ids": list(set(payment_ids))})
        return {row.id: self._payment(row) for row in rows}

    def _one(self, payment_id: str, *, lock: bool) -> Payment:
        row = self._connection.execute(_LOCK if lock else _ONE, {"payment": payment_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such payment", payment=payment_id)
        return self._payment(row)

    def branch(self, payment_id: str) -> str:
        """Return the branch whose audit stream follows a payment."""
        return str(self._connection.execute(select(payments.c.branch).where(payments.c.id == payment_id)).scalar_one())

    def find(
        self,
        *,
        states: Iterable[PaymentState] | None = None,
        chain_id: int | None = None,
        purpose: Purpose | None = None,
        related: str | None = None,
        request_id: str | None = None,
        limit: int | None = None,
        whole: bool = True,
    ) -> list[Payment]:
        """Return payments that match all that is given: by nonce, then oldest first.

        Without `whole`, for a list, one that cannot be read is left out and stops nobody else; `expire` tells of it.
        """
        wanted = {
            "states": None if states is None else [state.value for state in states],
            "chain_id": chain_id,
            "purpose": purpose,
            "related": related,
            "request_id": request_id,
            "limit": rows_limit(limit),
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        rows = self._connection.execute(_found(*given), given)
        return [self._payment(row) for row in rows] if whole else readable(rows, self._payment)

    def refused_of(self, customer_id: str) -> list[Payment]:
        """Return the refused payments that a customer was to pay or be paid by, oldest first."""
        party = f"customer/{customer_id}"
        theirs = (payments.c.debtor == party) | (payments.c.creditor == party)
        query = select(payments).where(theirs, payments.c.state == PaymentState.REFUSED)
        return readable(self._connection.execute(query.order_by(payments.c.created_at_s)), self._payment)

    def held_for(self, codes: str, *, limit: int) -> list[Payment]:
        """Return held payments that can be read, with a reason whose code begins with `codes`, oldest first."""
        return self.next_held_for(codes, after="", limit=limit)[0]

    def next_held_for(self, codes: str, *, after: str, limit: int) -> tuple[list[Payment], str]:
        """Return up to so many of these payments after a place, "" for the first, and the place to go on from.

        That is "" again where none is left: who goes on from there each time comes past all of them.
        """
        made_s, _, id = after.partition(" ")
        query, wanted = _held_for(codes), {"limit": rows_limit(limit)}
        if made_s.isascii() and made_s.isdecimal() and len(made_s) <= _MOST_DIGITS:  # a terminal's own SQL writes too
            at_s, column = int(made_s), payments.c
            query = query.where((column.created_at_s > at_s) | (column.created_at_s == at_s) & (column.id > id))
        rows = self._connection.execute(query, wanted).all()
        place = f"{rows[-1].created_at_s} {rows[-1].id}" if len(rows) == limit else ""
        return readable(rows, self._payment), place

    def paid_before(self, *, creditor: str, debtor: str | None = None) -> bool:
        """Tell whether anybody, or this debtor, has paid this creditor to the end."""
        query = select(payments.c.id).where(
            payments.c.state == PaymentState.FINAL.value, payments.c.creditor == creditor
        )
        if debtor is not None:
            query = query.where(payments.c.debtor == debtor)
        return self._connection.execute(query.limit(1)).first() is not None

    def between(self, debtor: Party, creditor: Party, *, asset_id: str, limit: int | None = None) -> list[Sent]:
        """Return what went, or is about to go, from a debtor to a creditor in an asset, or some; what is held is not.

        In no order: one that the database were to keep would have it read all that the debtor ever paid.
        """
        column = payments.c
        query = _SENT.where(
            column.debtor == str(debtor),
            column.creditor == str(creditor),
            column.asset_id == asset_id,
            column.state.not_in([state.value for state in UNPAID | {PaymentState.HELD}]),
        )
        rows = self._connection.execute(query.limit(rows_limit(limit)))
        return readable(rows, _sent)

    def variances_of(self, maker: str, *, asset_id: str, after_s: int) -> list[Sent]:
        """Return what somebody's counts of drawers differed by after that, in an asset, held or booked."""
        column = payments.c
        query = _SENT.where(
            column.maker == maker,
            column.created_at_s > after_s,
            column.purpose == Purpose.VARIANCE,
            column.asset_id == asset_id,
            column.state.not_in([state.value for state in UNPAID]),
        )
        return readable(self._connection.execute(query), _sent)

    def under_way(self) -> list[tuple[int | None, PaymentState, int, int]]:
        """Return (chain or None for the books, state, how many, oldest change) of payments that have not ended."""
        columns = (payments.c.chain_id, payments.c.state)
        query = select(*columns, func.count(), func.min(payments.c.updated_at_s)).group_by(*columns)
        rows = self._connection.execute(query.where(payments.c.state.in_([state.value for state in _OPEN])))
        return [(chain_id, PaymentState(state), count, oldest) for chain_id, state, count, oldest in rows]

    def journal(
        self,
        wanted: JournalFilter,
        after: JournalCursor | None,
        *,
        limit: int,
        paid_alone: bool = False,
        whole: bool = False,
    ) -> JournalPage:
        """Return up to `limit` of these payments after a cursor, newest first, with their customers' names.

        With `paid_alone`, what is on its way to the customer that is asked for is left out until it is final. One that
        cannot be read is left out, and hides nothing of what is behind it; `whole` raises IntegrityError at it.
        """
        rows_limit(limit)
        entries: list[JournalEntry] = []
        while True:
            query = journal_query(wanted, after, limit=limit + 1, paid_alone=paid_alone)
            rows = self._connection.execute(query).all()
            entries += [self._entry(row) for row in rows] if whole else readable(rows, self._entry)
            if len(entries) > limit or len(rows) <= limit:
                return page_of(entries, limit=limit)
            after = JournalCursor(created_at_s=rows[-1].created_at_s, payment_id=rows[-1].id)

    def _entry(self, row: Row[Any]) -> JournalEntry:
        return JournalEntry(
            payment=self._payment(row),
            branch=row.branch,
            debtor_name=row.debtor_name or "",
            creditor_name=row.creditor_name or "",
        )

    def final_transfers(self, since_s: int, until_s: int) -> Iterator[FinalTransfer]:
        """Yield each payment that can be read and became final in [since_s, until_s): a year has millions.

        The units are read from the content that was agreed to, not added up in SQL.
        """
        column = payments.c
        query = select(
            column.id,
            column.updated_at_s,
            column.branch,
            column.purpose,
            column.asset_id,
            column.intent,
            column.debtor,
            column.creditor,
            country_of(column.id),
        ).where(column.state == PaymentState.FINAL, column.updated_at_s >= since_s, column.updated_at_s < until_s)
        for row in self._connection.execute(query, execution_options=IN_PARTS):
            yield from readable([row], _final)

    def outdated(self, *, now_s: int, except_chains: Collection[int]) -> list[str]:
        """Return the ids of payments that were not started in time, but those of some chains.

        A no-op is never too late: a nonce waits for it.
        """
        wanted = {"now_s": now_s, "except_chains": list(except_chains)}
        return list(self._connection.execute(_OUTDATED, wanted).scalars())

    @stored
    def _payment(self, row: Row[Any]) -> Payment:
        asset = self._assets.get(row.asset_id).asset
        exchanged = row.purpose == Purpose.EXCHANGE
        intent = self.intent(row.intent) if exchanged else _intent(row.intent, asset, asset.symbol)
        if (intent.hash(), intent.uetr, intent.created_at_s) != (row.intent_hash, row.id, row.created_at_s):
            raise IntegrityError("the content of a payment was changed after it was made", payment=row.id)
        return Payment(
            intent=intent,
            state=PaymentState(row.state),
            updated_at_s=row.updated_at_s,
            reasons=parse_reasons(row.reasons),
            nonce=row.nonce,
            gas_limit=row.gas_limit,
            fee_cap_wei=row.fee_cap_wei,
            index=row.deposit_index,
            included_block=row.included_block,
            included_hash=row.included_hash,
            transaction_hash=row.transaction_hash,
            recalled_by=row.recalled_by,
        )

    def intent(self, text: str) -> Intent:
        """Return the intent in stored canonical text; its asset is looked up in the bank's own."""
        content = parse_canonical(text)
        asset = self._assets.get(content["asset"]).asset
        return _read(content, asset, cash=self._cash(content) if "quote_id" in content else None)

    def _cash(self, content: dict[str, Any]) -> CashLeg:
        asset = self._assets.get(content["cash_asset"]).asset
        _check_asset(asset, content["cash_asset"], content["cash_decimals"])
        return CashLeg(
            drawer=content["drawer"],
            amount=Amount(asset, int(content["cash_units"])),
            fee=Amount(asset, int(content["fee_units"])),
            quote_id=content["quote_id"],
        )


@cache
def _found(*given: str) -> Select[Any]:
    """Return the query for payments where these are given, built once: an engine asks a dozen times in each turn."""
    query = select(payments).order_by(payments.c.nonce.nulls_last(), payments.c.created_at_s, payments.c.id)
    query = query.where(*(_WHERE[name] for name in given if name in _WHERE))
    return query.limit(bindparam("limit", type_=Integer)) if "limit" in given else query


@cache
def _held_for(codes: str) -> Select[Any]:
    """Return the query for payments held for such a reason, oldest first, built once for each of a few."""
    held = payments.c.state == PaymentState.HELD.value
    why = payments.c.reasons.contains(f'"code":"{codes}', autoescape=True)
    query = select(payments).where(held, why).order_by(payments.c.created_at_s, payments.c.id)
    return query.limit(bindparam("limit", type_=Integer))


@lru_cache(maxsize=1_024)
def _intent(text: str, asset: Asset, _symbol: str) -> Intent:
    """Return the intent of a stored text, read once: what is on its way is asked for again and again.

    Assets are equal whatever they are called, and an intent has its asset as this bank calls it.
    """
    return _read(parse_canonical(text), asset, cash=None)


def _read(content: dict[str, Any], asset: Asset, *, cash: CashLeg | None) -> Intent:
    _check_asset(asset, content["asset"], content["decimals"])
    return Intent(
        uetr=content["uetr"],
        purpose=Purpose(content["purpose"]),
        debtor=parse_party(content["debtor"]),
        creditor=parse_party(content["creditor"]),
        amount=Amount(asset, int(content["units"])),
        maker=content["maker"],
        created_at_s=content["created_at_s"],
        expires_at_s=content["expires_at_s"],
        request_id=content["request_id"],
        related=content["related"],
        remittance_information=content["remittance_information"],
        cash=cash,
    )


def _check_asset(asset: Asset, asset_id: str, decimals: int) -> None:
    if asset.id != asset_id:
        raise IntegrityError("a payment stands under another asset than it was made in", asset=asset.id)
    if asset.decimals != decimals:
        raise IntegrityError("an asset's decimals changed under a payment", asset=asset.id)


@stored
def _sent(row: Row[Any]) -> Sent:
    return Sent(id=row.id, purpose=Purpose(row.purpose), state=PaymentState(row.state), units=_units(row.intent))


@stored
def _final(row: Row[Any]) -> FinalTransfer:
    return FinalTransfer(
        id=row.id,
        at_s=row.updated_at_s,
        branch=row.branch,
        kind=row.purpose,
        asset_id=row.asset_id,
        units=_units(row.intent),
        debtor=row.debtor,
        creditor=row.creditor,
        country=row.country or "",
    )


def _units(intent: str) -> int:
    return int(parse_canonical(intent)["units"])


def _standing(payment: Payment) -> dict[str, Any]:
    return {
        "state": payment.state,
        "reasons": reasons_text(payment.reasons),
        "updated_at_s": payment.updated_at_s,
        "nonce": payment.nonce,
        "gas_limit": payment.gas_limit,
        "fee_cap_wei": payment.fee_cap_wei,
        "deposit_index": payment.index,
        "included_block": payment.included_block,
        "included_hash": payment.included_hash,
        "transaction_hash": payment.transaction_hash,
        "recalled_by": payment.recalled_by,
    }
