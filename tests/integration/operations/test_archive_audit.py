"""Old audit records leave the database for a file: the stream stays whole, and nothing goes that is not in it."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.unguarded import unguarded
from tests.world import World, sign_in
from tokenpay.audit.record import GENESIS
from tokenpay.store import migrate

pytestmark = pytest.mark.one_database

STREAM = "main"


def archived(world: World, path: Path, *, before_s: int | None = None) -> tp.AuditArchive:
    return tp.archive_audit(
        world.bank, path, stream=STREAM, before_s=world.clock.now_s() if before_s is None else before_s, by=world.ann
    )


def live(world: World) -> int:
    """Leave a few records under a signed head, then let a minute pass; return the moment between."""
    for _ in range(3):
        world.paid(5)
    tp.sign_heads(world.bank, by=world.engine, at_once=True)
    world.clock.advance(60)
    return world.clock.now_s()


def numbers(world: World) -> list[int]:
    with world.bank.store.read() as uow:
        return [line.seq for line in uow.audit.records(STREAM)]


def head(world: World) -> tp.AuditHead:
    (found,) = [head for head in tp.verify_audit(world.bank, by=world.ann) if head.stream == STREAM]
    return found


@pytest.mark.every_database
def test_what_is_older_moves_into_the_file_and_the_rest_is_still_followed(world: World, tmp_path: Path) -> None:
    moment_s = live(world)
    live(world)
    before = numbers(world)
    archive = archived(world, tmp_path / "a.jsonl", before_s=moment_s)
    assert archive.start == tp.AuditHead(stream=STREAM)
    assert archive.records == archive.end.seq > 3
    assert numbers(world) == [*before[archive.records :], before[-1] + 1]  # and the record of the archive itself
    assert head(world).seq == before[-1] + 1
    assert tp.verify_archive(world.bank, tmp_path / "a.jsonl", by=world.tom) == archive
    world.paid(5)
    world.prove()


def test_archives_follow_one_another(world: World, tmp_path: Path) -> None:
    live(world)
    first = archived(world, tmp_path / "1")
    live(world)
    second = archived(world, tmp_path / "2")
    assert second.start == first.end
    for name, archive in (("1", first), ("2", second)):
        assert tp.verify_archive(world.bank, tmp_path / name, by=world.ann) == archive
    assert first.records + second.records + len(numbers(world)) == head(world).seq


def test_a_list_is_met_with_the_record_of_its_loading_in_whichever_archive_it_stands(
    world: World, tmp_path: Path
) -> None:
    def load(by: tp.Session, text: str) -> None:
        files, dated_s = [text.encode()], world.clock.now_s()
        tp.load_list(world.bank, name="mine", form=tp.ListForm.OWN, files=files, dated_s=dated_s, by=by)

    def verify(*archives: Path) -> None:
        tp.verify_audit(world.bank, archives=archives, by=world.ann)

    world.sql("UPDATE operators SET branch = 'east' WHERE id = 'bob'")
    load(world.ann, f"0x{'ab' * 20}\n")
    world.clock.advance(1)
    load(sign_in(world.bank, "bob"), f"0x{'ab' * 20}\n0x{'cd' * 20}\n")
    verify()
    live(world)
    bob = sign_in(world.bank, "bob")
    tp.freeze_customer(world.bank, world.boris.id, reason="x", by=bob)
    east = tmp_path / "east"
    tp.archive_audit(world.bank, east, stream="east", before_s=world.clock.now_s(), by=world.ann)
    verify()  # the newest record that the database holds tells of the version before
    verify(east)
    world.sql("UPDATE listed_addresses SET canonical = '0x00' WHERE list_name = 'mine'")
    with pytest.raises(tp.IntegrityError, match="what stands on a screening list"):
        verify(east)
    world.sql("UPDATE screening_lists SET version = 1 WHERE name = 'mine'")
    for archives in ((), (east,)):
        with pytest.raises(tp.IntegrityError, match="list"):
            verify(*archives)


def test_the_newest_record_stays(world: World, tmp_path: Path) -> None:
    live(world)
    last = numbers(world)[-1]
    assert archived(world, tmp_path / "a", before_s=2**40).end.seq == last - 1
    assert numbers(world) == [last, last + 1]


def test_the_archive_is_an_event_and_a_record(world: World, tmp_path: Path) -> None:
    live(world)
    archive = archived(world, tmp_path / "a")
    event = tp.newest_event(world.bank, by=world.ann)
    assert event is not None
    with world.bank.store.read() as uow:
        *_, line = uow.audit.records(STREAM)
    assert (line.action, line.subject, line.actor) == ("audit.archived", STREAM, "ann")
    assert archive.sha256 in line.details


@pytest.mark.parametrize(("stream", "before_s"), [(STREAM, 0), ("nowhere", 2**40), ("", 2**40)])
def test_where_nothing_is_so_old_nothing_is_written(world: World, tmp_path: Path, stream: str, before_s: int) -> None:
    with pytest.raises(tp.InvalidInput, match="that old"):
        tp.archive_audit(world.bank, tmp_path / "a", stream=stream, before_s=before_s, by=world.ann)
    assert not list(tmp_path.glob("a*"))
    assert not list(tmp_path.glob(".a*"))


def test_a_second_call_writes_over_nothing(world: World, tmp_path: Path) -> None:
    live(world)
    archive = archived(world, tmp_path / "a")
    live(world)
    with pytest.raises(tp.Conflict, match="of that name"):
        archived(world, tmp_path / "a")
    assert tp.verify_archive(world.bank, tmp_path / "a", by=world.ann) == archive


def test_nothing_leaves_where_no_file_can_be_written(world: World, tmp_path: Path) -> None:
    live(world)
    before = numbers(world)
    with pytest.raises(tp.StoreUnavailable, match="cannot be written"):
        archived(world, tmp_path / "no folder" / "a")
    assert numbers(world) == before


def test_a_teller_archives_nothing_and_leaves_no_file(world: World, tmp_path: Path) -> None:
    live(world)
    with pytest.raises(tp.NotPermitted):
        tp.archive_audit(world.bank, tmp_path / "a", stream=STREAM, before_s=2**40, by=world.tom)
    assert not (tmp_path / "a").exists()


def test_a_stream_that_is_not_whole_is_not_archived(world: World, tmp_path: Path) -> None:
    live(world)
    world.sql("UPDATE audit_records SET actor = 'eve' WHERE stream = 'main' AND seq = 2")
    with pytest.raises(tp.IntegrityError):
        archived(world, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def _shouted(line: str) -> str:
    return re.sub(r'(?<="hash":")[0-9a-f]+', lambda found: found[0].upper(), line)


DAMAGE = {
    "a letter": lambda lines: [*lines[:2], lines[2].replace('"actor":"', '"actor":"x'), *lines[3:]],
    "a space": lambda lines: [lines[0], lines[1].replace(",", ", ", 1), *lines[2:]],
    "a line gone": lambda lines: [*lines[:2], *lines[3:]],
    "two lines exchanged": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "the end cut off": lambda lines: lines[:-1],
    "all but the beginning cut off": lambda lines: lines[:1],
    "all but the beginning cut off, of no stream": lambda lines: [lines[0].replace('"main"', '"none"')],
    "a hash in other letters": lambda lines: [*lines[:2], _shouted(lines[2]), *lines[3:]],
    "the beginning cut off": lambda lines: [lines[0], *lines[2:]],
    "a line twice": lambda lines: [*lines, lines[-1]],
    "an empty line": lambda lines: [*lines, ""],
    "a number as text": lambda lines: [*lines[:2], lines[2].replace('"seq":2', '"seq":"2"'), *lines[3:]],
    "another stream": lambda lines: [line.replace('"stream":"main"', '"stream":"engine"') for line in lines],
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_a_changed_archive_is_found(world: World, tmp_path: Path, damage: str) -> None:
    live(world)
    archived(world, tmp_path / "a")
    lines = (tmp_path / "a").read_text().splitlines()
    (tmp_path / "a").write_text("".join(f"{line}\n" for line in DAMAGE[damage](lines)))
    with pytest.raises(tp.IntegrityError):
        tp.verify_archive(world.bank, tmp_path / "a", by=world.ann)
    (tmp_path / "a").write_text("\n".join(lines))  # without its last line end
    with pytest.raises(tp.IntegrityError):
        tp.verify_archive(world.bank, tmp_path / "a", by=world.ann)


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"\xff\xfe", "é\n".encode(), b"[1]\n", b'{"format":1}\n'])
def test_what_is_no_archive_is_not_taken_for_one(world: World, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(tp.InvalidInput, match="no audit archive"):
        tp.verify_archive(world.bank, tmp_path / "a", by=world.ann)
    with pytest.raises(tp.InvalidInput, match="cannot be read"):
        tp.verify_archive(world.bank, tmp_path / "none", by=world.ann)


@pytest.mark.every_database
def test_records_that_go_without_an_archive_are_missed(world: World, tmp_path: Path) -> None:
    live(world)
    archived(world, tmp_path / "a")
    live(world)
    with world.bank.store.unit_of_work() as uow, unguarded(uow.connection):
        gone = "DELETE FROM audit_records WHERE seq = (SELECT min(seq) FROM audit_records WHERE stream = 'main')"
        uow.connection.execute(sa.text(f"{gone} AND stream = 'main'"))
    with pytest.raises(tp.IntegrityError):
        tp.verify_audit(world.bank, by=world.ann)


def test_records_that_go_with_a_mark_and_no_record_of_it_are_missed(world: World) -> None:
    """What the owner of the tables can do by hand, past the verb and with every guard in its place."""
    live(world)
    mark = "SELECT stream, seq, at_s, hash FROM audit_records WHERE stream = 'main' AND seq = 3"
    with world.bank.store.unit_of_work() as uow:
        uow.connection.execute(sa.text(f"INSERT INTO audit_archives {mark}"))
        uow.connection.execute(sa.text("DELETE FROM audit_records WHERE stream = 'main' AND seq <= 3"))
    with pytest.raises(tp.IntegrityError, match="no record says where to"):
        tp.verify_audit(world.bank, by=world.ann)


@pytest.mark.every_database
def test_a_database_that_was_archived_does_not_go_down(world: World, tmp_path: Path, database_url: str) -> None:
    live(world)
    archived(world, tmp_path / "a")
    with pytest.raises(tp.Conflict):
        migrate.downgrade(database_url, "0008")
    assert migrate.revision(database_url) == migrate.HEAD
    assert tp.verify_audit(world.bank, by=world.ann)


def test_of_two_archives_of_one_beginning_one_is_made(world: World, tmp_path: Path) -> None:
    live(world)
    first = archived(world, tmp_path / "1")
    with pytest.raises(tp.Conflict, match="meanwhile"), world.bank.store.unit_of_work() as uow:
        uow.audit.archive(first.start, head(world))


def test_a_file_that_was_forged_with_all_its_hashes_ends_nowhere(world: World, tmp_path: Path) -> None:
    """Whoever hashes a stream of their own can write a file that follows; the bank knows no such end."""
    from tokenpay.audit.archive import archive_lines
    from tokenpay.audit.record import AuditRecord

    start = tp.AuditHead(stream=STREAM)
    assert start.hash == GENESIS
    forged = AuditRecord.after(start, at_s=1, actor="eve", action="payment.final", subject="P", details={})
    (tmp_path / "a").write_text("".join(f"{line}\n" for line in archive_lines(start, [forged])))
    with pytest.raises(tp.IntegrityError, match="no part of"):
        tp.verify_archive(world.bank, tmp_path / "a", by=world.ann)
