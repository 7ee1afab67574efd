"""Accounts, transfers and entries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tokenpay.errors import IntegrityError, NotFound
from tokenpay.ledger import transfer as rules
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.proof import ProvedEntry, Waiting
from tokenpay.ledger.transfer import Movement, Transfer, TransferState
from tokenpay.store.door import parts, position, rows_limit, stored
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import accounts, entries, transfers
from tokenpay.store.writes import Writes

_LOCK = (
    select(accounts)
    .where(accounts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(accounts.c.id)
    .with_for_update(key_share=True)
)
_TOTALS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted", "available_units", "version")
_UPDATE = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values({name: bindparam(f"new_{name}") for name in _TOTALS})
)
_SETTLE = (
    update(transfers)
    .where(transfers.c.id == bindparam("transfer"))
    .values(state=bindparam("new_state"), posted_units=bindparam("new_posted"), clearance_id=bindparam("new_clearance"))
)


_ADD_TRANSFER, _ADD_ENTRY = insert(transfers), insert(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One side of a posted transfer as the account's history shows it; totals are those after it."""

    account_id: str
    seq: int
    transfer_id: str
    side: str
    units: int
    debits_after: int
    credits_after: int
    block_number: int | None
    at_s: int


class LedgerStore:
    """Accounts are locked before they move: what was read of them is what stands, until this unit of work ends."""

    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes
        self._locked: dict[str, Account] = {}

    def lock(self, wanted: Iterable[Account]) -> None:
        """Lock these accounts in sorted order, opening those that are not there yet."""
        missing = {account.id: account for account in wanted if account.id not in self._locked}
        if not missing:
            return
        self._fetch(sorted(missing))
        unopened = [missing[id] for id in sorted(missing) if id not in self._locked]
        if unopened:
            self._open(unopened)
            self._fetch([account.id for account in unopened])

    def _fetch(self, ids: Sequence[str]) -> None:
        for part in parts(ids):
            for row in self._connection.execute(_LOCK, {"ids": part}):
                self._locked[row.id] = _account(row)

    def _open(self, unopened: Sequence[Account]) -> None:
        rows = [{"id": a.id, "kind": a.kind, "owner": a.owner, "asset_id": a.asset_id, **_totals(a)} for a in unopened]
        self._connection.execute(insert_missing(self._connection.dialect.name, accounts), rows)

    def locked(self, account_id: str) -> Account:
        """Return a locked account as it stands in this unit of work."""
        if account_id not in self._locked:
            raise IntegrityError("an account moves only while it is locked", account=account_id)
        return self._locked[account_id]

    def reserve(self, transfer: Transfer) -> Transfer:
        """Enter a pending transfer; both accounts are locked. Raises InsufficientFunds."""
        movement = rules.reserve(transfer, self.locked(transfer.debit), self.locked(transfer.credit))
        self._insert(movement)
        self._move(movement)
        return movement.transfer

    def post(self, transfer: Transfer, *, at_s: int, block_number: int | None = None) -> Transfer:
        """Enter a transfer as posted at once; both accounts are locked. Raises InsufficientFunds."""
        movement = rules.post(transfer, self.locked(transfer.debit), self.locked(transfer.credit))
        self._insert(movement)
        self._move(movement, at_s=at_s, block_number=block_number)
        return movement.transfer

    def post_pending(
        self,
        transfer: Transfer,
        *,
        at_s: int,
        clearance_id: str | None = None,
        units: int | None = None,
        block_number: int | None = None,
    ) -> Transfer:
        """Post a pending transfer, whole or in part, under a clearance if it needs one; both accounts are locked."""
        transfer = replace(transfer, clearance_id=clearance_id or transfer.clearance_id)
        movement = rules.post_pending(transfer, self.locked(transfer.debit), self.locked(transfer.credit), units)
        self._settle(movement.transfer)
        self._move(movement, at_s=at_s, block_number=block_number)
        return movement.transfer

    def void(self, transfer: Transfer) -> Transfer:
        """End a pending transfer without effect; both accounts are locked."""
        movement = rules.void(transfer, self.locked(transfer.debit), self.locked(transfer.credit))
        self._settle(movement.transfer)
        self._move(movement)
        return movement.transfer

    def _insert(self, movement: Movement) -> None:
        transfer = movement.transfer
        row = {
            "id": transfer.id,
            "debit_account": transfer.debit,
            "debit_kind": movement.debit.kind,
            "credit_account": transfer.credit,
            "credit_kind": movement.credit.kind,
            "asset_id": transfer.asset_id,
            "units": transfer.units,
            "posted_units": transfer.posted_units,
            "state": transfer.state,
            "payment_id": transfer.payment_id,
            "deposit_id": transfer.deposit_id,
            "clearance_id": transfer.clearance_id,
            "created_at_s": transfer.created_at_s,
            "shift_id": transfer.shift_id,
        }
        self._writes.enter(_ADD_TRANSFER, [row])

    def _settle(self, transfer: Transfer) -> None:
        row = {
            "transfer": transfer.id,
            "new_state": transfer.state,
            "new_posted": transfer.posted_units,
            "new_clearance": transfer.clearance_id,
        }
        self._writes.change(_SETTLE, {transfer.id: row})

    def _move(self, movement: Movement, *, at_s: int | None = None, block_number: int | None = None) -> None:
        sides = (("debit", movement.debit), ("credit", movement.credit))
        self._writes.change(
            _UPDATE,
            {a.id: {"account": a.id, **{f"new_{name}": value for name, value in _totals(a).items()}} for _, a in sides},
        )
        for _, account in sides:
            self._locked[account.id] = account
        if at_s is None:
            return
        self._writes.enter(
            _ADD_ENTRY,
            [
                {
                    "account_id": account.id,
                    "seq": account.version,
                    "transfer_id": movement.transfer.id,
                    "side": side,
                    "units": movement.transfer.posted_units,
                    "debits_after": account.debits_posted,
                    "credits_after": account.credits_posted,
                    "block_number": block_number if account.kind is AccountKind.CUSTODY else None,
                    "at_s": at_s,
                }
                for side, account in sides
            ],
        )

    def account(self, account_id: str) -> Account:
        """Return an account without locking it; raises NotFound."""
        row = self._connection.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
        if row is None:
            raise NotFound("there is no such ledger account", account=account_id)
        return _account(row)

    def accounts(
        self,
        *,
        kind: AccountKind | None = None,
        owner: str | None = None,
        asset_id: str | None = None,
        available_units: int = 0,
    ) -> list[Account]:
        """Return accounts by kind, owner or asset, ordered by id, without locking them.

        With `available_units`, only those that have at least so many: most deposit addresses are empty.
        """
        query = select(accounts).order_by(accounts.c.id)
        if kind is not None:
            query = query.where(accounts.c.kind == kind)
        if owner is not None:
            query = query.where(accounts.c.owner == owner)
        if asset_id is not None:
            query = query.where(accounts.c.asset_id == asset_id)
        if available_units:
            query = query.where(accounts.c.available_units >= available_units)
        return [_account(row) for row in self._connection.execute(query)]

    def page(self, kind: AccountKind, asset_id: str, *, after: str, limit: int) -> list[Account]:
        """Return the next accounts of a kind in an asset, by id, after one of them or from the first on."""
        query = select(accounts).where(accounts.c.kind == kind, accounts.c.asset_id == asset_id, accounts.c.id > after)
        rows = self._connection.execute(query.order_by(accounts.c.id).limit(rows_limit(limit)))
        return [_account(row) for row in rows]

    def transfers(self, *, payment_id: str | None = None, deposit_id: str | None = None) -> list[Transfer]:
        """Return the transfers of a payment or a deposit, oldest first."""
        if (payment_id is None) == (deposit_id is None):
            raise IntegrityError("transfers are those of one payment or of one deposit")
        column = transfers.c.payment_id if payment_id is not None else transfers.c.deposit_id
        query = select(transfers).where(column == (payment_id or deposit_id)).order_by(transfers.c.created_at_s)
        return [_transfer(row) for row in self._connection.execute(query.order_by(transfers.c.id))]

    def transfers_of(self, payment_ids: Iterable[str]) -> list[Transfer]:
        """Return the transfers of all of these payments, oldest first."""
        query = select(transfers).where(transfers.c.payment_id.in_(sorted(payment_ids)))
        return [
            _transfer(row) for row in self._connection.execute(query.order_by(transfers.c.created_at_s, transfers.c.id))
        ]

    def entries(self, account_id: str, *, after_seq: int = 0, limit: int = 1000, newest: bool = False) -> list[Entry]:
        """Return an account's entries in order, after number `after_seq`: the first `limit` of them, or the newest.

        Raises InvalidInput.
        """
        query = select(entries).where(entries.c.account_id == account_id, entries.c.seq > position(after_seq))
        order = entries.c.seq.desc() if newest else entries.c.seq
        found = [
            Entry(**row._mapping) for row in self._connection.execute(query.order_by(order).limit(rows_limit(limit)))
        ]
        return found[::-1] if newest else found

    def newest_before(self, account_id: str, *, at_s: int) -> Entry | None:
        """Return the newest entry of an account that was made before a time: what it stood at then."""
        made = select(entries).where(entries.c.account_id == account_id, entries.c.at_s < at_s)
        row = self._connection.execute(made.order_by(entries.c.seq.desc()).limit(1)).one_or_none()
        return None if row is None else Entry(**row._mapping)

    def posted_beyond(self, block_number: int, *, asset_ids: Sequence[str]) -> dict[str, int]:
        """Return what custody accounts of these assets gained (less than zero: lost) in blocks after this one.

        While finality is being judged, some of what happened in the next final blocks is posted already.
        """
        query = (
            select(entries.c.account_id, entries.c.side, entries.c.units)
            .join(accounts, accounts.c.id == entries.c.account_id)
            .where(
                accounts.c.kind == AccountKind.CUSTODY,
                accounts.c.asset_id.in_(asset_ids),
                entries.c.block_number > block_number,
            )
        )
        gained: dict[str, int] = {}
        for row in self._connection.execute(query):
            units = row.units if row.side == "debit" else -row.units
            gained[row.account_id] = gained.get(row.account_id, 0) + units
        return gained

    def newest_block(self, account_id: str) -> int:
        """Return the newest block in which one of an account's newest hundred entries happened; 0 without entries."""
        newest = select(entries.c.block_number).where(entries.c.account_id == account_id)
        numbers = self._connection.execute(newest.order_by(entries.c.seq.desc()).limit(100)).scalars()
        return max((number for number in numbers if number is not None), default=0)

    def proved_entries(self) -> Iterator[ProvedEntry]:
        """Yield every entry of every account, by account and number, held against its transfer."""
        debited = entries.c.side == "debit"
        own = (debited & (transfers.c.debit_account == entries.c.account_id)) | (
            ~debited & (transfers.c.credit_account == entries.c.account_id)
        )
        posted = transfers.c.state == TransferState.POSTED
        query = select(entries, (own & posted).label("fits"), transfers.c.posted_units)
        query = query.join(transfers, transfers.c.id == entries.c.transfer_id)
        for row in self._connection.execute(query.order_by(entries.c.account_id, entries.c.seq)):
            yield ProvedEntry(
                account_id=row.account_id,
                seq=row.seq,
                debit=row.side == "debit",
                units=row.units,
                debits_after=row.debits_after,
                credits_after=row.credits_after,
                fits=bool(row.fits) and row.units == row.posted_units,
            )

    def waiting(self) -> Iterator[Waiting]:
        """Yield what every pending transfer will move."""
        query = select(transfers.c.debit_account, transfers.c.credit_account, transfers.c.units)
        for row in self._connection.execute(query.where(transfers.c.state == TransferState.PENDING)):
            yield Waiting(row.debit_account, row.credit_account, row.units)

    def causes(self, transfer_ids: Sequence[str]) -> dict[str, str]:
        """Return the payment or deposit behind each of these transfers."""
        query = select(transfers.c.id, transfers.c.payment_id, transfers.c.deposit_id)
        rows = self._connection.execute(query.where(transfers.c.id.in_(transfer_ids)))
        return {row.id: row.payment_id or row.deposit_id or "" for row in rows}

    def charged(self, payment_id: str) -> dict[str, int]:
        """Return the fees posted for a payment, in smallest units by asset id."""
        query = select(transfers.c.asset_id, transfers.c.posted_units).where(
            transfers.c.payment_id == payment_id,
            transfers.c.credit_kind == AccountKind.FEES,
            transfers.c.state == TransferState.POSTED,
        )
        found: dict[str, int] = {}
        for row in self._connection.execute(query.order_by(transfers.c.id)):
            found[row.asset_id] = found.get(row.asset_id, 0) + row.posted_units
        return found

    def lock_transfers(self, found: Iterable[Transfer], also: Iterable[Account] = ()) -> None:
        """Lock the accounts of these transfers, and others with them."""
        named = [_named(id, transfer.asset_id) for transfer in found for id in (transfer.debit, transfer.credit)]
        self.lock([*named, *also])


@stored
def _named(id: str, asset_id: str) -> Account:
    kind, owner, _ = id.split("/", 2)
    return Account(kind=AccountKind(kind), owner=owner, asset_id=asset_id)


def _totals(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in _TOTALS}


@stored
def _account(row: Row[Any]) -> Account:
    return Account(
        kind=AccountKind(row.kind),
        owner=row.owner,
        asset_id=row.asset_id,
        debits_pending=row.debits_pending,
        debits_posted=row.debits_posted,
        credits_pending=row.credits_pending,
        credits_posted=row.credits_posted,
        version=row.version,
    )


@stored
def _transfer(row: Row[Any]) -> Transfer:
    return Transfer(
        id=row.id,
        debit=row.debit_account,
        credit=row.credit_account,
        asset_id=row.asset_id,
        units=row.units,
        state=TransferState(row.state),
        created_at_s=row.created_at_s,
        posted_units=row.posted_units,
        payment_id=row.payment_id,
        deposit_id=row.deposit_id,
        clearance_id=row.clearance_id,
        shift_id=row.shift_id,
    )
