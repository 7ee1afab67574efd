"""The journal by key presses: found as you type, narrowed, read page by page, opened, exported."""

import csv
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.screens.export import Export
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.journal import PAGE, Journal
from terminal_app.screens.journal_dates import JournalDates, day_text, read_day
from terminal_app.screens.payment import PaymentScreen
from terminal_app.widgets.pages import Pages
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.test_screens import check_footer
from tests.app.test_widths import cut
from tokenpay.testing import Branch, euro


def pay(branch: Branch, number: int, *, amount: str = "1", about: str = "", by: tp.Session | None = None) -> tp.Payment:
    payment = tp.pay(
        branch.bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=f"customer/{branch.boris.id}",
        amount=euro(amount),
        by=by or branch.tim,
        key=f"journal/{number}",
        remittance_information=about,
    )
    assert isinstance(payment, tp.Payment)
    return payment


async def to_journal(hand: Hand, operator: str = "tim") -> None:
    await hand.sign_in(operator)
    await hand.arrive(Home)
    await hand.press("ctrl+n")
    await hand.arrive(Journal)


def rows(hand: Hand) -> int:
    return hand.app.screen.query_one(Pages).row_count


async def shows(hand: Hand, count: int) -> None:
    await hand.until(lambda: rows(hand) == count, f"{count} rows")


def test_typing_finds_and_enter_opens(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    wanted = pay(branch, 1, about="March rent")
    pay(branch, 2, about="groceries", amount="2")

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await to_journal(hand)
            await hand.read("All that there is: 2")
            await hand.until(lambda: "Export" in hand.footer(), "the keys")
            check_footer(hand)
            assert not list(cut(hand.app.screen))
            await hand.press(*"rent")
            await shows(hand, 1)
            await hand.read("March rent")
            await hand.press("enter", "enter")
            await hand.arrive(PaymentScreen)
            await hand.read(wanted.id)
            await hand.press("escape")
            await hand.arrive(Journal)
            assert hand.app.screen.query_one(Input).value == "rent"
            await shows(hand, 1)
            await hand.press("f9")
            await shows(hand, 2)
            assert hand.app.screen.query_one(Input).value == ""
            hand.app.screen.query_one(Input).value = "nobody wrote this"
            await hand.read("Nothing is like this. F9 shows everything again.")

    run(flow())


def test_letters_in_a_row_are_one_search(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pay(branch, 1, about="rent")
    asked: list[str] = []
    journal = tp.journal

    def counted(*given: Any, **fields: Any) -> Any:
        asked.append(fields["wanted"].text)
        return journal(*given, **fields)

    monkeypatch.setattr(tp, "journal", counted)

    async def flow() -> None:
        async with terminal(branch, tmp_path, feed_s=3600) as hand:  # a look at the feed is not what is counted
            await to_journal(hand)
            await shows(hand, 1)
            await hand.press(*"rent")
            await hand.until(lambda: "rent" in asked, "the search")
            assert not {"r", "re", "ren"} & set(asked)

    run(flow())


def test_filters_narrow_and_are_named(branch: Branch, tmp_path: Path) -> None:
    pay(branch, 1)
    held = pay(branch, 2, amount="1500")
    pay(branch, 3, by=branch.vera)
    assert held.state is tp.PaymentState.HELD

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_journal(hand)
            await shows(hand, 3)
            await hand.press("f3")
            await hand.read("F3 state: held")
            await shows(hand, 1)
            await hand.read(held.id)
            await hand.press("f9", "f4", "f4")
            await hand.read("F4 kind: refund")
            await shows(hand, 0)
            await hand.press("f9")
            await shows(hand, 3)
            while "vera" not in hand.seen().split("F7", 1)[1].split("F8")[0]:
                await hand.press("f7")
                await hand.pilot.pause()
            await shows(hand, 1)
            await hand.press("f9")
            await shows(hand, 3)
            while "DEUR" not in hand.seen().split("F6", 1)[1].split("F7")[0]:
                await hand.press("f6")
                await hand.pilot.pause()
            await shows(hand, 3)
            assert not list(cut(hand.app.screen))

    run(flow())


def test_dates_bound_the_journal(branch: Branch, tmp_path: Path) -> None:
    pay(branch, 1)
    first_day = day_text(branch.clock.now_s())
    branch.clock.advance(3 * 86_400)
    by = tp.open_session(branch.bank, operator_id="tim", password="at-the-desk", terminal="counter-1")
    pay(branch, 2, by=by)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_journal(hand)
            await shows(hand, 2)
            await hand.press("f5")
            await hand.arrive(JournalDates)
            assert not list(cut(hand.app.screen))
            await hand.press("enter", "enter")  # from today
            await hand.arrive(Journal)
            await shows(hand, 1)
            await hand.press("f5")
            await hand.arrive(JournalDates)
            for name in ("from", "until"):
                hand.app.screen.query_one(f"#{name}", Input).value = first_day
            await hand.press("enter", "enter")
            await hand.arrive(Journal)
            await shows(hand, 1)
            await hand.read(f"F5 dates: {first_day}")
            await hand.press("f5")
            await hand.arrive(JournalDates)
            hand.app.screen.query_one("#until", Input).value = "31.02.2026"
            await hand.press("enter", "enter")
            await hand.read("! A day is written like 2026-03-31 or 31.03.2026")

    run(flow())


def test_a_day_is_read_in_both_forms() -> None:
    assert read_day("2026-03-31") == read_day("31.03.2026")
    assert read_day("") is None
    for wrong in ("31.3", "2026-13-01", "today"):
        with pytest.raises(tp.InvalidInput):
            read_day(wrong)


def test_the_journal_of_one_customer(branch: Branch, tmp_path: Path) -> None:
    pay(branch, 1)
    paid = tp.pay(
        branch.bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=f"customer/{tp.enrol_customer(branch.bank, name='Clara Fox', by=branch.tim, key='clara').id}",
        amount=euro("5"),
        by=branch.tim,
        key="to-clara",
    )
    assert isinstance(paid, tp.Payment)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_journal(hand)
            await shows(hand, 2)
            await hand.press("f8")
            await hand.arrive(FindCustomer)
            await hand.choose("boris")
            await hand.arrive(Journal)
            await shows(hand, 1)
            await hand.read("F8 customer: Boris Keller")
            await hand.press("f8")
            await shows(hand, 2)

    run(flow())


def test_pages_are_read_as_the_end_comes_near_and_never_all(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 2 * PAGE + 30
    payments = [pay(branch, number, amount="0.01") for number in range(count)]
    asked: list[str] = []
    journal = tp.journal

    def counted(*given: Any, **fields: Any) -> Any:
        asked.append(fields.get("after", ""))
        return journal(*given, **fields)

    monkeypatch.setattr(tp, "journal", counted)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_journal(hand)
            await hand.read(f"Shown: {PAGE}; more as you go down")
            await hand.pilot.pause(0.3)
            assert not any(asked)
            await hand.press("down", "pagedown")
            await hand.pilot.pause(0.3)
            assert not any(asked)  # far from the end
            pages = hand.app.screen.query_one(Pages)
            await hand.press("ctrl+end")
            await shows(hand, 2 * PAGE)
            assert sum(map(bool, asked)) == 1
            here = pages.chosen
            pay(branch, count)  # somebody else goes on paying: the rows that are read stay where they are
            await hand.pilot.pause(0.5)
            assert (pages.chosen, rows(hand)) == (here, 2 * PAGE)
            await hand.press("ctrl+end")
            await shows(hand, count)
            await hand.read(f"All that there is: {count}")
            await hand.press("ctrl+end", "enter")
            await hand.arrive(PaymentScreen)
            first_second = {payment.id for payment in payments}
            assert any(payment in hand.seen() for payment in first_second)
            assert len({str(row.value) for row in pages.rows}) == count

    run(flow())


def test_what_changes_is_brought_up_to_date(branch: Branch, tmp_path: Path) -> None:
    held = pay(branch, 1, amount="1500")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_journal(hand)
            await hand.read("‖ HELD")
            tp.cancel(branch.bank, held.id, by=branch.tim)
            await hand.read("✗ CANCELLED")

    run(flow())


def test_export_asks_where_and_says_how_many(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    pay(branch, 1, about="rent")
    pay(branch, 2, about="=1+1")

    async def flow() -> None:
        async with terminal(branch, tmp_path / "state", size) as hand:
            await to_journal(hand)
            await shows(hand, 2)
            await hand.press(*"rent")
            await shows(hand, 1)
            await hand.press("f10")
            await hand.arrive(Export)
            field = hand.app.screen.query_one(Input)
            assert Path(field.value).parent == tmp_path / "state"
            assert not list(cut(hand.app.screen))
            check_footer(hand)
            first = Path(field.value)
            await hand.press("enter", "enter")
            await hand.read("✓ Exported: 1 payments to")
            with first.open(newline="", encoding="utf-8") as file:
                table = list(csv.DictReader(file))
            assert [row["remittance_information"] for row in table] == ["rent"]
            (tmp_path / "other.csv").write_text("somebody's")
            field.value = str(tmp_path / "other.csv")
            await hand.press("enter")
            await hand.read("! There is a file of that name already")
            await hand.read("✗ Nothing was written.")
            assert (tmp_path / "other.csv").read_text() == "somebody's"
            field.value = str(tmp_path / "nowhere" / "journal.csv")
            await hand.press("enter")
            await hand.read("! The file cannot be written: No such file or directory")
            assert not (tmp_path / "nowhere").exists()

    run(flow())


def test_an_export_goes_on_while_something_else_is_done(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(branch, 1)
    gate = Gate(monkeypatch, "export_journal")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_journal(hand)
            await shows(hand, 1)
            await hand.press("f10")
            await hand.arrive(Export)
            await hand.press("enter", "enter")
            await hand.read("Writing…")
            await hand.press("escape")
            await hand.arrive(Journal)
            gate.go_on.set()
            await hand.read("✓ Exported: 1 payments to")
        assert gate.calls == 1
        assert len(list(tmp_path.glob("journal-*.csv"))) == 1

    run(flow())
