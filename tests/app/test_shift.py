"""A shift by key presses: count, move cash, count blind, close, and what a supervisor decides."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.screens.allocation import Allocation
from terminal_app.screens.confirm import Confirm
from terminal_app.screens.count import CountDelivery, CountToClose, CountToOpen
from terminal_app.screens.home import Home
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.shift_report import ShiftReportScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.unfinished import Unfinished
from terminal_app.widgets.count_form import CountForm
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.spoken import typed
from tests.app.test_screens import check_footer
from tokenpay.testing import Branch

EUR = tp.Asset.cash("EUR")


def cash(text: str) -> tp.Amount:
    return tp.Amount.parse(text, EUR)


def drawer(branch: Branch, shift: tp.Shift) -> tp.Amount | None:
    """What the books expect in the drawer, as somebody else is told."""
    return tp.shift_report(branch.bank, shift.id, by=branch.vera).cash[0].expected


def the_shift(branch: Branch) -> tp.Shift:
    (shift,) = tp.find_shifts(branch.bank, by=branch.vera)
    return shift


async def to_shift(hand: Hand, operator: str = "tim") -> None:
    await hand.sign_in(operator)
    await hand.arrive(Home)
    await hand.press("f5")
    await hand.arrive(ShiftScreen)
    await hand.until(lambda: bool({"Open", "Count, close"} & hand.footer()), "what may be done")


async def count(hand: Hand, room: type[Any], *lines: str) -> None:
    """Write a count in the first line of the form, as people write it, and go on to see it whole."""
    await hand.arrive(room)
    await hand.until(lambda: bool(hand.app.screen.query(CountForm)), "a form to count in")
    await hand.pilot.pause()
    hand.app.screen.query_one(CountForm).begin()
    for line in lines:
        await hand.enter(line)
    await hand.press("f10")
    await hand.arrive(Confirm)


async def open_shift(hand: Hand, *lines: str) -> None:
    await to_shift(hand)
    await hand.press("f3")
    await count(hand, CountToOpen, *lines)
    await hand.press("f9")
    await hand.arrive(ShiftScreen)
    await hand.read("✓ OPEN")


async def close_shift(hand: Hand, *lines: str) -> None:
    await hand.press("f9")
    await count(hand, CountToClose, *lines)
    await hand.press("f9")
    await hand.arrive(ShiftScreen)


async def bring(hand: Hand, key: str, amount: str) -> None:
    await hand.press(key)
    await hand.arrive(Allocation)
    await hand.until(lambda: bool(hand.app.screen._assets), "a currency to choose")  # type: ignore[attr-defined]
    await hand.enter(amount)
    await hand.arrive(Confirm)


@pytest.fixture
def before() -> Callable[[Branch], object]:
    return with_cash


def with_cash(branch: Branch) -> None:
    """Let there be 500 EUR in the vault."""
    branch.fill_vault("8x50, 5x20")


def test_a_whole_shift(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.read("No shift")
            check_footer(hand)
            await hand.press("f5")
            await hand.arrive(ShiftScreen)
            await hand.read("No cash moves before a drawer is counted")
            assert not {"From vault", "To vault", "Count, close", "Delivery"} & hand.footer()
            await hand.press("f3")
            await hand.arrive(CountToOpen)
            await hand.until(lambda: bool(hand.app.screen.query(CountForm)), "a form to count in")
            await hand.pilot.pause()
            assert all(f.region.bottom < size[1] for f in hand.app.screen.query(Input)), "every line on the screen"
            await hand.press("f10")
            await hand.arrive(Confirm)
            await hand.read("none at all")
            assert not tp.find_shifts(branch.bank, by=branch.vera)
            await hand.press("f9")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
            await hand.read("drawer-1 at counter-1, tim, since")
            check_footer(hand)

            await bring(hand, "f4", "200")
            await hand.press("f9")
            await hand.arrive(ShiftScreen)
            await hand.read("from the vault main to the drawer drawer-1")
            await hand.read("✓ OPEN")
            check_footer(hand)
            assert drawer(branch, the_shift(branch)) == cash("200")
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.read("✓ Shift open, drawer-1")
            await hand.press("f5")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
            await bring(hand, "f5", "50.50")
            await hand.press("f9")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
            await hand.press("f10")
            await hand.arrive(ShiftReportScreen)
            await hand.read("X report")
            await hand.read("not told")
            assert typed("149.50") not in hand.seen()
            await hand.press("escape")
            await hand.arrive(ShiftScreen)
            await hand.press("f9")
            await hand.arrive(CountToClose)
            await hand.read("blind")
            assert typed("149.50") not in hand.seen()
            await hand.press("escape")
            await close_shift(hand, "1x100, 2x20", "9x1, 1x0.50")
            await hand.read("✓ CLOSED")
            await hand.read("The count agrees with the books.")
            await hand.press("f10")
            await hand.arrive(ShiftReportScreen)
            await hand.read("Z report")
            await hand.read(typed("149.50"))
            assert the_shift(branch).state is tp.ShiftState.CLOSED
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_pieces_are_counted_by_the_keys(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_shift(hand)
            await hand.press("f3")
            await hand.arrive(CountToOpen)
            await hand.until(lambda: bool(hand.app.screen.query(CountForm)), "a form to count in")
            await hand.pilot.pause()
            form = hand.app.screen.query_one(CountForm)
            form.begin()
            await hand.press("down", "2", "enter", "down", "3")  # 2 of 500, none of 200, 3 of 100
            await hand.read(typed("1000.00"))
            await hand.read("Sum ")
            await hand.read("1 300.00 EUR".replace(" ", "\N{NO-BREAK SPACE}"))
            await hand.press("up", "1")
            assert form.count.amount == cash("1500")
            form.begin()
            await hand.enter("7x3")
            await hand.read("no such note or coin")
            assert form.count.amount == cash("1500")
            hand.app.screen.query_one(".quick", Input)
            await hand.press("f10")
            await hand.read("typed and not taken")
            assert type(hand.app.screen) is CountToOpen

    run(flow())


def test_a_small_difference_is_booked_and_said(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await open_shift(hand)
            await bring(hand, "f4", "200")
            await hand.press("f9")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
            await close_shift(hand, "3x50, 2x20, 1x5")
            await hand.read("! CLOSED, WITH A DIFFERENCE")
            await hand.read("5.00\N{NO-BREAK SPACE}EUR short")
            assert the_shift(branch).state is tp.ShiftState.CLOSED
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_a_large_difference_waits_for_a_supervisor(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await open_shift(hand)
            await close_shift(hand, "12x50")  # 600 that nobody brought
            await hand.read("‖ COUNTED, WAITS FOR A SUPERVISOR")
            await hand.read("F7 at the counter")
            assert "600" not in hand.seen()
            assert not {"From vault", "To vault", "Count, close"} & hand.footer()
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.read("it waits for a supervisor")
            assert "600" not in hand.seen()  # the next count is blind as well

            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.open(Queue, by="vera", key="f7")
            await hand.read("The count of drawer drawer-1 found 600.00\N{NO-BREAK SPACE}EUR more than the books say")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read("‖ HELD")
            await hand.press("f10")
            await hand.enter("count it again")
            await hand.read("✗ REFUSED")
            assert the_shift(branch).state is tp.ShiftState.OPEN

            await hand.press("escape", "escape", "ctrl+o")
            await hand.arrive(SignIn)
            await to_shift(hand)
            await hand.read("The last count was not agreed to: count it again")
            await close_shift(hand, "12x50")
            await hand.read("‖ COUNTED")
            (held,) = tp.find_payments(branch.bank, by=branch.vera, states=[tp.PaymentState.HELD])
            tp.approve(branch.bank, held.id, by=branch.vera)
            await hand.read("! CLOSED, WITH A DIFFERENCE")
            await hand.read("600.00\N{NO-BREAK SPACE}EUR over")
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_a_supervisor_takes_a_delivery(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_shift(hand, "vera")
            await hand.press("f6")
            await count(hand, CountDelivery, "4x50")
            await hand.read("a delivery into the vault of main")
            await hand.press("f9", "f9")
            await hand.arrive(PaymentScreen)
            await hand.read("✓ FINAL")
            vault = [b.units for b in tp.book_balances(branch.bank, by=branch.otto) if b.kind is tp.AccountKind.VAULT]
            assert vault == [70_000]

    run(flow())


def test_more_than_the_vault_has_is_refused_and_stays_typed(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await open_shift(hand)
            await bring(hand, "f4", "501")
            await hand.press("f9")
            await hand.read("✗ REFUSED. Nothing left.")
            assert hand.app.memory.unanswered() == []
            await hand.press("escape")
            await hand.arrive(Allocation)
            assert hand.app.screen.query_one("#amount", Input).value == "501"
            assert drawer(branch, the_shift(branch)) is not None

    run(flow())


def test_a_drawer_that_somebody_has_is_not_opened_twice(branch: Branch, tmp_path: Path) -> None:
    opened = tp.open_shift(branch.bank, drawer="drawer-1", opening=[], by=branch.vera, key="vera-opens")
    assert isinstance(opened, tp.Shift)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_shift(hand)
            await hand.press("f3")
            await count(hand, CountToOpen, "1x50")
            await hand.press("f9")
            await hand.read("is in a shift that is open")
            await hand.read("Nothing left.")
            assert [shift.id for shift in tp.find_shifts(branch.bank, by=branch.vera)] == [opened.id]
            assert hand.app.memory.unanswered() == []

    run(flow())


@pytest.mark.parametrize("act", ["open_shift", "allocate_cash", "close_shift", "receive_cash"])
def test_a_kill_in_the_middle_of_each_act_is_found_again_and_done_once(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    gate = Gate(monkeypatch, act)
    operator = "vera" if act == "receive_cash" else "tim"
    if act in ("allocate_cash", "close_shift"):
        tp.open_shift(branch.bank, drawer="drawer-1", opening=[], by=branch.tim, key="tim-opens")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_shift(hand, operator)
            if act == "open_shift":
                await hand.press("f3")
                await count(hand, CountToOpen, "1x50")
            elif act == "close_shift":
                await hand.press("f9")
                await count(hand, CountToClose, "1x50")
            elif act == "receive_cash":
                await hand.press("f6")
                await count(hand, CountDelivery, "1x50")
            else:
                await bring(hand, "f4", "50")
            await hand.press("f9", "f9", "escape", "f9")  # nobody leaves, and nothing is sent twice
            await hand.until(lambda: gate.done == 1, "the bank has it")
            assert type(hand.app.screen) is Confirm
            hand.app.exit()  # before the answer
        gate.go_on.set()
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in(operator)
            await hand.arrive(Unfinished)
            await hand.read("✓ ")
            assert "Do it now" not in hand.footer()
            await hand.press("enter")
            await hand.arrive(PaymentScreen if act == "receive_cash" else ShiftScreen)
            await hand.until(lambda: "Looking" not in hand.seen(), "what became of it")
            assert hand.app.memory.unanswered() == []
        assert gate.calls == 1
        assert tp.reconcile(branch.bank, by=branch.otto).holds

    run(flow())


def test_no_answer_is_asked_again_under_the_same_key(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "open_shift")
    gate.go_on.set()
    gate.after = tp.StoreUnavailable("the connection is gone")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_shift(hand)
            await hand.press("f3")
            await count(hand, CountToOpen, "1x50")
            await hand.press("f9")
            await hand.read("! NO ANSWER")
            gate.after = None
            await hand.press("f9")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
        assert gate.calls == 2
        assert len(tp.find_shifts(branch.bank, by=branch.vera)) == 1

    run(flow())


def test_a_count_stays_while_the_bank_is_away(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **fields: Any) -> Any:
        raise tp.StoreUnavailable("the database does not answer")

    read_events, open_shift = tp.read_events, tp.open_shift

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_shift(hand)
            monkeypatch.setattr(tp, "read_events", away)
            monkeypatch.setattr(tp, "open_shift", away)
            await hand.press("f3")
            await count(hand, CountToOpen, "2x50")
            await hand.read("✗ The bank does not answer")
            await hand.press("f9")
            await hand.read("! NO ANSWER")
            await hand.press("escape")
            await hand.arrive(CountToOpen)
            assert hand.app.screen.query_one(CountForm).count.amount == cash("100")
            await hand.press("f10")
            await hand.arrive(Confirm)
            monkeypatch.setattr(tp, "read_events", read_events)
            monkeypatch.setattr(tp, "open_shift", open_shift)
            await hand.until(lambda: not hand.app.alarm, "no alarm")
            await hand.press("f9")
            await hand.arrive(ShiftScreen)
            await hand.read("✓ OPEN")
            assert len(hand.app.memory.unanswered()) == 1  # the first, which F6 asks after: the bank never got it
            assert len(tp.find_shifts(branch.bank, by=branch.vera)) == 1

    run(flow())
