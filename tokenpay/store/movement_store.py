"""What a customer's money did lately, as risk is scored by it: read once in a unit of work, and kept up to date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Dialect,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.compiler import SQLCompiler

from tokenpay.compliance.risk.activity import REMEMBERED, SCORED, Movement
from tokenpay.ledger.chart import AccountKind, account_id
from tokenpay.payments.intent import BookParty, Intent, Party
from tokenpay.payments.payment import UNPAID, PaymentState
from tokenpay.store.door import stored
from tokenpay.store.tables import accounts, deposits, entries, payments, transfers
from tokenpay.store.writes import Writes

_UNITS = re.compile(r',"units":"([0-9]{1,78})"')
"""The units in a payment's canonical content, where a quote within a text is escaped: nothing else reads like this."""
_HAS, _OUT, _IN = 0, 1, 2
_ENTRIES = 2 * REMEMBERED
"""Among so many of an account's newest entries the credits are looked for, and no further back."""
_GONE = frozenset(state.value for state in UNPAID)
_THEIRS = frozenset(purpose.value for purpose in SCORED)
_FINAL = PaymentState.FINAL.value
_PLAIN = Text()


def _newest(query: Select[Any]) -> Select[Any]:
    """A union takes no order and no limit of a part of it, but of what it selects from."""
    return select(*query.limit(REMEMBERED).subquery().c)


# Each part is bounded by an index on whose movements they are, and by nothing else: a planner that is offered the
# purpose or the state may read every payment of the bank. What they are is looked at when they are here.
_SENDER = literal("eip155:") + cast(deposits.c.chain_id, Text) + literal(":") + deposits.c.sender
_ACCOUNT = accounts.c.id == bindparam("account")
_QUERY: CompoundSelect[Any] = union_all(
    select(
        literal(_HAS).label("way"),
        literal(0).label("at_s"),
        cast(accounts.c.available_units, Text).label("units"),
        null().label("asset_id"),
        null().label("counterparty"),
        null().label("kind"),
        null().label("state"),
    ).where(_ACCOUNT),
    _newest(
        select(
            literal(_OUT).label("way"),
            payments.c.created_at_s.label("at_s"),
            type_coerce(payments.c.intent, _PLAIN).label("units"),
            type_coerce(payments.c.asset_id, _PLAIN).label("asset_id"),
            type_coerce(payments.c.creditor, _PLAIN).label("counterparty"),
            type_coerce(payments.c.purpose, _PLAIN).label("kind"),
            type_coerce(payments.c.state, _PLAIN).label("state"),
        )
        .where(payments.c.debtor == bindparam("debtor"), payments.c.id != bindparam("without"))
        .order_by(payments.c.created_at_s.desc(), payments.c.id.desc())
    ),
    _newest(
        select(
            literal(_IN).label("way"),
            entries.c.at_s.label("at_s"),
            cast(entries.c.units, Text).label("units"),
            type_coerce(transfers.c.asset_id, _PLAIN).label("asset_id"),
            type_coerce(transfers.c.debit_account, _PLAIN).label("counterparty"),
            type_coerce(func.coalesce(_SENDER, transfers.c.deposit_id), _PLAIN).label("kind"),
            null().label("state"),
        )
        .join(transfers, transfers.c.id == entries.c.transfer_id)
        .outerjoin(deposits, deposits.c.id == transfers.c.deposit_id)
        .where(
            entries.c.account_id == bindparam("account"),
            entries.c.side == "credit",
            entries.c.seq > select(accounts.c.version - _ENTRIES).where(_ACCOUNT).scalar_subquery(),
        )
        .order_by(entries.c.seq.desc())
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A customer's newest movements, oldest first: out of every asset, into the one that is asked about."""

    available_units: int = 0
    outgoing: tuple[Movement, ...] = ()
    incoming: tuple[Movement, ...] = ()


class MovementStore:
    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes
        self._known: dict[tuple[str, str], Moved] = {}

    def of(self, customer_id: str, asset_id: str, *, without: str = "") -> Moved:
        """Return what this customer moved, payments of this unit of work included; one payment is left out."""
        if without:
            return self._read(customer_id, asset_id, without)
        found = self._known.get((customer_id, asset_id))
        if found is None:
            found = self._known[customer_id, asset_id] = self._read(customer_id, asset_id, "")
        return found

    def add(self, intent: Intent, *, settled: bool) -> None:
        """Take in a payment that this unit of work has made."""
        asset_id, units = intent.amount.asset.id, intent.amount.units
        debtor, creditor = _customer(intent.debtor), _customer(intent.creditor)
        movement = Movement(intent.created_at_s, units, asset_id, str(intent.creditor), settled)
        for customer_id, of in [known for known in self._known if debtor is not None and known[0] == debtor]:
            moved = self._known[customer_id, of]
            self._known[customer_id, of] = Moved(
                available_units=moved.available_units - units if of == asset_id else moved.available_units,
                outgoing=(*moved.outgoing, movement)[-REMEMBERED:],
                incoming=moved.incoming,
            )
        if settled and creditor is not None and (creditor, asset_id) in self._known:
            moved = self._known[creditor, asset_id]
            came = Movement(intent.created_at_s, units, asset_id, str(intent.debtor))
            self._known[creditor, asset_id] = Moved(
                available_units=moved.available_units + units,
                outgoing=moved.outgoing,
                incoming=(*moved.incoming, came)[-REMEMBERED:],
            )

    def _read(self, customer_id: str, asset_id: str, without: str) -> Moved:
        which = {
            "debtor": str(BookParty(AccountKind.CUSTOMER, customer_id)),
            "account": account_id(AccountKind.CUSTOMER, customer_id, asset_id),
            "without": without,
        }
        self._writes.write()  # the driver is asked past SQLAlchemy, which writes what waits
        statement, values = _compiled(self._connection.dialect)
        if isinstance(values, tuple):
            given: Any = tuple([which.get(name, value) for name, value in values])
        else:
            given = {**values, **which}
        return _moved(self._connection.exec_driver_sql(statement, given).all())


@lru_cache(maxsize=8)
def _compiled(dialect: Dialect) -> tuple[str, tuple[tuple[str, Any], ...] | dict[str, Any]]:
    """Return the query as the driver takes it, compiled once, and its values: in their order, or by their names."""
    compiled = _QUERY.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("what reads movements is SQL")
    if compiled.positiontup is None:
        return compiled.string, compiled.params
    return compiled.string, tuple((name, compiled.params[name]) for name in compiled.positiontup)


@stored
def _moved(rows: Sequence[Any]) -> Moved:
    """The rows of each way come newest first, and are turned around."""
    available_units = 0
    outgoing, incoming = [], []
    for way, at_s, text, asset_id, counterparty, kind, state in rows:
        if way == _OUT:
            units = _UNITS.search(text)  # a row without any is none that this library wrote: nothing moved by it
            if units is not None and state not in _GONE and kind in _THEIRS:
                outgoing.append(Movement(at_s, int(units[1]), asset_id, counterparty, state == _FINAL))
        elif way == _IN:
            incoming.append(Movement(at_s, int(text), asset_id, _payer(counterparty, kind)))
        else:
            available_units = int(text)
    return Moved(
        available_units=available_units,
        outgoing=tuple(sorted(reversed(outgoing), key=_at_s)),
        incoming=tuple(sorted(reversed(incoming), key=_at_s)),
    )


def _payer(account: str, deposit: str | None) -> str:
    """Return who paid: an address as it is paid to, a party at this bank, or nobody who is known."""
    if deposit is not None:
        return deposit if deposit.startswith("eip155:") else ""
    kind, owner, _ = account.split("/", 2)
    return f"{kind}/{owner}"


def _customer(party: Party) -> str | None:
    return party.owner if isinstance(party, BookParty) and party.kind is AccountKind.CUSTOMER else None


def _at_s(movement: Movement) -> int:
    return movement.at_s
