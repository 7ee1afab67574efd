"""Signed heads: when they are made, that they leave and are tried again, and what they find in a changed database."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

import tokenpay as tp
from tests.unguarded import unguarded
from tests.world import World
from tokenpay.audit.record import AuditRecord, _hash
from tokenpay.counter.cash_count import CashCount
from tokenpay.settings import HeadSettings
from tokenpay.store.tables import audit_heads, audit_records, head_sinks, metadata, signed_heads

pytestmark = pytest.mark.one_database

STREAM = "main"
EUR = tp.Asset.cash("EUR")


@dataclass
class ListSink:
    """A place that keeps heads in a list, and is out of reach when told so."""

    name: str = "list"
    kept: list[tp.HeadStep] = field(default_factory=list)
    away: bool = False

    def keep(self, step: tp.HeadStep) -> None:
        if self.away:
            raise tp.SinkUnavailable("the place is away")
        self.kept.append(step)


def signed(world: World) -> list[tp.SignedHead]:
    return tp.sign_heads(world.bank, by=world.engine, at_once=True)


def outside(world: World) -> list[tp.HeadStep]:
    """Sign, and return all heads as a place outside has them."""
    signed(world)
    with world.bank.store.read() as uow:
        return uow.signed_heads.all()


def with_sink(world: World, sink: ListSink) -> World:
    world.bank = replace(world.bank, head_sinks=(sink,))
    return world


def test_a_head_is_of_the_whole_stream_and_verifies_with_the_public_key_alone(world: World) -> None:
    world.paid(5)
    heads = {head.head.stream: head for head in signed(world)}
    followed = {head.stream: head for head in tp.verify_audit(world.bank, by=world.tom)}
    key = world.bank.required_signer().head_key()
    assert heads.keys() == {STREAM, "engine"}
    head = heads[STREAM].head
    assert (head.size, head.hash) == (followed[STREAM].seq, followed[STREAM].hash)
    assert (head.bank, head.at_s) == ("Test", world.clock.now_s())
    (step,) = tp.read_heads(heads[STREAM].text())
    assert tp.verify_heads([step], key) == [head]
    assert signed(world) == []


def test_every_head_proves_that_its_tree_grew_from_the_one_before(world: World) -> None:
    for _ in range(3):
        world.paid(5)
        signed(world)
    steps = [step for step in outside(world) if step.signed.head.stream == STREAM]
    sizes = [step.signed.head.size for step in steps]
    assert [step.older for step in steps] == [0, *sizes[:-1]]
    key = world.bank.required_signer().head_key()
    assert [head.size for head in tp.verify_heads(steps, key)] == sizes
    with pytest.raises(tp.IntegrityError, match="other records"):
        tp.verify_heads([*steps[:-1], replace(steps[-1], proof=tuple(bytes(32) for _ in steps[-1].proof))], key)
    with pytest.raises(tp.IntegrityError, match="another key"):
        tp.verify_heads(steps, bytes(32))


@pytest.mark.parametrize(
    ("settings", "act", "due"),
    [
        (HeadSettings(), lambda world: None, False),
        (HeadSettings(), lambda world: world.paid(5), False),
        (HeadSettings(every_records=1), lambda world: world.paid(5), True),
        (HeadSettings(every_s=60), lambda world: (world.paid(5), world.clock.advance(60)), True),
        (HeadSettings(every_s=61), lambda world: (world.paid(5), world.clock.advance(60)), False),
        (HeadSettings(), lambda world: shift(world), True),
    ],
    ids=["nothing new", "a few records", "N records", "old enough", "not old enough", "a shift closed"],
)
def test_the_engine_signs_when_a_head_is_due(
    world: World, settings: HeadSettings, act: Callable[[World], object], due: bool
) -> None:
    signed(world)
    world.bank = replace(world.bank, settings=world.bank.settings.model_copy(update={"heads": settings}))
    act(world)
    assert bool([head for head in tp.sign_heads(world.bank, by=world.engine) if head.head.stream == STREAM]) is due


def shift(world: World) -> None:
    opened = tp.open_shift(world.bank, drawer="d", opening=[CashCount.parse("", "EUR")], by=world.tom, key=world.key())
    assert isinstance(opened, tp.Shift)
    closed = tp.close_shift(world.bank, opened.id, counts=[], by=world.tom, key=world.key())
    assert isinstance(closed, tp.Shift)


@pytest.mark.every_database
def test_the_engines_turn_signs_and_sends(world: World) -> None:
    sink = ListSink()
    with_sink(world, sink)
    world.bank = replace(
        world.bank, settings=world.bank.settings.model_copy(update={"heads": HeadSettings(every_records=1)})
    )
    world.paid(5)
    cycle = tp.run_once(world.bank, by=world.engine)
    assert cycle.signed_heads
    assert cycle.heads == tp.SentHeads(sent=len(sink.kept))  # a new place gets the newest head of every stream
    assert {step.signed.head.stream for step in sink.kept} == {STREAM, "engine"}


def test_a_place_that_is_away_gets_every_head_later_and_the_books_say_so_until_then(world: World) -> None:
    sink = ListSink()
    with_sink(world, sink)
    signed(world)
    tp.send_heads(world.bank, by=world.engine)
    before, sink.away = len(sink.kept), True
    for _ in range(3):
        world.paid(5)
        signed(world)
        world.clock.advance(60)
        assert tp.send_heads(world.bank, by=world.engine) == tp.SentHeads(troubles=("list: the place is away",))
    (state,) = [it for it in tp.bank_health(world.bank, by=world.tom).head_sinks if it.trouble]
    assert (state.sink, state.waiting, state.trouble) == ("list", 3, "the place is away")
    assert state.oldest_s >= 120
    sink.away = False
    assert tp.send_heads(world.bank, by=world.engine).sent == 0  # it is left alone for a moment
    assert tp.send_heads(world.bank, by=world.engine, at_once=True) == tp.SentHeads(sent=3)
    assert len(sink.kept) == before + 3
    assert not any(it.trouble or it.waiting for it in tp.bank_health(world.bank, by=world.tom).head_sinks)


def forget(world: World, stream: str, *tables: str, behind: int = 0) -> None:
    """Remove a stream's rows from these tables."""
    with world.bank.store.engine.begin() as connection, unguarded(connection):
        for name in tables:
            table = metadata.tables[name]
            number = table.c["size" if "size" in table.c else "seq"]
            connection.execute(sa.delete(table).where(table.c.stream == stream, number > behind))


# What the owner of the tables can do, and no guard keeps them from; each leaves a database that is whole in itself.


def rewritten(world: World, change: Callable[[list[AuditRecord]], list[AuditRecord]]) -> None:
    """Put a stream in the place of Tom's branch's, with every hash made anew and the heads that the bank held gone."""
    with world.bank.store.unit_of_work() as uow, unguarded(uow.connection):
        records = change(list(uow.audit.records(STREAM)))
        head, rows = tp.AuditHead(stream=STREAM), []
        for record in records:
            made = AuditRecord.after(
                head, at_s=record.at_s, actor=record.actor, action=record.action, subject=record.subject, details={}
            )
            made = replace(made, details=record.details)
            made = replace(made, hash=hash_of(made))
            head = made.head()
            rows.append({column.name: getattr(made, column.name) for column in audit_records.columns})
        for table in (signed_heads, head_sinks, audit_records):
            uow.connection.execute(sa.delete(table).where(table.c.stream == STREAM))
        uow.connection.execute(sa.insert(audit_records), rows)
        moved = sa.update(audit_heads).where(audit_heads.c.stream == STREAM)
        uow.connection.execute(moved.values(seq=head.seq, hash=head.hash, at_s=head.at_s))


def hash_of(record: AuditRecord) -> bytes:
    return _hash(
        record.stream,
        record.seq,
        record.at_s,
        record.actor,
        record.action,
        record.subject,
        record.details,
        record.previous,
    )


REWRITTEN: dict[str, Callable[[list[AuditRecord]], list[AuditRecord]]] = {
    "an edit": lambda records: [*records[:4], replace(records[4], actor="eve"), *records[5:]],
    "a deletion": lambda records: [*records[:4], *records[5:]],
    "a reordering": lambda records: [*records[:3], records[4], records[3], *records[5:]],
    "an insertion": lambda records: [*records[:4], replace(records[4], subject="x"), *records[4:]],
    "a cut tail": lambda records: records[:-2],
    "another tail": lambda records: [*records[:-1], replace(records[-1], subject="x")],
    "the first record": lambda records: [replace(records[0], subject="x"), *records[1:]],
}


@pytest.mark.parametrize("way", REWRITTEN)
def test_a_rewritten_chain_is_whole_in_itself_and_found_beside_an_outside_head(world: World, way: str) -> None:
    world.paid(5)
    heads = outside(world)
    tp.verify_audit(world.bank, by=world.ann, heads=heads)
    rewritten(world, REWRITTEN[way])
    assert tp.verify_audit(world.bank, by=world.ann)  # nothing inside shows it any more
    with pytest.raises(tp.IntegrityError) as caught:
        tp.verify_audit(world.bank, by=world.ann, heads=heads)
    assert caught.value.fields["stream"] == STREAM
    assert int(caught.value.fields["seq"]) <= int(caught.value.fields["up_to"])


def test_a_stream_that_is_gone_is_missed(world: World) -> None:
    heads = outside(world)
    forget(world, "engine", "signed_heads", "head_sinks", "audit_archives", "audit_records", "audit_heads")
    with pytest.raises(tp.IntegrityError, match="is gone") as caught:
        tp.verify_audit(world.bank, by=world.ann, heads=heads)
    assert caught.value.fields["stream"] == "engine"


def test_the_heads_that_the_bank_still_holds_tell_where_a_change_begins(world: World) -> None:
    sizes = []
    for _ in range(3):
        world.paid(5)
        sizes += [head.head.size for head in signed(world) if head.head.stream == STREAM]
    heads = outside(world)[-1:]
    change = "UPDATE audit_records SET actor = 'eve' WHERE stream = 'main' AND seq = :seq"
    world.sql(change, seq=sizes[1])
    with pytest.raises(tp.IntegrityError) as caught:
        tp.verify_audit(world.bank, by=world.ann, heads=heads)
    assert caught.value.fields["seq"] == sizes[1]


def test_the_signer_signs_no_head_of_a_history_that_was_written_anew(world: World) -> None:
    world.paid(5)
    signed(world)
    rewritten(world, REWRITTEN["an edit"])
    world.paid(5)
    assert signed(world) == []
    (state,) = [it for it in tp.bank_health(world.bank, by=world.tom).head_sinks if it.trouble]
    assert (state.sink, state.stream) == ("signing", STREAM)
    assert re.search("contradict", state.trouble)


def test_the_signer_signs_no_head_of_a_stream_that_was_cut(world: World) -> None:
    world.paid(5)
    world.paid(5)
    signed(world)
    rewritten(world, lambda records: records[:-3])
    assert signed(world) == []
    assert [it.trouble for it in tp.bank_health(world.bank, by=world.tom).head_sinks if it.trouble] == [
        "audit records are cut off: a head of more was signed"
    ]


def test_an_answer_of_the_signer_that_was_lost_costs_nothing(world: World) -> None:
    """It remembers a head that the books do not hold: the next one is proved from both."""
    world.paid(5)
    (first,) = [it for it in signed(world) if it.head.stream == STREAM]
    world.paid(5)
    signed(world)
    forget(world, STREAM, "signed_heads", behind=first.head.size)
    again = signed(world)
    assert [head.head.stream for head in again] == [STREAM]
    world.paid(5)
    forget(world, STREAM, "signed_heads", behind=first.head.size)
    (last,) = signed(world)
    assert last.head.size > again[0].head.size
    (step,) = [it for it in outside(world) if it.signed == last]
    assert step.older == first.head.size
    assert tp.verify_audit(world.bank, by=world.ann)


@pytest.mark.every_database
def test_what_was_archived_still_proves(world: World, tmp_path: Path) -> None:
    world.paid(5)
    world.clock.advance(60)
    signed(world)
    tp.archive_audit(world.bank, tmp_path / "a", stream=STREAM, before_s=2**40, by=world.ann)
    world.paid(5)
    heads = outside(world)
    with pytest.raises(tp.InvalidInput, match="stands in an archive"):
        tp.verify_audit(world.bank, by=world.ann, heads=heads)
    tp.verify_audit(world.bank, by=world.ann, heads=heads, archives=[tmp_path / "a"])
    tp.verify_audit(world.bank, by=world.ann)
    world.clock.advance(60)
    tp.archive_audit(world.bank, tmp_path / "b", stream=STREAM, before_s=2**40, by=world.ann)
    world.paid(5)
    heads = outside(world)
    tp.verify_audit(world.bank, by=world.ann, heads=heads, archives=[tmp_path / "a", tmp_path / "b"])
    forged = [step for step in heads if step.signed.head.stream == STREAM][1]
    key_of_eve = replace(forged, signed=replace(forged.signed, head=replace(forged.signed.head, root=bytes(32))))
    with pytest.raises(tp.IntegrityError):
        tp.verify_audit(world.bank, by=world.ann, heads=[key_of_eve], archives=[tmp_path / "a", tmp_path / "b"])


def test_heads_of_another_bank_or_key_prove_nothing(world: World) -> None:
    heads = outside(world)
    with pytest.raises(tp.IntegrityError, match="another key"):
        tp.verify_audit(world.bank, by=world.ann, heads=heads, key=bytes(32))
    world.sql("UPDATE bank SET value = 'Other' WHERE name = 'name'")
    with pytest.raises(tp.InvalidInput, match="another bank"):
        tp.verify_audit(world.bank, by=world.ann, heads=heads)


def test_a_teller_signs_and_sends_nothing(world: World) -> None:
    with pytest.raises(tp.NotPermitted):
        tp.sign_heads(world.bank, by=world.tom)
    with pytest.raises(tp.NotPermitted):
        tp.send_heads(world.bank, by=world.tom)


def test_a_place_that_is_said_to_have_more_than_was_signed_is_in_trouble(world: World) -> None:
    sink = ListSink()
    with_sink(world, sink)
    tp.sign_heads(world.bank, by=world.engine, at_once=True)
    tp.send_heads(world.bank, by=world.engine, at_once=True)
    with pytest.raises(DatabaseError, match="head_sinks_gets_what_was_signed"), world.bank.store.engine.begin() as raw:
        raw.exec_driver_sql("UPDATE head_sinks SET size = 1000000000")
    world.sql("UPDATE head_sinks SET size = 1000000000")
    told = tp.send_heads(world.bank, by=world.engine, at_once=True).troubles
    assert [line.partition(": ")[2] for line in told] == ["the books say that it has more heads than were ever signed"]
    assert {place.trouble.partition(" ")[0] for place in tp.bank_health(world.bank, by=world.ann).head_sinks} == {"the"}


def test_a_place_that_is_named_no_more_is_forgotten(world: World) -> None:
    sink = ListSink(away=True)
    with_sink(world, sink)
    signed(world)
    tp.send_heads(world.bank, by=world.engine)
    world.bank = replace(world.bank, head_sinks=())
    assert tp.send_heads(world.bank, by=world.engine) == tp.SentHeads()
    assert tp.bank_health(world.bank, by=world.tom).head_sinks == ()


def exported(world: World, path: Path, **asked: Any) -> tp.AuditExport:
    return tp.export_audit(world.bank, path, stream=STREAM, by=world.ann, **asked)


@pytest.mark.every_database
def test_an_export_is_checked_with_the_public_key_alone(world: World, tmp_path: Path) -> None:
    for _ in range(2):
        world.paid(5)
        signed(world)
    size = next(head.seq for head in tp.verify_audit(world.bank, by=world.ann) if head.stream == STREAM)
    key = world.bank.required_signer().head_key()
    for number, (first, last) in enumerate([(1, None), (1, 1), (size, size), (3, size - 1)]):
        path = tmp_path / f"{number}"
        made = tp.export_audit(world.bank, path, stream=STREAM, first=first, last=last, by=world.ann)
        assert (made.first, made.last) == (first, last or size)
        assert made.left_out == made.head.size - (made.last - made.first + 1)
        assert tp.verify_audit_export(path, key=key) == made
        with pytest.raises(tp.IntegrityError):
            tp.verify_audit_export(path, key=bytes(32))
    for first, last in ((0, 1), (2, 1), (1, size + 1)):
        with pytest.raises(tp.InvalidInput):
            exported(world, tmp_path / "x", first=first, last=last)
    with pytest.raises(tp.Conflict):
        exported(world, tmp_path / "1")


EXPORT_DAMAGE: dict[str, Callable[[list[str]], list[str]]] = {
    "an actor": lambda lines: [*lines[:-1], re.sub('"actor":"', '"actor":"x', lines[-1])],
    "a proof": lambda lines: [*lines[:-1], re.sub('"proof":..(.)', '"proof":["0', lines[-1])],
    "a record gone": lambda lines: [*lines[:-2], lines[-1]],
    "the last record gone": lambda lines: lines[:-1],
    "two exchanged": lambda lines: [*lines[:-2], lines[-1], lines[-2]],
    "a head gone": lambda lines: [lines[0], *lines[2:]],
    "a root": lambda lines: [lines[0], re.sub('"root":"..', '"root":"00', lines[1]), *lines[2:]],
    "a record twice": lambda lines: [*lines, lines[-1]],
    "a line written otherwise": lambda lines: [*lines[:-1], lines[-1].replace('":', '": ', 1)],
    "a proof in capitals": lambda lines: [*lines[:-1], re.sub('"proof":..+?"', lambda it: it[0].upper(), lines[-1])],
    "nothing": lambda lines: [],
}


@pytest.mark.parametrize("damage", EXPORT_DAMAGE)
def test_a_changed_export_is_found(world: World, tmp_path: Path, damage: str) -> None:
    world.paid(5)
    signed(world)
    exported(world, tmp_path / "a")
    lines = EXPORT_DAMAGE[damage]((tmp_path / "a").read_text().splitlines())
    (tmp_path / "b").write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises((tp.IntegrityError, tp.InvalidInput)):
        tp.verify_audit_export(tmp_path / "b", key=world.bank.required_signer().head_key())


def test_no_export_is_made_of_records_that_were_changed(world: World, tmp_path: Path) -> None:
    world.paid(5)
    signed(world)
    world.sql("UPDATE audit_records SET actor = 'eve' WHERE stream = 'main' AND seq = 2")
    with pytest.raises(tp.IntegrityError):
        exported(world, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_an_archived_range_is_not_exported_and_the_rest_is(world: World, tmp_path: Path) -> None:
    world.paid(5)
    world.clock.advance(60)
    signed(world)
    archive = tp.archive_audit(world.bank, tmp_path / "a", stream=STREAM, before_s=2**40, by=world.ann)
    world.paid(5)
    signed(world)
    with pytest.raises(tp.InvalidInput, match="archive"):
        exported(world, tmp_path / "x")
    made = exported(world, tmp_path / "b", first=archive.end.seq + 1)
    assert tp.verify_audit_export(tmp_path / "b", key=world.bank.required_signer().head_key()) == made
