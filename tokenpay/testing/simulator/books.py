"""The books as somebody keeps them who reads every committed change, and nothing twice: what invariants look at.

Triggers note which rows were touched, on the same connection; what is read goes past the library, as an auditor would.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tokenpay.audit.record import AuditHead, AuditRecord
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.asset import parse_caip19
from tokenpay.testing.simulator.book_rows import (
    BookAccount,
    BookDeposit,
    BookPayment,
    BookTransfer,
    Change,
    Replayed,
)
from tokenpay.testing.simulator.carried import Carried

_BY_ID = ("accounts", "transfers", "payments", "deposits")
_NEVER_DELETED = (*_BY_ID, "entries", "audit_records", "clearances", "approvals", "signed", "attempts")
_NEVER_CHANGED = ("entries", "audit_records", "clearances", "approvals", "signed")
_COLUMNS = {
    "accounts": "id, kind, owner, asset_id, debits_pending, debits_posted, credits_pending, credits_posted, "
    "available_units, version",
    "transfers": "id, debit_account, credit_account, asset_id, units, posted_units, state, payment_id, deposit_id",
    "payments": "id, purpose, rail, state, asset_id, debtor, creditor, nonce, intent, transaction_hash",
    "deposits": "id, state, outcome, units, asset_id",
}
_AT_ONCE = 500
Row: TypeAlias = tuple[Any, ...]


class Books:
    """A bank's books in SQLite, read row by row as they change. `change` is what the last `read` found."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self.accounts: dict[str, BookAccount] = {}
        self.transfers: dict[str, BookTransfer] = {}
        self.payments: dict[str, BookPayment] = {}
        self.deposits: dict[str, BookDeposit] = {}
        self.totals: Counter[tuple[str, str]] = Counter()
        """Debits less credits over all accounts, by (asset, posted or pending): zero, always."""
        self.moved: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """The ids of transfers by payment or deposit."""
        self.replayed: defaultdict[str, Replayed] = defaultdict(Replayed)
        self.posted: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """(block, units) of each entry of a custody account that has a block, newest last."""
        self.keys: dict[str, tuple[str, str]] = {}
        """(verb, result) by key."""
        self.batches: defaultdict[str, list[str | None]] = defaultdict(list)
        """The payments of each batch by its key, None for an order that was refused."""
        self.keyed: defaultdict[str, list[str]] = defaultdict(list)
        """Keys by result."""
        self.signed: dict[bytes, str] = {}
        """Payments by the hash of a transaction that was signed for them."""
        self.heads: dict[str, AuditHead] = {}
        """What the records of each audit stream lead to."""
        self.due: Counter[tuple[str, str]] = Counter()
        """What each party is due, by (party, asset), from final payments and deposits."""
        self.carried: dict[str, set[bytes]] = {}
        """The transactions of each payment that the chain carries."""
        self.paid_to: defaultdict[str, list[str]] = defaultdict(list)
        """Payments by creditor."""
        self.compared = -1
        """The block that custody was compared at last."""
        self.whole = False
        """Whether these books were read anew, all at once."""
        self.change = Change()
        self._kept: list[tuple[str, str]] = []
        self._cash: dict[str, tuple[str, int]] = {}
        self._places: dict[str, tuple[Address | None, Address]] = {}
        self._seen = dict.fromkeys(("entries", "keys", "batch_outcomes", "signed", "audit_records"), 0)

    def watch(self) -> None:
        """Note what is touched from now on, on a connection that is new."""
        connection = self._connect()
        connection.execute("CREATE TEMP TABLE touched (noun TEXT NOT NULL, id TEXT NOT NULL)")
        for noun in _BY_ID:
            for verb in ("INSERT", "UPDATE"):
                _trigger(connection, verb, noun, f"('{noun}', NEW.id)")
        for noun in _NEVER_DELETED:
            _trigger(connection, "DELETE", noun, f"('forbidden', 'a row of {noun} was deleted')")
        for noun in _NEVER_CHANGED:
            _trigger(connection, "UPDATE", noun, f"('forbidden', 'a row of {noun} was changed')")

    def pause(self) -> None:
        """Keep what was touched, for a connection that is about to close."""
        connection = self._connect()
        self._kept += connection.execute("SELECT DISTINCT noun, id FROM temp.touched").fetchall()

    def read(self) -> Change:
        """Take in what was committed since the last time and return it."""
        connection = self._connect()
        touched = connection.execute("SELECT DISTINCT noun, id FROM temp.touched").fetchall()
        if touched:
            connection.execute("DELETE FROM temp.touched")
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for noun, id in dict.fromkeys([*self._kept, *touched]):
            ids[noun].append(id)
        self._kept = []
        self.change = Change(forbidden=ids.pop("forbidden", []))
        self._take(connection, {noun: ids.get(noun, ()) for noun in _BY_ID})
        return self.change

    def read_all(self) -> Change:
        """Take in everything there is; for books that are new."""
        connection = self._connect()
        connection.execute("DELETE FROM temp.touched")
        ids = {noun: [row[0] for row in connection.execute(f"SELECT id FROM {noun}")] for noun in _BY_ID}  # noqa: S608
        self.change, self.whole = Change(), True
        self._take(connection, ids)
        return self.change

    def ask(self, query: str, *given: Any) -> list[Row]:
        """Return the rows of a query, past the library."""
        return list(self._connect().execute(query, given))

    def _take(self, connection: Any, ids: Mapping[str, Iterable[str]]) -> None:
        for row in _rows(connection, "transfers", ids["transfers"]):
            self._take_transfer(row)
        for row in _rows(connection, "accounts", ids["accounts"]):
            id, kind, owner, asset_id, *totals, available, version = row
            free = None if available is None else int(available)
            now = BookAccount(AccountKind(kind), owner, asset_id, *_totals(totals), free, version)
            for account, sign in ((self.accounts.get(id), -1), (now, 1)):
                if account is not None:
                    posted, pending = account.debits_posted, account.debits_pending
                    self.totals[asset_id, "posted"] += sign * (posted - account.credits_posted)
                    self.totals[asset_id, "pending"] += sign * (pending - account.credits_pending)
            self.accounts[id] = now
            self.change.accounts.add(id)
        for row in _rows(connection, "payments", ids["payments"]):
            self._take_payment(row)
        for id, state, outcome, units, asset_id in _rows(connection, "deposits", ids["deposits"]):
            before = self.deposits.get(id)
            self.deposits[id] = BookDeposit(state, outcome, int(units), asset_id)
            self.change.deposits[id] = None if before is None else before.state
        self._take_entries(connection)
        for _, key, verb, result in self._new(connection, "keys", "key, verb, result_id"):
            self.keys[key] = verb, result
            self.keyed[result].append(key)
        for _, key, payment_id in self._new(connection, "batch_outcomes", "key, payment_id"):
            self.batches[key].append(payment_id)
            if payment_id is not None:
                self.keyed[payment_id].append(key)
        for _, transaction_hash, payment_id in self._new(connection, "signed", "transaction_hash, payment_id"):
            self.signed[transaction_hash] = payment_id
        columns = "stream, seq, at_s, actor, action, subject, details, previous, hash"
        for row in self._new(connection, "audit_records", columns):
            self.change.records.append(AuditRecord(**dict(zip(columns.split(", "), row[1:], strict=True))))

    def _take_transfer(self, row: Row) -> None:
        id, debit, credit, asset_id, units, posted, state, payment_id, deposit_id = row
        now = BookTransfer(debit, credit, asset_id, int(units), int(posted), state, payment_id, deposit_id)
        before = self.transfers.get(id)
        for transfer, sign in ((before, -1), (now, 1)):
            if transfer is not None and transfer.state == "pending":
                self.replayed[transfer.debit].pending_debits += sign * transfer.units
                self.replayed[transfer.credit].pending_credits += sign * transfer.units
                self.change.accounts |= {transfer.debit, transfer.credit}
        self.transfers[id] = now
        cause = payment_id or deposit_id
        if cause is not None:
            self.moved[cause][id] = None
        if deposit_id is not None and deposit_id in self.deposits:
            self.change.deposits.setdefault(deposit_id, self.deposits[deposit_id].state)

    def _take_payment(self, row: Row) -> None:
        id, purpose, rail, state, asset_id, debtor, creditor, nonce, intent, transaction_hash = row
        before = self.payments.get(id)
        units = self._take_intent(id, creditor, json.loads(intent)) if before is None else before.units
        self.payments[id] = BookPayment(
            purpose, rail, state, asset_id, debtor, creditor, nonce, units, transaction_hash
        )
        self.change.payments[id] = None if before is None else before.state

    def take_carried(self, carried: Carried) -> None:
        """Note of which payments the chain carries a transaction, for those that came or went."""
        for transaction_hash in carried.touched:
            payment_id = self.signed.get(transaction_hash)
            if payment_id is not None:
                known = (*self.carried.get(payment_id, ()), transaction_hash)
                self.carried[payment_id] = {one for one in known if carried.times[one]}

    def _take_intent(self, id: str, creditor: str, intent: dict[str, Any]) -> int:
        self.paid_to[creditor].append(id)
        if "cash_asset" in intent:
            self._cash[id] = intent["cash_asset"], int(intent["cash_units"])
        return int(intent["units"])

    def units_in(self, payment_id: str, asset_id: str) -> int:
        """Return how much a payment moves in one of its assets, as limits count it."""
        payment = self.payments[payment_id]
        if asset_id == payment.asset_id:
            return payment.units
        cash_id, units = self._cash.get(payment_id, ("", 0))
        return units if cash_id == asset_id else 0

    def holding_of(self, account_id: str) -> tuple[Address | None, Address]:
        """Return (contract or None for the coin, address) of a custody account."""
        if account_id not in self._places:
            account = self.accounts[account_id]
            self._places[account_id] = parse_caip19(account.asset_id)[1], Address.parse(account.owner)
        return self._places[account_id]

    def party_of(self, payment: BookPayment) -> tuple[Address | None, Address]:
        """Return (contract or None for the coin, address) that a payment on the chain pays."""
        return parse_caip19(payment.asset_id)[1], Address.parse_caip10(payment.creditor)[1]

    def _take_entries(self, connection: Any) -> None:
        columns = "account_id, seq, side, units, debits_after, credits_after, block_number"
        for _, account, seq, side, text, debits, credits, block in self._new(connection, "entries", columns):
            units, sum_ = int(text), self.replayed[account]
            sum_.entries += 1
            if side == "debit":
                sum_.debits += units
            else:
                sum_.credits += units
            if (seq, int(debits), int(credits)) != (sum_.entries, sum_.debits, sum_.credits):
                self.change.misnumbered.append(account)
            if block is not None:
                self.posted[account].append((block, units if side == "debit" else -units))
            self.change.accounts.add(account)

    def _new(self, connection: Any, noun: str, columns: str) -> Iterator[Row]:
        """Yield the rows that were added since the last time, their number first."""
        query = f"SELECT rowid, {columns} FROM {noun} WHERE rowid > ? ORDER BY rowid"  # noqa: S608 - our own words
        for row in connection.execute(query, (self._seen[noun],)):
            self._seen[noun] = row[0]
            yield row


def _totals(texts: Sequence[str]) -> tuple[int, int, int, int]:
    debits_pending, debits_posted, credits_pending, credits_posted = map(int, texts)
    return debits_pending, debits_posted, credits_pending, credits_posted


def _trigger(connection: Any, verb: str, noun: str, values: str) -> None:
    connection.execute(
        f"CREATE TEMP TRIGGER touched_{verb.lower()}_{noun} AFTER {verb} ON main.{noun} "  # noqa: S608 - our own words
        f"BEGIN INSERT INTO touched VALUES {values}; END"
    )


def _rows(connection: Any, noun: str, ids: Iterable[str]) -> Iterator[Row]:
    wanted = list(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from connection.execute(f"SELECT {_COLUMNS[noun]} FROM {noun} WHERE id IN ({marks})", some)  # noqa: S608
