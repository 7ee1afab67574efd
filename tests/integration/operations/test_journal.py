"""The journal: every filter, pages that miss nothing, one query with an index behind it, a CSV that runs nothing."""

import csv
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

import tokenpay as tp
from tests.world import OUTSIDE, TOKEN, World, euro
from tokenpay.store.journal_query import _arms, journal_query

FILTERS: list[dict[str, Any]] = [
    {},
    {"customer_id": "C0"},
    {"operator_id": "tom"},
    {"branch": "main"},
    {"asset_id": TOKEN.id},
    {"states": frozenset({tp.PaymentState.HELD, tp.PaymentState.FINAL})},
    {"purposes": frozenset({tp.Purpose.PAYMENT})},
    {"text": "rent for May"},
    {"from_s": 5, "until_s": 9},
]


def found(world: World, **wanted: Any) -> list[tp.Payment]:
    page = tp.journal(world.bank, by=world.tom, wanted=tp.JournalFilter(**wanted))
    return [entry.payment for entry in page.entries]


@pytest.fixture
def five(world: World) -> list[tp.Payment]:
    """Newest first: held, to an address, back from Boris by Ann, for a request, and the first."""
    made: list[tp.Payment] = []
    request = world.request(7, payee=world.boris)
    for given in (
        {"remittance_information": "Rent for May, flat 12"},
        {"whole": 7, "request_id": request.id},
        {"whole": 3, "debtor": f"customer/{world.boris.id}", "creditor": f"customer/{world.anna.id}", "by": world.ann},
        {"creditor": OUTSIDE, "remittance_information": "rent"},
        {"whole": 300},
    ):
        world.clock.advance(10)
        changes: dict[str, Any] = {"whole": 20, **given}
        made.append(world.paid(**changes))
    return made[::-1]


def test_every_filter_finds_its_own_newest_first(world: World, five: list[tp.Payment]) -> None:
    held, outside, back, asked, first = five
    assert found(world)[:5] == five
    old = [payment.id for payment in found(world)[5:]]
    assert found(world, customer_id=world.boris.id) == [held, back, asked, first]
    assert found(world, customer_id="C0") == []
    assert found(world, operator_id="ann") == [back]
    assert found(world, states=frozenset({tp.PaymentState.HELD})) == [held]
    assert found(world, states=frozenset({tp.PaymentState.HELD, tp.PaymentState.CLEARED})) == [held, outside]
    assert {payment.id for payment in found(world, purposes=frozenset({tp.Purpose.SWEEP}))} <= set(old)
    assert found(world, branch="elsewhere") == []
    assert found(world, asset_id="iso4217:EUR") == []
    assert found(world, from_s=back.intent.created_at_s, until_s=held.intent.created_at_s) == [outside, back]
    assert found(world, text="RENT") == [outside, first]
    assert found(world, text="may rent") == [first]
    assert found(world, text="ren") == []
    assert found(world, text=back.id.upper()) == [back]
    assert found(world, text=f" {asked.intent.request_id.lower()} ") == [asked]
    assert found(world, text=f"TKP:{asked.intent.request_id}") == [asked]
    everything = {"customer_id": world.boris.id, "operator_id": "tom", "text": "rent", "asset_id": TOKEN.id}
    assert found(world, **everything, states=frozenset({tp.PaymentState.FINAL}), from_s=1, branch="main") == [first]


def test_names_come_with_it_and_only_of_customers(world: World, five: list[tp.Payment]) -> None:
    page = tp.journal(world.bank, by=world.tom, limit=5)
    names = [(entry.debtor_name, entry.creditor_name, entry.branch) for entry in page.entries]
    anna_boris = ("Anna", "Boris", "main")
    assert names == [anna_boris, ("Anna", "", "main"), ("Boris", "Anna", "main"), anna_boris, anna_boris]


@pytest.mark.parametrize("wanted", [{}, {"text": "rent"}, {"states": frozenset(tp.PaymentState)}])
def test_pages_miss_nothing_and_repeat_nothing(world: World, five: list[tp.Payment], wanted: dict[str, Any]) -> None:
    for _ in range(4):
        five.append(world.paid(1, remittance_information="rent"))  # all in one second
    whole = found(world, **wanted)
    seen: list[tp.Payment] = []
    after = ""
    while True:
        chosen = tp.JournalFilter(**wanted)
        page = tp.journal(world.bank, by=world.tom, wanted=chosen, after=after, limit=2)
        seen += [entry.payment for entry in page.entries]
        after = page.following
        if not after:
            break
        world.clock.advance(1)
        world.paid(1, remittance_information="a newer one for rent")
    assert seen == whole


def test_a_page_is_one_query_however_long_it_is(world: World, five: list[tp.Payment]) -> None:
    asked: list[str] = []
    with world.bank.store.read() as uow:
        uow.assets.get(TOKEN.id)
        list(uow.assets.all())
        event.listen(uow.connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert len(uow.payments.journal(tp.JournalFilter(), None, limit=100).entries) >= 5
    assert len([text for text in asked if "FROM payments" in text or "customers" in text]) == 1


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda wanted: "-".join(wanted) or "all")
def test_every_filter_has_an_index_that_gives_the_order(world: World, wanted: dict[str, Any]) -> None:
    filter = tp.JournalFilter(**wanted)
    with world.bank.store.read() as uow:
        connection, postgresql = uow.connection, uow.connection.dialect.name == "postgresql"
        if postgresql:  # so few rows are read whole otherwise
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        explain = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
        for arm in _arms(filter, None, 101):
            text = str(arm.compile(connection, compile_kwargs={"literal_binds": True})).replace("%", "%%")
            plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {text}"))
            assert "Seq Scan" not in plan, plan
            assert "SCAN payments\n" not in plan, plan
            one_thing = any(name in plan for name in ("ix_payments_re", "pk_payments", "uq_payments_id", "id=?"))
            sorted_anew = "Sort" in plan or "TEMP B-TREE" in plan
            assert one_thing or not sorted_anew, plan
        whole = str(journal_query(filter, None, limit=101).compile(connection, compile_kwargs={"literal_binds": True}))
        assert whole.count("LIMIT") == 1 + len(_arms(filter, None, 101))


def test_what_is_no_filter_or_cursor(world: World) -> None:
    for wrong in ({"text": " "}, {"text": "x" * 141}, {"text": "a b c d e f g h i"}, {"from_s": 5, "until_s": 5}):
        with pytest.raises(tp.InvalidInput):
            tp.JournalFilter(**wrong)  # type: ignore[arg-type]
    for at_s in (1.5, "5", True):
        with pytest.raises(tp.InvalidInput, match="whole"):
            tp.JournalFilter(from_s=at_s)  # type: ignore[arg-type]
    for after in ("x", "1/2", "-1/0f8fad5b-d9cb-469f-a165-70867728950e"):
        with pytest.raises(tp.InvalidInput):
            tp.journal(world.bank, by=world.tom, after=after)
    with pytest.raises(tp.InvalidInput):
        tp.journal(world.bank, by=world.tom, limit=0)


# --- CSV -------------------------------------------------------------------------------------


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_export_holds_every_payment_exactly(world: World, five: list[tp.Payment], tmp_path: Path) -> None:
    path = tmp_path / "journal.csv"
    assert tp.export_journal(world.bank, path, by=world.tom) == len(found(world))
    rows = rows_of(path)
    assert [row["id"] for row in rows] == [payment.id for payment in found(world)]
    first = rows[4]
    assert (first["amount"], first["symbol"], first["asset_id"]) == (euro(20).number(), "DEUR", TOKEN.id)
    assert (first["debtor_name"], first["state"], first["created_at"][-1]) == ("Anna", "final", "Z")
    assert first["remittance_information"] == "Rent for May, flat 12"
    raw = path.read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(rows) + 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    newest = tp.read_events(world.bank, by=world.ann, limit=1000)[-1]
    assert (newest.kind, newest.content) == ("journal.exported", {"rows": len(rows)})
    chosen = tp.JournalFilter(customer_id=world.boris.id)
    assert tp.export_journal(world.bank, tmp_path / "boris.csv", by=world.tom, wanted=chosen) == 4


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'quoted", " =1"])
def test_no_cell_runs_in_a_spreadsheet(world: World, tmp_path: Path, text: str) -> None:
    """A semicolon parts cells too, where a comma stands before decimals."""
    for number, (before, written) in enumerate((("", f"'{text}"), ("rent;", f"rent;'{text}"), (";;", f";;'{text}"))):
        world.paid(1, remittance_information=f"{before}{text}")
        world.clock.advance(1)
        path = tmp_path / f"journal-{number}.csv"
        tp.export_journal(world.bank, path, by=world.tom)
        assert rows_of(path)[0]["remittance_information"] == written


def test_a_plain_text_is_as_it_was(world: World, tmp_path: Path) -> None:
    text = 'rent, "May"; 5=5'
    world.paid(1, remittance_information=text)
    tp.export_journal(world.bank, tmp_path / "journal.csv", by=world.tom)
    assert rows_of(tmp_path / "journal.csv")[0]["remittance_information"] == text


def test_nothing_half_written_is_left(world: World, five: list[tp.Payment], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "journal.csv"
    path.write_text("precious")
    with pytest.raises(tp.Conflict):
        tp.export_journal(world.bank, path, by=world.tom)
    assert path.read_text() == "precious"
    path.unlink()
    tampered = "UPDATE payments SET intent = replace(intent, 'Rent for May', 'Rent for Mai')"
    world.sql(f"{tampered} WHERE id = :id", id=five[-1].id)
    with pytest.raises(tp.IntegrityError):
        tp.export_journal(world.bank, path, by=world.tom)
    assert list(folder.iterdir()) == []
    (tmp_path / "file").touch()
    for place in ("out/no/journal.csv", "file/journal.csv", "x" * 250, "x" * 300):
        with pytest.raises(tp.StoreUnavailable, match="cannot be written"):
            tp.export_journal(world.bank, tmp_path / place, by=world.tom)
    (tmp_path / "leads away").symlink_to(folder / "journal.csv")
    with pytest.raises(tp.Conflict):
        tp.export_journal(world.bank, tmp_path / "leads away", by=world.tom)
    tp.close_session(world.bank, by=world.tom)
    with pytest.raises(tp.SessionExpired):
        tp.export_journal(world.bank, path, by=world.tom)
    assert list(folder.iterdir()) == []
