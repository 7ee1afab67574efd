"""Receipts and the journal on the command line."""

import csv
import stat
from pathlib import Path

import pypdfium2
import pytest

from tests.integration.cli.conftest import Desk


def test_receipts_are_shown_then_issued_on_paper_of_every_kind(desk: Desk, tmp_path: Path) -> None:
    paid = desk.world.paid(20)
    before = desk.rows()
    shown = desk("receipt", "show", "--payment", paid.id, "--language", "ru", "--width", "32")
    assert (shown.code, "НЕ КВИТАНЦИЯ" in shown.out, "20,000000 DEUR" in shown.out) == (0, True, True)
    assert desk.rows() == before

    original = desk("receipt", "print", "--payment", paid.id, "--text", "--json").json
    assert (original["original"], original["copy"], original["standing"]) == (True, 0, "final")
    pdf = tmp_path / "receipt.pdf"
    said = desk("receipt", "print", "--payment", paid.id, "--pdf", pdf, "--language", "be")
    assert (said.code, said.out.strip()) == (0, f"printed {original['number']}, copy 1")
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    assert "КОПІЯ 1" in text
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600

    for file in (pdf, tmp_path / "receipt.txt"):  # in the way, or no PDF: nothing is issued
        assert desk("receipt", "print", "--payment", paid.id, "--pdf", file).error == "input.invalid"
    assert desk("receipt", "print", "--payment", paid.id).error == "printer.unavailable"
    assert desk("receipt", "print", "--payment", paid.id, "--text", "--json").json["copy"] == 2
    away = desk("receipt", "print", "--payment", paid.id, "--printer", "127.0.0.1")
    assert (away.code, away.error) == (5, "printer.unavailable")


def test_receipts_of_a_request_and_of_nothing(desk: Desk) -> None:
    request = desk.world.request(5)
    shown = desk("receipt", "show", "--request", request.reference, "--json").json
    assert (shown["kind"], shown["standing"], shown["copy"]) == ("request", "pending", None)
    assert desk("receipt", "show", "--shift", "SH-0").error == "not_found"
    assert desk("receipt", "show").error == "input.invalid"
    assert desk("receipt", "show", "--payment", "x", "--width", "40").error == "input.invalid"


def test_the_journal_is_listed_in_pages_and_written_as_csv(desk: Desk, tmp_path: Path) -> None:
    made = []
    for number in range(3):
        desk.world.clock.advance(1)
        made.append(desk.world.paid(1, remittance_information=f"=rent {number}").id)
    page = desk("payment", "list", "--customer", desk.world.boris.id, "--limit", "2", "--json").json
    assert [payment["id"] for payment in page["payments"]] == [made[2], made[1]]
    assert page["payments"][0]["creditor_name"] == "Boris"
    rest = desk("payment", "list", "--text", "rent", "--after", page["following"], "--json").json
    assert ([payment["id"] for payment in rest["payments"]], rest["following"]) == ([made[0]], None)
    day = "2023-11-14"
    assert desk("payment", "list", "--from", "2030-01-01", "--json").json["payments"] == []
    filters = ("--state", "final", "--purpose", "payment", "--maker", "tom", "--asset", "DEUR", "--from", day)
    assert len(desk("payment", "list", *filters, "--text", "rent", "--json").json["payments"]) == 3

    path = tmp_path / "journal.csv"
    assert desk("payment", "list", "--text", "rent", "--csv", path, "--json").json == {"file": str(path), "rows": 3}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["remittance_information"] for row in rows] == ["'=rent 2", "'=rent 1", "'=rent 0"]
    assert desk("payment", "list", "--csv", path).error == "conflict"


@pytest.mark.parametrize("wrong", [("--from", "31.01.2026"), ("--state", "lost"), ("--after", "x"), ("--text", " ")])
def test_what_is_no_filter(desk: Desk, wrong: tuple[str, str]) -> None:
    assert desk("payment", "list", *wrong).error == "input.invalid"
