"""Receipts by key presses: seen, issued once, printed, copied, saved, and never lost with the printer."""

from pathlib import Path

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.language import spoken
from terminal_app.screens.day import DayScreen
from terminal_app.screens.home import Home
from terminal_app.screens.receipt import ReceiptScreen
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.save_receipt import SaveReceipt
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.shift_report import ShiftReportScreen
from terminal_app.screens.z_reports import ZReports
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.test_after_payment import paid, to_payment
from tests.app.test_screens import check_footer
from tests.app.test_widths import cut
from tokenpay.testing import Branch, euro

MARKS = {
    "en": ("ORIGINAL", "COPY 1", "COPY 2"),
    "ru": ("ОРИГИНАЛ", "КОПИЯ 1", "КОПИЯ 2"),
    "be": ("АРЫГІНАЛ", "КОПІЯ 1", "КОПІЯ 2"),
}


def on_paper(branch: Branch) -> list[str]:
    return [slip.text() for slip in branch.printer.slips]


def said(slip: str) -> str:
    """Which of the marks a slip has, in the language that the terminal speaks."""
    return next((mark for mark in reversed(MARKS[spoken().code]) if mark in slip.upper()), "none")


def issued(branch: Branch) -> int:
    events = tp.read_events(branch.bank, by=branch.vera, limit=1000)
    return sum(event.kind == "receipt.issued" for event in events)


async def printed(hand: Hand, copy: int) -> None:
    """Wait until the screen says that the original (0) or a copy is on paper."""
    mark = MARKS[spoken().code][copy]
    await hand.until(
        lambda: any(mark in line and "✓" in line and "F9" in line for line in hand.seen().splitlines()), mark
    )


async def to_receipt(hand: Hand) -> None:
    await hand.press("f7")
    await hand.arrive(ReceiptScreen)
    await hand.until(lambda: "Print" in hand.footer(), "a receipt to print")


def test_one_key_prints_the_original_and_the_next_a_copy(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    payment = paid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await to_payment(hand, "tim")
            assert "Receipt" in hand.footer()
            check_footer(hand)
            await to_receipt(hand)
            await hand.read("not issued yet")
            await hand.read("✓ FINAL")
            assert payment.id[:13] in hand.seen()
            assert issued(branch) == 0
            check_footer(hand)
            assert not list(cut(hand.app.screen))
            await hand.press("f9")
            await printed(hand, 0)
            assert [said(slip) for slip in on_paper(branch)] == [MARKS[spoken().code][0]]
            await hand.press("f9")
            await printed(hand, 1)
            await hand.press("f9")
            await printed(hand, 2)
            assert tuple(said(slip) for slip in on_paper(branch)) == MARKS[spoken().code]
            assert issued(branch) == 3
            assert [slip.opens_drawer for slip in branch.printer.slips] == [False] * 3  # no cash moved

    run(flow())


def test_a_double_press_prints_once(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paid(branch)
    gate = Gate(monkeypatch, "issue_receipt")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim")
            await to_receipt(hand)
            await hand.press("f9", "f9", "f6", "f9")
            gate.go_on.set()
            await printed(hand, 0)
            assert (gate.calls, len(branch.printer.slips)) == (1, 1)

    run(flow())


def test_a_printer_out_of_reach_keeps_the_original_owed(branch: Branch, tmp_path: Path) -> None:
    paid(branch)
    branch.printer.unreachable = True

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim")
            await to_receipt(hand)
            await hand.press("f9")
            await hand.read("! The printer is out of reach")
            await hand.read("F9 prints the same one again")
            await hand.read("ORIGINAL")
            await hand.press("f9")
            await hand.until(lambda: not hand.app.screen.waiting, "the second try")  # type: ignore[attr-defined]
            assert on_paper(branch) == []
            branch.printer.unreachable = False
            await hand.press("f9")
            await printed(hand, 0)
            assert [said(slip) for slip in on_paper(branch)] == [MARKS[spoken().code][0]]
            assert issued(branch) == 1

    run(flow())


def test_a_receipt_says_pending_and_then_final_and_both_have_an_original(branch: Branch, tmp_path: Path) -> None:
    held = paid(branch, "1500")
    assert held.state is tp.PaymentState.HELD

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim", "‖ HELD")
            await to_receipt(hand)
            await hand.read("○ PENDING: it proves no payment")
            await hand.press("f9")
            await printed(hand, 0)
            tp.approve(branch.bank, held.id, by=branch.vera)
            await hand.press("escape")
            await hand.read("✓ FINAL")
            await to_receipt(hand)
            await hand.press("f9")
            await printed(hand, 0)
            await hand.read("✓ FINAL")
            assert len(branch.printer.slips) == 2

    run(flow())


def test_a_receipt_in_the_customers_language(branch: Branch, tmp_path: Path) -> None:
    paid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim")
            await to_receipt(hand)
            await hand.read({"en": "PAYMENT", "ru": "ПЛАТЁЖ", "be": "ПЛАЦЁЖ"}[spoken().code])
            order = list(tp.Language)
            here = order.index(tp.Language(spoken().code))
            for _turn in range((order.index(tp.Language.BELARUSIAN) - here) % len(order)):
                await hand.press("f5")
            await hand.read("ПЛАЦЁЖ")
            await hand.press("f9")
            await printed(hand, 0)
            assert "ПЛАЦЁЖ" in on_paper(branch)[0]

    run(flow())


def test_without_a_printer_it_is_shown_and_saved(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(branch)
    # A bank is frozen; what fills its port is taken away as if the machine had none.
    object.__setattr__(branch.bank, "printer", None)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim")
            await to_receipt(hand)
            await hand.press("f9")
            await hand.read("! Issued, and not on paper: this machine has no printer. F6 saves it")
            await hand.read("ORIGINAL")
            await hand.press("f6")
            await hand.arrive(SaveReceipt)
            await hand.read("as PDF")
            await hand.press("f5")
            await hand.read("as plain text")
            assert not list(cut(hand.app.screen))
            hand.app.screen.query_one(Input).value = str(tmp_path / "slips")
            await hand.press("enter")
            await hand.arrive(ReceiptScreen)
            await hand.read("✓ Saved in")
            (file,) = (tmp_path / "slips").iterdir()
            assert said(file.read_text()) == MARKS[spoken().code][0]
            assert file.stat().st_mode & 0o077 == 0
            await hand.press("f6")  # what is asked for later is a copy
            await hand.arrive(SaveReceipt)
            hand.app.screen.query_one(Input).value = str(tmp_path / "slips")
            await hand.press("enter")
            await hand.arrive(ReceiptScreen)
            await hand.read("✓ Saved in")
            kinds = sorted(path.suffix for path in (tmp_path / "slips").iterdir())
            assert kinds == [".pdf", ".txt"]
            assert issued(branch) == 2

    run(flow())


def test_a_folder_that_cannot_be_made_is_said(branch: Branch, tmp_path: Path) -> None:
    paid(branch)
    (tmp_path / "file").write_text("here already")

    async def flow() -> None:
        async with terminal(branch, tmp_path / "state") as hand:
            await to_payment(hand, "tim")
            await to_receipt(hand)
            await hand.press("f6")
            await hand.arrive(SaveReceipt)
            hand.app.screen.query_one(Input).value = str(tmp_path / "file")
            await hand.press("enter")
            await hand.read("! The folder cannot be made or written")
            assert type(hand.app.screen) is SaveReceipt

    run(flow())


def test_an_exchange_opens_the_cash_drawer_once(branch: Branch, tmp_path: Path) -> None:
    branch.fill_counter(tokens=euro("5000"), cash=tp.CashCount.parse("10x50", "EUR"))
    tp.open_shift(branch.bank, drawer="drawer-1", opening=[], by=branch.tim, key="open")
    quote = tp.quote_exchange(
        branch.bank,
        customer_id=branch.anna.id,
        direction=tp.Direction.CASH_IN,
        amount=tp.Amount.parse("202", tp.Asset.cash("EUR")),
        against=euro("1").asset,
        by=branch.tim,
    )
    done = tp.exchange(branch.bank, quote_id=quote.id, by=branch.tim, key="exchange")
    assert isinstance(done, tp.Payment)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            hand.app.push_screen(ReceiptScreen(done.id))
            await hand.until(lambda: "Print" in hand.footer(), "a receipt to print")
            await hand.press("f9")
            await printed(hand, 0)
            await hand.press("f9")
            await printed(hand, 1)
            assert [slip.opens_drawer for slip in branch.printer.slips] == [True, False]
            assert "202.00 EUR" in on_paper(branch)[0]

    run(flow())


def test_a_requests_receipt(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    request = branch.issue(branch.anna, euro("30"), key="ask")

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.read("30.00\N{NO-BREAK SPACE}DEUR")
            await hand.press("enter")
            await hand.arrive(RequestScreen)
            await hand.until(lambda: "Receipt" in hand.footer(), "the key")
            check_footer(hand)
            await to_receipt(hand)
            await hand.read("○ PENDING: it proves no payment")
            await hand.press("f9")
            await printed(hand, 0)
            assert request.reference[:8] in on_paper(branch)[0].replace(" ", "")

    run(flow())


def closed_shifts(branch: Branch, *drawers: str) -> None:
    for drawer in drawers:
        shift = tp.open_shift(branch.bank, drawer=drawer, opening=[], by=branch.tim, key=f"open {drawer}")
        assert isinstance(shift, tp.Shift)
        tp.close_shift(branch.bank, shift.id, counts=[], by=branch.tim, key=f"close {drawer}")


def test_close_of_day_shows_and_prints_the_z_reports(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    closed_shifts(branch, "drawer-1", "drawer-2")

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(DayScreen, by="vera", key="f11")
            await hand.until(lambda: "Z reports" in hand.footer(), "the key")
            check_footer(hand)
            await hand.press("f7")
            await hand.arrive(ZReports)
            await hand.read("Shifts closed today: 2")
            check_footer(hand)
            assert not list(cut(hand.app.screen))
            await hand.press("enter")
            await hand.arrive(ReceiptScreen)
            await hand.read({"en": "Z REPORT", "ru": "Z-ОТЧЁТ", "be": "Z-СПРАВАЗДАЧА"}[spoken().code])
            await hand.press("escape")
            await hand.arrive(ZReports)
            await hand.press("f9")
            await hand.read("✓ Printed: 2")
            assert {said(slip) for slip in on_paper(branch)} == {MARKS[spoken().code][0]}
            await hand.press("f9")
            await hand.until(lambda: len(branch.printer.slips) == 4, "the copies")
            assert [said(slip) for slip in on_paper(branch)[2:]] == [MARKS[spoken().code][1]] * 2

    run(flow())


def test_z_reports_go_on_where_the_printer_stopped(branch: Branch, tmp_path: Path) -> None:
    closed_shifts(branch, "drawer-1", "drawer-2")
    branch.printer.unreachable = True

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(DayScreen, by="vera", key="f11")
            await hand.press("f7")
            await hand.arrive(ZReports)
            await hand.read("Shifts closed today: 2")
            await hand.press("f9")
            await hand.read("Not printed yet: 2; F9 prints the rest.")
            branch.printer.unreachable = False
            await hand.press("f9")
            await hand.read("✓ Printed: 2")
            assert {said(slip) for slip in on_paper(branch)} == {MARKS[spoken().code][0]}
            assert issued(branch) == 2

    run(flow())


def test_a_shift_report_has_its_receipt(branch: Branch, tmp_path: Path) -> None:
    tp.open_shift(branch.bank, drawer="drawer-1", opening=[], by=branch.tim, key="open")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(ShiftScreen, by="tim", key="f5")
            await hand.read("✓ OPEN")
            await hand.press("f10")
            await hand.arrive(ShiftReportScreen)
            await hand.read("X report")
            await to_receipt(hand)
            await hand.read({"en": "X REPORT", "ru": "X-ОТЧЁТ", "be": "X-СПРАВАЗДАЧА"}[spoken().code])
            await hand.press("f9")
            await printed(hand, 0)
            assert len(branch.printer.slips) == 1

    run(flow())
