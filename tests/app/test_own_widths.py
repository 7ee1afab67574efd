"""The screens for customers at 80 columns, in the language that the tests are run with: nothing is cut."""

from collections.abc import Callable
from pathlib import Path

import pytest

from terminal_app.display.screen import Display
from terminal_app.memory import Memory
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.own_pin import OwnPin
from terminal_app.screens.self_service import SelfServiceScreen
from terminal_app.self_service.account import Account
from terminal_app.self_service.door import Door
from terminal_app.self_service.pay import OwnConfirm, OwnPay
from terminal_app.self_service.payment import OwnPayment, ReceiptScreen
from terminal_app.self_service.receive import OwnRequest, Receive
from terminal_app.self_service.unanswered import Unanswered
from tests.app.hand import Hand, customer_screen, run, self_service, terminal
from tests.app.test_customer_screen import let_in
from tests.app.test_own_account import at_work, enter, fill, killed_in_the_middle
from tests.app.test_pay_out import PAYEE
from tests.app.test_widths import cut, see
from tokenpay.testing import Branch, euro


async def leave(hand: Hand, *keys: str) -> None:
    await hand.press(*keys)
    await hand.pilot.pause(0.05)


@pytest.fixture
def before() -> Callable[[Branch], object]:
    return at_work


def test_a_customer_sees_every_name_whole(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path) as hand:
            await see(hand, Door)
            await leave(hand, "f1")
            await see(hand, Help)
            await leave(hand, "escape")
            await enter(hand, branch.anna)
            await see(hand, Account, "Anna Berger")
            hand.app._touched_s -= 581
            await see(hand, Account, "Are you still there?")
            await leave(hand, "f1")
            await see(hand, Help)
            await leave(hand, "escape", "f3")
            await see(hand, Receive)
            await hand.until(lambda: bool(hand.app.screen._assets), "assets")  # type: ignore[attr-defined]
            await hand.enter("75")
            await hand.enter("a bicycle")
            await see(hand, OwnRequest, "PLEASE PAY")
            await leave(hand, "escape")
            await fill(hand, PAYEE.text, "1500")
            await see(hand, OwnConfirm, "somebody of the bank looks at it first")
            await leave(hand, "escape")
            await see(hand, OwnPay)
            await leave(hand, "enter", "f9")
            await see(hand, OwnPayment, "HELD")
            await leave(hand, "f5")
            await see(hand, ReceiptScreen)
            await leave(hand, "escape", "escape")
            with pytest.MonkeyPatch.context() as patch:
                killed_in_the_middle(patch, paid=False)
                await fill(hand, PAYEE.text, "10")
                await hand.press("f9")
                await hand.read("! NO ANSWER")
                assert not list(cut(hand.app.screen))
            await leave(hand, "escape", "escape", "f10")
            await enter(hand, branch.anna, lands=Unanswered)
            await see(hand, Unanswered, "never got it")

    run(flow())


def test_pins_show_every_name_whole(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.press("ctrl+y")
            await see(hand, OwnPin)
            await leave(hand, "escape", "f2")
            await hand.arrive(FindCustomer)
            await hand.read("Anna Berger")
            await hand.press(*"anna")
            await hand.until(lambda: "Boris" not in hand.seen(), "one customer left")
            await leave(hand, "enter")
            await see(hand, CustomerScreen, branch.anna.id)
            await leave(hand, "f11")
            await see(hand, SelfServiceScreen)
            await hand.enter("123456")
            await hand.enter("123456")
            await see(hand, SelfServiceScreen, "This PIN is too easy to guess")

    run(flow())


def test_the_customers_screen_shows_every_word_whole(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with customer_screen(branch, tmp_path) as screen:
            await let_in(screen)
            await see(screen, Display, "Welcome")
            request = branch.issue(branch.boris, euro("12345.67"), key="r")
            Memory(tmp_path).show(request.id)
            await see(screen, Display, "PLEASE PAY")
            branch.receive(request, euro("45.67"))
            await see(screen, Display, "PART PAID")
            branch.clock.advance(901)
            await see(screen, Display, "TIME IS UP")

    run(flow())
