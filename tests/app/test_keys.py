"""Keys for people in a hurry: letters to jump by, codes for commands, the palette; and a screen that locks itself."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, Static

import tokenpay as tp
from terminal_app.commands import anywhere, counter
from terminal_app.commands.command import Command
from terminal_app.keyboard import LETTERS, latin
from terminal_app.language import _
from terminal_app.providers.palette import Palette
from terminal_app.screens.cases import Cases
from terminal_app.screens.code_entry import CodeEntry
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.jump import Jump
from terminal_app.screens.lock import Lock
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.take_payment import TakePayment
from terminal_app.widgets.keys import Keys
from terminal_app.widgets.listing import Listing
from tests.app.hand import PASSWORD, Hand, run, terminal
from tests.app.test_pay_out import PAYEE, fill, payments
from tokenpay.testing import Branch

COMMANDS = [value for module in (anywhere, counter) for value in vars(module).values() if isinstance(value, Command)]


async def open_form(hand: Hand) -> None:
    """Sign Tim in and open the form of a payment for Anna."""
    await hand.open(FindCustomer, by="tim", key="f3")
    await hand.read("Anna Berger")
    await hand.press("enter")
    await hand.arrive(TakePayment)


def test_a_code_names_one_command() -> None:
    codes = [command.code for command in COMMANDS if command.code]
    assert sorted(codes) == sorted(set(codes))
    assert all(code.isascii() and code.islower() and len(code) <= 8 for code in codes)
    assert all(command.code for command in anywhere.FROM_HOME)


def test_the_help_and_the_palette_list_every_code(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Home)
            room = hand.app.screen
            assert isinstance(room, Home)
            offered = [command for command in (*anywhere.FROM_HOME, *anywhere.EVERYWHERE) if room.offers(command)]
            assert len(offered) > 8
            shown = [hit async for hit in Palette(room).discover()]
            for command in offered:
                assert not command.code or any(f":{command.code})" in (hit.help or "") for hit in shown), command
            await hand.press("f1")
            await hand.arrive(Help)
            for command in offered:
                assert command.help in hand.seen()
                assert f"(:{command.code})" in hand.seen() or not command.code

    run(flow())


def test_the_help_names_a_key_once(branch: Branch, tmp_path: Path) -> None:
    """A key of the counter that does something else on a screen is none there: its command has a code."""

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="vera", key="f2")
            await hand.choose("anna")
            await hand.arrive(CustomerScreen)
            await hand.until(lambda: "Freeze" in hand.footer(), "the keys")
            await hand.press("f1")
            await hand.arrive(Help)
            lines = str(hand.app.screen.query_one("#keys", Static).render()).splitlines()
            keys = [line[:8].strip() for line in lines if not line.startswith(" ")]
            assert "F5" in keys
            assert len(keys) == len(set(keys))
            assert any(line.startswith(" ") and "(:shift)" in line for line in lines)

    run(flow())


def test_the_palette_finds_every_command_by_its_words(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Home)
            room = hand.app.screen
            assert isinstance(room, Home)
            for command in (*anywhere.FROM_HOME, *anywhere.EVERYWHERE):
                if room.offers(command):
                    hits = [hit.text async for hit in Palette(room).search(command.footer.lower())]
                    assert command.footer in hits
            await hand.press("ctrl+p")
            await hand.until(lambda: isinstance(hand.app.screen, CommandPalette), "the palette")
            await hand.press(*_("Cases").lower())
            await hand.pilot.pause(0.5)
            await hand.press("enter")
            await hand.arrive(Cases)

    run(flow())


def test_a_code_runs_its_command(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Home)
            await hand.press("colon")
            await hand.until(lambda: isinstance(hand.app.screen, CodeEntry), "a line for the code")
            await hand.read(":cases")
            await hand.press(*"cases", "enter")
            await hand.arrive(Cases)
            await hand.press("colon", *"сфы", "enter")  # the keys of `cas` on a Cyrillic layout, and one command left
            await hand.until(lambda: len(hand.app.screen_stack) == 4, "the cases once more")
            await hand.press("colon", *"zz")
            await hand.read("✗ No command has this code.")
            await hand.press("enter", "escape", "escape", "escape", "f2")
            await hand.arrive(FindCustomer)
            await hand.press("colon")  # a colon in a field is a colon
            assert hand.app.screen.query_one(Input).value == ":"
            await hand.press("ctrl+r", *"app", "enter")
            await hand.arrive(Queue)

    run(flow())


def test_a_code_offers_no_more_than_the_role_may(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.press("ctrl+r")
            assert type(hand.app.screen) is SignIn
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.press("colon", *"app")
            await hand.read("✗ No command has this code.")
            await hand.press("enter")
            assert isinstance(hand.app.screen, CodeEntry)

    run(flow())


def test_a_letter_goes_to_its_field(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await open_form(hand)
            await hand.press("ctrl+g")
            await hand.until(lambda: isinstance(hand.app.screen, Jump), "letters")
            labels = list(hand.app.screen.query(".jump"))
            assert [str(label.render()) for label in labels] == ["A", "S", "D"]  # amount, what for, asset
            assert all(label.region.size == (3, 1) for label in labels)
            await hand.press("s")
            await hand.arrive(TakePayment)
            assert hand.app.focused is not None
            assert hand.app.focused.id == "remittance"
            await hand.press("ctrl+g", "ф")  # the same place as `a`
            assert hand.app.focused.id == "amount"
            assert hand.app.screen.query_one("#amount", Input).value == ""
            await hand.press("ctrl+g", "escape")
            await hand.arrive(TakePayment)

    run(flow())


def test_a_letter_goes_to_its_row(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f2")
            await hand.read("Anna Berger")
            await hand.press("ctrl+g", LETTERS[2])  # after the field come the rows
            listing = hand.app.screen.query_one(Listing)
            assert listing.has_focus
            assert listing.cursor_row == 1

    run(flow())


def test_keys_have_one_place() -> None:
    assert len(set(LETTERS)) == len(LETTERS) == 26
    assert sorted(latin("йцукенгшщзфывапролдячсмить")) == sorted(LETTERS)
    assert latin("ў") == "o"
    assert latin("pay") == "pay"


def test_an_answer_of_a_screen_that_was_left_breaks_nothing(branch: Branch, tmp_path: Path) -> None:
    """Whoever leaves before the bank has been asked leaves a screen that hangs in no program."""
    broken: list[str] = []
    door, done = Event(), Event()

    async def flow() -> None:
        async with terminal(branch, tmp_path, feed_s=3600) as hand:
            await hand.open(ShiftScreen, by="tim", key="f5")
            room = hand.app.screen
            assert isinstance(room, ShiftScreen)

            def call() -> None:
                door.wait(30)
                try:
                    assert room.bank is branch.bank
                except Exception as error:
                    broken.append(repr(error))
                    raise
                finally:
                    done.set()

            room.ask(call, lambda answer: None)
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.until(lambda: room._parent is None, "leaving for good")
            door.set()
            await hand.until(done.is_set, "the answer")

    run(flow())
    assert not broken


def test_the_line_of_keys_is_drawn_when_it_changes_and_takes_a_click(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, feed_s=3600) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Home)
            await hand.read("Nothing is open")
            line = hand.app.screen.query_one(Keys)
            drawn = line._offers
            hand.app.screen.refresh_bindings()
            await hand.pilot.pause()
            assert line._offers is drawn
            left = next(left for left, offer in line.placed if offer.key == "f2")
            await hand.pilot.mouse_down(line, offset=(left, 0))
            await hand.arrive(FindCustomer)

    run(flow())


def test_idle_it_locks_and_what_was_typed_stays(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size, idle_s=300) as hand:
            await open_form(hand)
            await hand.press("4", "2")
            first = hand.app.signed_in
            hand.app._touched_s -= 300  # five minutes later
            await hand.arrive(Lock)
            await hand.read("Locked by Tim Wolf.")
            assert "Anna" not in hand.seen()
            for key in ("escape", "f2", "f3", "f4", "f8", "colon", "ctrl+r", "ctrl+g", "ctrl+l"):
                await hand.press(key)
            assert type(hand.app.screen) is Lock
            hand.app.screen.query_one(Input).clear()
            await hand.enter("not-at-the-desk")
            await hand.read("Not signed in (1 in a row here)")
            await hand.enter(PASSWORD)
            await hand.arrive(TakePayment)
            assert hand.app.screen.query_one("#amount", Input).value == "42"
            assert hand.app.signed_in.operator.id == "tim"
            assert hand.app.signed_in.id != first.id
            await hand.until(lambda: _over(branch, first), "the session before has ended")

    run(flow())


def _over(branch: Branch, session: tp.Session) -> bool:
    try:
        tp.list_cases(branch.bank, by=session)
    except tp.SessionExpired:
        return True
    return False


def test_somebody_else_signs_out_whoever_locked(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await open_form(hand)
            await hand.press("ctrl+l")
            await hand.arrive(Lock)
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            assert hand.app.session is None
            await hand.sign_in("vera")
            await hand.arrive(Home)
            assert len(hand.app.screen_stack) == 2

    run(flow())


def test_a_payment_under_way_is_answered_before_it_locks(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, pay = Event(), tp.pay

    def slow(*args: Any, **fields: Any) -> Any:
        go_on.wait(10)
        return pay(*args, **fields)

    monkeypatch.setattr(tp, "pay", slow, raising=False)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            branch.fill_treasury()
            await fill(hand, PAYEE.text, "10")
            await hand.press("f9", "ctrl+l")
            hand.app.action_lock()  # as the clock does
            await hand.pilot.pause(0.1)
            assert type(hand.app.screen) is PayConfirm
            go_on.set()
            await hand.arrive(PaymentScreen)
            await hand.press("ctrl+l")
            await hand.arrive(Lock)
            await hand.enter(PASSWORD)
            await hand.arrive(PaymentScreen)
            assert len(payments(branch)) == 1

    run(flow())


def test_nobody_there_is_nothing_to_lock(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, idle_s=0.2) as hand:
            await hand.pilot.pause(0.6)
            assert type(hand.app.screen) is SignIn
            await hand.press("ctrl+l")
            assert type(hand.app.screen) is SignIn

    run(flow())


def test_the_help_of_a_locked_terminal_leads_nowhere(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await open_form(hand)
            await hand.press("ctrl+l")
            await hand.arrive(Lock)
            await hand.press("f1")
            await hand.arrive(Help)
            shown = [hit async for hit in Palette(hand.app.screen).discover()]
            assert not [hit for hit in shown if ":find)" in (hit.help or "")]
            for code in ("find", "pay", "unf"):
                await hand.press("colon")
                await hand.until(lambda: isinstance(hand.app.screen, CodeEntry), "typing a code")
                await hand.enter(code)
                await hand.read("No command has this code.")
                await hand.press("escape")
                await hand.arrive(Help)
            hand.app.action_find_customer()
            hand.app.action_lock()
            await hand.press("escape")
            await hand.arrive(Lock)
            await hand.enter(PASSWORD)
            await hand.arrive(TakePayment)

    run(flow())


def test_an_answer_that_comes_while_locked_waits_behind_the_lock(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, find = Event(), tp.find_customers

    def slow(*args: Any, **fields: Any) -> Any:
        found = find(*args, **fields)
        return found if args[1] != "Anna" or go_on.wait(10) else []

    monkeypatch.setattr(tp, "find_customers", slow, raising=False)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f3")
            await hand.enter("Anna")  # Enter before the answer: it opens the only one that is found
            await hand.press("ctrl+l")
            await hand.arrive(Lock)
            go_on.set()
            await hand.pilot.pause(0.3)
            assert type(hand.app.screen) is Lock
            assert "Anna" not in hand.seen()
            await hand.enter(PASSWORD)
            await hand.arrive(TakePayment)

    run(flow())
