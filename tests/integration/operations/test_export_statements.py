"""export_statements: everybody's statement of a period, a file each, and gone on with where it was stopped."""

import csv
from os import getpid
from pathlib import Path

import pytest

import tokenpay as tp
from tests.world import TOKEN, World, euro

pytestmark = pytest.mark.one_database


def export(world: World, folder: Path, since_s: int, until_s: int) -> tp.ExportedStatements:
    return tp.export_statements(world.bank, folder, asset_id=TOKEN.id, since_s=since_s, until_s=until_s, by=world.tom)


def rows(folder: Path, customer: tp.Customer) -> list[tuple[str, str, str]]:
    """(kind, amount, balance) of a statement."""
    with (folder / f"{customer.id}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["kind"], row["amount"], row["balance"]) for row in csv.DictReader(file)]


def n(whole: int) -> str:
    return euro(whole).number()


def later(world: World) -> int:
    world.clock.advance(600)
    return world.clock.now_s()


def test_each_period_begins_where_the_one_before_it_ended(world: World, tmp_path: Path) -> None:
    start_s = later(world)
    world.endow(world.anna, 100)
    paid = world.paid(20)
    first_s = later(world)
    world.paid(5)
    world.paid(7, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}")
    second_s = later(world)
    end_s = later(world)
    later(world)
    assert export(world, tmp_path / "one", start_s, first_s).written == 2
    assert export(world, tmp_path / "two", first_s, second_s).written == 2
    assert export(world, tmp_path / "three", second_s, end_s).written == 2
    before = rows(tmp_path / "one", world.anna)[0][2]
    assert rows(tmp_path / "one", world.boris)[1:] == [("in", n(20), n(20)), ("closing", "", n(20))]
    assert rows(tmp_path / "two", world.boris) == [
        ("opening", "", n(20)),
        ("in", n(5), n(25)),
        ("out", n(7), n(18)),
        ("closing", "", n(18)),
    ]
    assert rows(tmp_path / "three", world.boris) == [("opening", "", n(18)), ("closing", "", n(18))]
    whole = tp.statement(world.bank, customer_id=world.anna.id, asset_id=TOKEN.id, by=world.tom)
    told = [row for part in ("one", "two", "three") for row in rows(tmp_path / part, world.anna)]
    assert [row[1:] for row in told if row[0] in ("in", "out")] == [
        (line.amount.number(), line.balance.number()) for line in whole.lines if line.at_s >= start_s
    ]
    assert (before, told[-1][2]) == (n(1_000), whole.balance.number())
    assert paid.id in (tmp_path / "one" / f"{world.boris.id}.csv").read_text()


def test_it_goes_on_where_it_was_stopped(world: World, tmp_path: Path) -> None:
    world.endow(world.anna, 100)
    world.paid(20)
    now_s = later(world)
    later(world)
    assert export(world, tmp_path / "all", 0, now_s) == tp.ExportedStatements(written=2, there=0)
    (tmp_path / "all" / f"{world.boris.id}.csv").unlink()
    assert export(world, tmp_path / "all", 0, now_s) == tp.ExportedStatements(written=1, there=1)
    newest = tp.read_events(world.bank, by=world.ann, limit=1000)[-1]
    told = {"asset": TOKEN.id, "since_s": 0, "until_s": now_s}
    assert (newest.kind, newest.content) == ("statements.exported", told)
    assert (tmp_path / "all" / f"{world.anna.id}.csv").stat().st_mode & 0o077 == 0


def test_a_run_that_is_broken_off_is_on_record_and_leaves_nothing_half_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.paid(20)
    now_s = later(world)
    later(world)
    folder = tmp_path / "all"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tokenpay.primitives.new_file._name", killed)
        with pytest.raises(KeyboardInterrupt):
            export(world, folder, 0, now_s)
    assert tp.read_events(world.bank, by=world.ann, limit=1000)[-1].kind == "statements.exported"
    for name in ("period.json", f"{world.anna.id}.csv"):
        (folder / f".{name}.{getpid()}-0.partial").write_text("half")  # as a run that was killed leaves it
    assert export(world, folder, 0, now_s).written == 2
    assert rows(folder, world.anna)[-1][0] == "closing"


def test_a_symbol_is_no_formula(world: World, tmp_path: Path) -> None:
    world.sql("UPDATE assets SET symbol = '=1+1' WHERE id = :id", id=TOKEN.id)
    now_s = later(world)
    later(world)
    export(world, tmp_path / "all", 0, now_s)
    assert ",'=1+1," in (tmp_path / "all" / f"{world.anna.id}.csv").read_text()


def test_a_folder_is_of_one_asset_and_period(world: World, tmp_path: Path) -> None:
    now_s = later(world)
    later(world)
    export(world, tmp_path / "all", 0, now_s)
    for since_s, until_s in ((0, now_s - 1), (1, now_s)):
        with pytest.raises(tp.Conflict):
            export(world, tmp_path / "all", since_s, until_s)


def test_who_had_nothing_and_moved_nothing_has_no_statement(world: World, tmp_path: Path) -> None:
    world.paid(100, debtor=f"customer/{world.anna.id}")
    world.paid(100, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}")
    now_s = later(world)
    later(world)
    assert export(world, tmp_path / "all", now_s, now_s + 1).written == 1
    assert {path.name for path in (tmp_path / "all").iterdir()} == {f"{world.anna.id}.csv", "period.json"}


def test_more_lines_and_customers_than_a_page(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokenpay.operations.export_statements._PAGE", 2)
    others = [tp.enrol_customer(world.bank, name="N", by=world.tom, key=f"n {n}") for n in range(4)]
    world.endow(world.anna, 100)
    for other in others:
        world.paid(1, creditor=f"customer/{other.id}")
    now_s = later(world)
    later(world)
    assert export(world, tmp_path / "all", 0, now_s).written == 5
    assert [row[1] for row in rows(tmp_path / "all", world.anna)] == ["", n(1_000), n(100), *[n(1)] * 4, ""]


def test_periods_and_places_that_are_none(world: World, tmp_path: Path) -> None:
    now_s = world.clock.now_s()
    for since_s, until_s in ((-1, now_s), (now_s, now_s), (now_s, 5), (0, now_s - 299)):
        with pytest.raises(tp.InvalidInput):
            export(world, tmp_path / "all", since_s, until_s)
    assert not (tmp_path / "all").exists()
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "a" / "b"):
        with pytest.raises(tp.StoreUnavailable):
            export(world, place, 0, now_s - 300)
    with pytest.raises(tp.NotFound):
        tp.export_statements(world.bank, tmp_path / "x", asset_id="no", since_s=0, until_s=1, by=world.tom)
