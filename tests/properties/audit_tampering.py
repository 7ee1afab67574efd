"""Random tamperings with an audit stream, by who owns its database, and what verification says beside one outside head.

Half of the ways leave a stream that is whole in itself: every later hash is made anew, and the head is moved.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from tokenpay.audit.follow import StreamFollower, verify_rows
from tokenpay.audit.proofs import TreePass, consistency_path, inclusion_path, verify_inclusion
from tokenpay.audit.record import AuditHead, AuditRecord
from tokenpay.audit.signed_head import HeadStep, StreamHead, sign_stream_head, verify_heads
from tokenpay.audit.text import MARK, TEXTS, text_hash, told_texts, verify_texts
from tokenpay.audit.tree import EMPTY
from tokenpay.errors import IntegrityError
from tokenpay.primitives.canonical import quoted
from tokenpay.store.audit_store import AuditStore
from tokenpay.store.audit_text_store import AuditTextStore
from tokenpay.store.guards import drop_guards
from tokenpay.store.migrate import create_database
from tokenpay.store.tables import audit_records, audit_texts
from tokenpay.store.unit_of_work import Store
from tokenpay.store.writes import Writes

STREAM = "main"
_TYPED = 10
"""One record in so many has words typed beside it."""
COLUMNS = tuple(column.name for column in audit_records.columns)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_BEHIND = "DELETE FROM audit_records WHERE stream = ? AND seq >= ?"
_ADD = f"INSERT INTO audit_records ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_CHANGE = f"UPDATE audit_records SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE stream = ? AND seq = ?"  # noqa: S608

_ADD_TEXT = f"INSERT INTO audit_texts VALUES ({', '.join('?' * len(audit_texts.columns))})"  # noqa: S608


class Line(NamedTuple):
    """A record as its row has it."""

    stream: str
    seq: int
    at_s: int
    actor: str
    action: str
    subject: str
    details: str
    previous: bytes
    hash: bytes

    def hashed(self) -> "Line":
        """Return the line with its hash made anew."""
        said = map(quoted, (self.actor, self.action, self.subject, self.details, self.previous.hex()))
        text = f'["tokenpay/audit/1","{self.stream}",{self.seq},{self.at_s},{",".join(said)}]'
        return self._replace(hash=sha256(text.encode()).digest())


@dataclass
class Stream:
    """A stream in a database whose guards are down, and the one head of it that lies outside."""

    store: Store
    size: int
    outside: HeadStep
    apart: int
    checkpoints: list[StreamFollower]
    """Where verification of the whole stream stood, each `apart` records further."""
    found: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def tamper(self, way: str, chance: random.Random, *, in_full: bool) -> None:
        """Tamper once, verify, count whether that was found and where, and bring the stream back."""
        with self.store.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            begun = connection.begin()
            first = WAYS[way](Hand(raw, self.size, chance))
            audit = AuditStore(connection, Writes(connection))
            said = self._said(audit, first)
            from_the_start = self._said(audit, 1) if in_full else said
            if in_full and _is_whole(audit, beside=way in OF_TEXTS) is not (way in WHOLE_IN_ITSELF):
                self.missed.append(f"{way}: without an outside head record {first} shows, or does not")
            begun.rollback()
        if said is None or said != from_the_start:
            self.missed.append(f"{way}: record {first} was not found, or not wherever verification begins")
            return
        named = int(said["seq"]), int(said.get("up_to", said["seq"]))
        self.found[way] += 1
        self.exact[way] += named == (first, first)
        if said["stream"] != STREAM or not named[0] <= first <= named[1]:
            self.missed.append(f"{way}: record {first} was named {named}")

    def _said(self, audit: AuditStore, first: int) -> dict[str, str | int] | None:
        """Verify from the last checkpoint before a record, or from the start, and return where that found something.

        What follows a checkpoint is all that verification from the start does behind it: its state there is made of
        the records before, which are as they were.
        """
        marks = verify_heads([self.outside], self.outside.signed.key)
        checkpoint = self.checkpoints[(first - 1) // self.apart]
        begin, heads = checkpoint.head.seq, audit.heads()
        try:
            if not heads or not begin:
                audit.whole_heads(marks)
            else:
                follower = StreamFollower(checkpoint.head, checkpoint.frontier)
                verify_rows(audit.rows(STREAM, after_seq=begin), follower, marks)
                if follower.head != heads[0]:
                    raise IntegrityError("an audit stream ends before its head", stream=STREAM, seq=heads[0].seq)
            _meet_texts(audit)
        except IntegrityError as error:
            said = dict(error.fields)
            if (said["seq"], said.get("up_to")) == (begin + 1, self.size):
                said["seq"] = 1  # nothing outside proves the checkpoint
            return said
        return None

    def whole(self) -> None:
        """Raise IntegrityError unless the stream is whole, and the one that the outside head is of."""
        with self.store.read() as uow:
            (followed,) = uow.audit.follow([self.outside.signed.head])
            verify_texts(followed.tellers, uow.audit_texts.all())


def _meet_texts(audit: AuditStore) -> None:
    """Meet every text with its record, as verification does once the streams were followed."""
    connection = audit._connection
    column = audit_records.c
    told = select(column.stream, column.seq, column.details).where(column.details.contains(MARK))
    tellers = [(row.stream, row.seq, row.details) for row in connection.execute(told)]
    verify_texts(tellers, AuditTextStore(connection, Writes(connection)).all())


def _is_whole(audit: AuditStore, *, beside: bool) -> bool:
    try:
        audit.whole_heads()
        if beside:
            _meet_texts(audit)
    except IntegrityError:
        return False
    return True


@contextmanager
def stream_of(size: int, folder: Path, *, apart: int = 1_000, typed: bool = True) -> Iterator[Stream]:
    """Make a database with one stream of so many records, some with words `typed` beside them, and sign its head."""
    url = f"sqlite:///{folder / 'audit.db'}"
    create_database(url)
    store = Store(url)
    try:
        with store.engine.begin() as connection:
            drop_guards(connection)
            connection.exec_driver_sql("INSERT INTO audit_heads VALUES (?, 0, ?, 0)", (STREAM, bytes(32)))
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            checkpoints = list(_fill(raw, size, apart, typed=typed))
        head, frontier = checkpoints[-1].head, checkpoints[-1].frontier
        assert frontier is not None
        root = frontier.head().root
        content = StreamHead(bank="Bank", stream=STREAM, size=size, root=root, hash=head.hash, at_s=head.at_s)
        outside = HeadStep(signed=sign_stream_head(content, KEY), older=0, proof=())
        yield Stream(store, size, outside, apart, checkpoints)
    finally:
        store.close()


def _fill(raw: sqlite3.Connection, size: int, apart: int, *, typed: bool) -> Iterator[StreamFollower]:
    """Write the stream, and yield where it stands at its start, each `apart` records further, and at its end."""
    head, frontier = AuditHead(stream=STREAM), EMPTY
    yield StreamFollower(head, frontier)
    for begin in range(0, size, apart):
        rows, texts = [], []
        for number in range(begin + 1, min(begin + apart, size) + 1):
            record = AuditRecord.after(head, **_content(number, typed=typed))  # type: ignore[arg-type]
            head = record.head()
            rows.append(tuple(getattr(record, name) for name in COLUMNS))
            texts += [_text(number, name, digest) for name, digest in told_texts(record.details).items()]
        raw.executemany(_ADD, rows)
        raw.executemany(_ADD_TEXT, texts)
        frontier = frontier.after(row[-1] for row in rows)
        yield StreamFollower(head, frontier)
    _move(raw, head)


def _content(number: int, *, typed: bool) -> dict[str, object]:
    """What a payment leaves: about as long, and all different; one act in ten has words typed beside it."""
    beside = {TEXTS: {"reason": text_hash(_words(number), _salt(number))}} if typed and number % _TYPED == 1 else {}
    return {
        "at_s": 1_700_000_000 + number // 3,
        "actor": f"teller-{number % 17}",
        "action": ("payment.cleared", "payment.final", "deposit.seen")[number % 3],
        "subject": f"{number:08x}-0000-4000-8000-{number:012x}",
        "details": {
            "asset": "eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "creditor": f"customer/CU-{number % 9_973}",
            "policy": 3,
            "units": str(number * 1_000_003),
            **beside,
        },
    }


def _words(number: int) -> str:
    return f"typed by somebody, number {number}"


def _salt(number: int) -> bytes:
    return sha256(number.to_bytes(8)).digest()


def _text(number: int, name: str, digest: str) -> tuple[object, ...]:
    return (digest, STREAM, number, name, None, 1_700_000_000 + number // 3, _salt(number), _words(number), None)


def _move(raw: sqlite3.Connection, head: AuditHead) -> None:
    move = "UPDATE audit_heads SET seq = ?, hash = ?, at_s = ? WHERE stream = ?"
    raw.execute(move, (head.seq, head.hash, head.at_s, STREAM))


@dataclass
class Hand:
    """The hand of who owns the tables; each act returns the number of the first record that it touched."""

    raw: sqlite3.Connection
    size: int
    chance: random.Random

    def any(self, *, but_last: int = 0) -> int:
        return self.chance.randint(1, self.size - but_last)

    def line(self, number: int) -> Line:
        query = "SELECT * FROM audit_records WHERE stream = ? AND seq = ?"
        return Line._make(self.raw.execute(query, (STREAM, number)).fetchone())

    def head(self, number: int) -> AuditHead:
        if not number:
            return AuditHead(stream=STREAM)
        line = self.line(number)
        return AuditHead(stream=STREAM, seq=number, hash=line.hash, at_s=line.at_s)

    def behind(self, number: int) -> list[Line]:
        """Return the lines from this number on."""
        query = "SELECT * FROM audit_records WHERE stream = ? AND seq >= ? ORDER BY seq"
        return list(map(Line._make, self.raw.execute(query, (STREAM, number))))

    def rewrite(self, number: int, lines: list[Line]) -> int:
        """Let the stream go on from `number` with these, every number and hash made anew, and move the head."""
        head, made = self.head(number - 1), list[Line]()
        seq, previous, at_s = head.seq, head.hash, head.at_s
        for line in lines:
            seq, at_s = seq + 1, max(at_s, line.at_s)
            anew = line._replace(seq=seq, at_s=at_s, previous=previous).hashed()
            previous = anew.hash
            made.append(anew)
        self.raw.execute(_BEHIND, (STREAM, number))
        self.raw.executemany(_ADD, made)
        _move(self.raw, AuditHead(stream=STREAM, seq=seq, hash=previous, at_s=at_s))
        return number

    def changed(self, line: Line) -> Line:
        """Return a line that says something else, by as little as a bit."""
        which = self.chance.choice(["actor", "action", "subject", "details", "at_s"])
        if which == "at_s":
            return line._replace(at_s=line.at_s + self.chance.choice([1, 60, 86_400]))
        text = getattr(line, which)
        place = self.chance.randrange(len(text))
        return line._replace(**{which: text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]})

    def text(self) -> int:
        """Return the number of a record that has words typed beside it."""
        return self.chance.randrange(1, self.size + 1, _TYPED)

    def retype(self, change: str, *values: object, of: int | None = None) -> int:
        """Change the words beside a record, or what stands with them."""
        number = values[0] if values else of or self.text()
        assert isinstance(number, int)
        self.raw.execute(f"UPDATE audit_texts SET {change} WHERE seq = ?", (*values, number))  # noqa: S608
        return number

    def put(self, line: Line) -> int:
        """Write a line over the one of its number."""
        self.raw.execute(_CHANGE, (*line, STREAM, line.seq))
        return line.seq


def edit(hand: Hand) -> int:
    return hand.put(hand.changed(hand.line(hand.any())))


def edit_bytes(hand: Hand) -> int:
    """Change one bit of a hash, or a column to another type."""
    line = hand.line(hand.any())
    which = hand.chance.choice(["previous", "hash", "details"])
    if which == "details":
        return hand.put(line._replace(details=line.details.encode()))  # type: ignore[arg-type]
    was = line.hash if which == "hash" else line.previous
    digest = (int.from_bytes(was) ^ 1 << hand.chance.randrange(256)).to_bytes(32)
    return hand.put(line._replace(hash=digest) if which == "hash" else line._replace(previous=digest))


def edit_and_hash(hand: Hand) -> int:
    """Its own hash is made anew: that the next one follows another tells, or the head."""
    return hand.put(hand.changed(hand.line(hand.any())).hashed())


def remove(hand: Hand) -> int:
    number = hand.any()
    hand.raw.execute("DELETE FROM audit_records WHERE stream = ? AND seq = ?", (STREAM, number))
    return number


def swap(hand: Hand) -> int:
    one, two = sorted(hand.chance.sample(range(1, hand.size + 1), 2))
    first, second = hand.line(one), hand.line(two)
    hand.put(second._replace(seq=one))
    hand.put(first._replace(seq=two))
    return one


def cut(hand: Hand) -> int:
    number = hand.any()
    hand.raw.execute(_BEHIND, (STREAM, number))
    return number


def cut_and_move_the_head(hand: Hand) -> int:
    number = cut(hand)
    _move(hand.raw, hand.head(number - 1))
    return number


def rewritten_edit(hand: Hand) -> int:
    number = hand.any()
    first, *rest = hand.behind(number)
    return hand.rewrite(number, [hand.changed(first), *rest])


def rewritten_removal(hand: Hand) -> int:
    number = hand.any()
    return hand.rewrite(number, hand.behind(number)[1:])


def rewritten_insertion(hand: Hand) -> int:
    number = hand.any()
    lines = hand.behind(number)
    return hand.rewrite(number, [lines[0]._replace(subject="forged"), *lines])


def rewritten_swap(hand: Hand) -> int:
    number = hand.any(but_last=1)
    lines = hand.behind(number)
    other = hand.chance.randrange(1, len(lines))
    lines[0], lines[other] = lines[other], lines[0]
    return hand.rewrite(number, lines)


def another_tail(hand: Hand) -> int:
    """As many records as there were, all of the tail another."""
    number = hand.any()
    return hand.rewrite(number, [line._replace(actor="eve") for line in hand.behind(number)])


def hidden_archive(hand: Hand) -> int:
    """Records are gone as if they had been archived: the mark is there, and no record of it."""
    number = hand.any(but_last=1)
    head = hand.head(number)
    row = (STREAM, head.seq, head.at_s, head.hash)
    hand.raw.execute("INSERT INTO audit_archives (stream, seq, at_s, hash) VALUES (?, ?, ?, ?)", row)
    hand.raw.execute("DELETE FROM audit_records WHERE stream = ? AND seq <= ?", (STREAM, number))
    return 1


def text_edited(hand: Hand) -> int:
    return hand.retype("text = text || ' '")


def salt_exchanged(hand: Hand) -> int:
    """Another text's salt, or one of no text."""
    return hand.retype("salt = (SELECT salt FROM audit_texts WHERE seq <> ? LIMIT 1)", hand.text())


def text_gone(hand: Hand) -> int:
    """The row is removed, or moved to another record."""
    number = hand.text()
    if hand.chance.random() < 0.5:
        return hand.retype("seq = seq + 1", of=number)
    hand.raw.execute("DELETE FROM audit_texts WHERE seq = ?", (number,))
    return number


def text_erased(hand: Hand) -> int:
    """Erased as two people would have it, and no record says so."""
    return hand.retype("text = NULL, salt = NULL, erased_at_s = 1900000000")


def gone(hand: Hand) -> int:
    hand.raw.execute(_BEHIND, (STREAM, 1))
    hand.raw.execute("DELETE FROM audit_texts WHERE stream = ?", (STREAM,))
    hand.raw.execute("DELETE FROM audit_heads WHERE stream = ?", (STREAM,))
    return 1


WAYS: dict[str, Callable[[Hand], int]] = {
    "an edit": edit,
    "an edit of a hash, or to another type": edit_bytes,
    "an edit with its own hash": edit_and_hash,
    "a removal": remove,
    "a swap": swap,
    "a tail cut off": cut,
    "a removal behind the mark of an archive": hidden_archive,
    "a text edited": text_edited,
    "a text's salt exchanged": salt_exchanged,
    "a text removed, or moved to another record": text_gone,
    "a text erased that no record tells of": text_erased,
    "a tail cut off, the head moved back": cut_and_move_the_head,
    "an edit, all later hashes made anew": rewritten_edit,
    "a removal, all later hashes made anew": rewritten_removal,
    "an insertion, all later hashes made anew": rewritten_insertion,
    "a swap, all later hashes made anew": rewritten_swap,
    "another tail of the same length": another_tail,
    "the whole stream removed": gone,
}
OF_TEXTS = frozenset(list(WAYS)[7:11])
"""What is done beside the stream, which is as it was."""
WHOLE_IN_ITSELF = frozenset(list(WAYS)[11:])
"""What nothing inside the database shows any more."""


def tampered(
    stream: Stream, count: int, seed: int, *, in_full: int, after_each: Callable[[int], None] = lambda _: None
) -> Stream:
    """Tamper so often, each way as often as the others, and expect the stream whole before and after.

    One round of all ways in `in_full` is verified from the very start too, which has to say the same.
    """
    chance = random.Random(seed)
    stream.whole()
    for number in range(count):
        again = number // len(WAYS) % in_full == 0
        stream.tamper(list(WAYS)[number % len(WAYS)], chance, in_full=again)
        after_each(number + 1)
    stream.whole()
    return stream


def longest_proofs(stream: Stream, count: int, seed: int) -> tuple[int, int]:
    """Prove so many records, and find the stream's growth from as many sizes; return the longest proof of each kind."""
    chance = random.Random(seed)
    indices = [0, stream.size - 1, *(chance.randrange(stream.size) for _ in range(count))]
    included = {index: inclusion_path(index, stream.size) for index in indices}
    grown = [consistency_path(chance.randint(1, stream.size), stream.size) for _ in range(count)]
    read, leaves = TreePass(span for path in (*included.values(), *grown) for span in path), dict[int, bytes]()
    with stream.store.read() as uow:
        for rows in uow.audit.rows(STREAM):
            for row in rows:
                read.add(row[-1])
                if row[0] - 1 in included:
                    leaves[row[0] - 1] = row[-1]
    head = stream.outside.signed.head.tree()
    for index, path in included.items():
        verify_inclusion(leaves[index], index=index, proof=read.nodes(path), head=head)
    return max(map(len, included.values())), max(len(read.nodes(path)) for path in grown)
