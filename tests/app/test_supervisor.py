"""What a supervisor does: freeze, stop and resume, look at the branch and its figures, close the day."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual_plotext import PlotextPlot

import tokenpay as tp
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.charts import GROUPS, Charts, grouped
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.day import DayReport, DayScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.shifts import Shifts
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.statement import StatementScreen
from terminal_app.views import STATUSES
from tests.app.hand import Hand, run, terminal
from tests.app.test_screens import check_footer
from tokenpay.operations.bank_health import note_turn
from tokenpay.testing import Branch, euro


async def to_anna(hand: Hand, operator: str) -> None:
    await hand.sign_in(operator)
    await hand.arrive(Home)
    await hand.press("f2")
    await hand.arrive(FindCustomer)
    await hand.choose("anna")
    await hand.arrive(CustomerScreen)
    await hand.read("DEUR")


def test_a_customer_is_frozen_and_let_go_with_reasons(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await to_anna(hand, "vera")
            check_footer(hand)
            await hand.press("f8")
            await hand.read("Why is Anna Berger frozen?")
            await hand.enter("a call from the police")
            await hand.arrive(CustomerScreen)
            await hand.read(f"! {STATUSES[tp.CustomerStatus.FROZEN].upper()}")
            assert "Unfreeze" in hand.footer()
            assert not {"Take", "Pay", "Freeze"} & hand.footer()
            await hand.press("f9")
            await hand.enter("cleared up")
            await hand.until(lambda: "!" not in hand.seen() and "Take" in hand.footer(), "an active customer")
            check_footer(hand)
            (anna,) = tp.find_customers(branch.bank, "anna", by=branch.tim)
            assert anna.status is tp.CustomerStatus.ACTIVE
            kinds = [event.kind for event in tp.read_events(branch.bank, by=branch.vera, limit=1000)]
            assert [kind for kind in kinds if kind.startswith("customer.")][-2:] == [
                "customer.frozen",
                "customer.active",
            ]

    run(flow())


def test_a_teller_may_not_freeze_and_reads_the_statement(branch: Branch, tmp_path: Path) -> None:
    branch.issue(branch.anna, euro("12"), key="asks")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_anna(hand, "tim")
            await hand.read("○ OPEN")
            assert not {"Freeze", "Unfreeze"} & hand.footer()
            await hand.press("f8")
            assert type(hand.app.screen) is CustomerScreen
            await hand.press("f6")
            await hand.arrive(StatementScreen)
            await hand.read(
                "available 2 000.00 DEUR".replace("2 ", "2\N{NO-BREAK SPACE}").replace(
                    " DEUR", "\N{NO-BREAK SPACE}DEUR"
                )
            )
            await hand.read("movements shown: 1")

    run(flow())


def test_one_stops_and_two_resume(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(BranchScreen, by="vera", key="f9")
            await hand.read("✓ Payments run")
            await hand.read("✓ the books have taken in block")
            await hand.read("✓ own")
            check_footer(hand)
            await hand.press("f6")
            await hand.enter("a strange payment")
            await hand.arrive(BranchScreen)
            await hand.read("✗ PAYMENTS ARE STOPPED, by vera")
            assert tp.bank_health(branch.bank, by=branch.tim).stopped_by == "vera"
            await hand.press("f7", "f9")
            await hand.read("a second supervisor must agree")
            await hand.until(lambda: "Resume" not in hand.footer(), "nothing more to ask")
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.open(BranchScreen, by="otto", key="f9")
            await hand.read("vera asked to go on")
            await hand.press("f7")
            await hand.read("Agree, and let payments run again?")
            await hand.press("f9")
            await hand.read("✓ Payments run")
            assert tp.bank_health(branch.bank, by=branch.tim).stopped_by == ""

    run(flow())


def test_what_the_engine_noted_of_a_chain_is_told(branch: Branch, tmp_path: Path) -> None:
    said = "node 3 gives no answer: nobody there; node 2 is 40 blocks behind the others"
    chain_id = branch.chain.chain_id
    note_turn(branch.bank, seen=[chain_id], troubles={chain_id: said}, by=tp.engine_session(branch.bank))

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(BranchScreen, by="vera", key="f9")
            for part in ("node 3 gives no answer: nobody there", "node 2 is 40 blocks behind the others"):
                await hand.read(f"! the engine noted: {part}")
            await hand.read(f"({chain_id})")

    run(flow())


def test_a_teller_neither_stops_nor_closes_the_day(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.press("f11")
            assert type(hand.app.screen) is Home
            await hand.press("f9")
            await hand.arrive(BranchScreen)
            await hand.read("✓ Payments run")
            assert not {"Stop all", "Resume", "Charts", "Close of day"} & hand.footer()
            assert "Cash in the books" not in hand.seen()

    run(flow())


def test_charts_show_what_moved_exactly(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(BranchScreen, by="vera", key="f9")
            await hand.press("f5")
            await hand.arrive(Charts)
            await hand.read("by day (UTC)")
            await hand.read(" · DEUR")
            await hand.read("2 000.00 DEUR".replace(" ", "\N{NO-BREAK SPACE}"))
            assert hand.app.screen.query_one(PlotextPlot).region.height >= 8
            await hand.press("f6")
            await hand.read("became final by kind")
            await hand.read("deposit")
            await hand.press("f6", "f6")
            await hand.read("by the counterparty's country")
            await hand.read("not told")
            await hand.press("f6")
            await hand.read("What the books hold")
            await hand.read("owed to customers")

    run(flow())


def test_the_day_is_proved_and_reported(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    branch.fill_vault("8x50, 5x20")
    shift = tp.open_shift(branch.bank, drawer="drawer-1", opening=[], by=branch.tim, key="open")
    assert isinstance(shift, tp.Shift)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(DayScreen, by="vera", key="f11")
            await hand.read("! Not over yet: 1")
            assert "Report" not in hand.footer()
            await hand.press("enter")
            await hand.arrive(Shifts)
            await hand.read("tim")
            await hand.press("enter")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
            assert "Count, close" in hand.footer()  # a supervisor closes anybody's
            tp.close_shift(
                branch.bank, shift.id, counts=[tp.CashCount.parse("1x50", "EUR")], by=branch.tim, key="close"
            )
            await hand.press("escape", "escape")
            await hand.arrive(DayScreen)
            await hand.read("✓ Nothing is open.")
            await hand.press("f9")
            await hand.read("✓ THE PROOF HOLDS. F10")
            check_footer(hand)
            proof = tp.reconcile(branch.bank, by=branch.vera)
            await hand.read(proof.root.hex())
            await hand.press("f10")
            await hand.arrive(DayReport)
            for line in ("END OF DAY", "drawer-1, tim", "delivery of cash", "vault main", proof.root.hex()):
                await hand.read(line)
            assert "✓ drawer-1" in hand.seen()

    run(flow())


def test_a_proof_that_cannot_be_made_says_so(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(DayScreen, by="vera", key="f11")
            await hand.read("✓ Nothing is open.")
            branch.chain.unreachable = True
            await hand.press("f9")
            await hand.read("✗ NOT PROVED")
            assert "Report" not in hand.footer()
            branch.chain.unreachable = False
            await hand.press("f9")
            await hand.read("✓ THE PROOF HOLDS")

    run(flow())


def test_a_proof_that_does_not_hold_is_not_hidden(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tp.reconcile

    def wrong(*args: Any, **fields: Any) -> tp.Reconciliation:
        return replace(real(*args, **fields), disagreeing=("customer/C1/x",))

    monkeypatch.setattr(tp, "reconcile", wrong)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(DayScreen, by="vera", key="f11")
            await hand.press("f9")
            await hand.read("✗ THE PROOF DOES NOT HOLD. F10 shows where.")
            await hand.press("f10")
            await hand.arrive(DayReport)
            await hand.read("✗ THE PROOF DOES NOT HOLD")

    run(flow())


def test_days_stand_one_after_another_over_new_year() -> None:
    days = (date(2026, 12, 31), date(2027, 1, 1))
    moved = tuple(tp.Volume(day=day, branch="main", purpose="payment", count=1, amount=euro("2")) for day in days)
    bars, rows = grouped(moved, euro("2").asset, GROUPS[0][1])
    assert [label for label, _units in bars] == [row[0] for row in rows] == ["12-31", "01-01"]
