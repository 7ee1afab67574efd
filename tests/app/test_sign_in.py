"""Who may come in, and what each role is offered."""

from pathlib import Path

from textual.widgets import Input

from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.queue import Queue
from terminal_app.screens.sign_in import SignIn
from tests.app.hand import run, terminal
from tokenpay.testing import Branch


def test_a_wrong_password_is_one_line_and_a_right_one_opens_the_counter(
    branch: Branch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("tim", "not-at-the-desk")
            await hand.read("Not signed in (1 in a row here)")
            assert type(hand.app.screen) is SignIn
            assert hand.app.session is None
            await hand.enter("at-the-desk")
            await hand.arrive(Home)
            assert hand.app.signed_in.operator.id == "tim"

    run(flow())


def test_five_wrong_passwords_lock_and_the_screen_says_so(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim", "wrong-1-wrong")
            for tries in range(1, 6):
                await hand.read(f"({tries} in a row here)")
                await hand.enter(f"wrong-{tries}-wrong" if tries < 5 else "at-the-desk")
            await hand.read("(6 in a row here)")
            await hand.read("wait a quarter of an hour")
            assert hand.app.session is None

    run(flow())


def test_a_role_is_offered_what_it_may_do(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            assert {"Take", "Pay", "Find", "Exchange"} <= hand.footer()
            assert "Approve" not in hand.footer()
            await hand.press("f7")
            assert type(hand.app.screen) is Home
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.sign_in("vera")
            await hand.arrive(Home)
            assert "Approve" in hand.footer()
            await hand.press("f7")
            await hand.arrive(Queue)

    run(flow())


def test_a_session_that_ends_asks_again_and_keeps_what_was_typed(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f2")
            await hand.press("b", "o")
            branch.clock.advance(13 * 3600)
            await hand.arrive(SignIn)
            await hand.enter("at-the-desk")
            await hand.arrive(FindCustomer)
            await hand.read("Boris Keller")
            assert hand.app.screen.query_one("#text", Input).value == "bo"

    run(flow())
