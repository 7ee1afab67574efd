"""Self-service by key presses: looking, receiving, paying, and that nothing of one customer is there for the next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.display.view import STANDINGS
from terminal_app.memory import Memory
from terminal_app.screens.help import Help
from terminal_app.screens.sure import Sure
from terminal_app.self_service.account import Account
from terminal_app.self_service.app import SelfServiceApp
from terminal_app.self_service.door import Door
from terminal_app.self_service.pay import OwnConfirm, OwnPay
from terminal_app.self_service.payment import OwnPayment, ReceiptScreen
from terminal_app.self_service.receive import OwnRequest, Receive
from terminal_app.self_service.unanswered import Unanswered
from tests.app.hand import Hand, run, self_service
from tests.app.test_pay_out import PAYEE, payments, write
from tests.app.test_take_payment import deposit
from tokenpay.testing import DENIED, Branch, euro

ANNAS, BORIS = "402857", "615093"
SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def before() -> Callable[[Branch], object]:
    return at_work


def at_work(branch: Branch) -> None:
    """Let the treasury be able to pay on the chain, and the customers have PINs."""
    assert branch.fill_treasury() == 1
    for customer, pin in ((branch.anna, ANNAS), (branch.boris, BORIS)):
        tp.open_self_service(branch.bank, customer_id=customer.id, pin=pin, by=branch.tim, key=f"pin-{pin}")


async def enter(hand: Hand, customer: tp.Customer, pin: str = ANNAS, lands: type[Any] = Account) -> None:
    await hand.arrive(Door)
    await hand.enter(customer.id.removeprefix("C"))
    await hand.enter(pin)
    await hand.arrive(lands)


async def fill(hand: Hand, text: str, amount: str = "", *, lands: type[Any] = OwnConfirm) -> None:
    await hand.read("2")
    await hand.until(lambda: "Pay" in hand.footer(), "the account of somebody who may pay")
    await hand.press("f4")
    await hand.arrive(OwnPay)
    await write(hand, text, amount, lands=lands)


def test_balances_and_what_moved(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path, size) as hand:
            await enter(hand, branch.anna)
            await hand.read(f"2{SPACE}000.00{SPACE}DEUR")
            await hand.read("Anna Berger")
            assert {"Receive", "Pay", "Sign out"} <= hand.footer()
            assert not {"Not answered", "Back"} & hand.footer()
            await hand.press("escape")
            assert type(hand.app.screen) is Account
            await hand.press("enter")
            await hand.read("This money came from the chain")
            await hand.press("f1")
            await hand.arrive(Help)
            assert "(:" not in hand.seen()  # no code is typed here
            for words in ("Ctrl+P", "Ctrl+Q"):
                assert words not in hand.seen()
            await hand.press("escape", "f10")
            await hand.arrive(Door)
            assert hand.app.session is None

    run(flow())


def test_a_request_is_paid_once_and_its_receipt_is_shown(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")

    async def flow() -> None:
        async with self_service(branch, tmp_path, size) as hand:
            await enter(hand, branch.anna)
            await fill(hand, request.reference)
            await hand.read(f"customer {branch.boris.id} of this bank")
            await hand.read("As things stand, it is paid as soon as you confirm.")
            assert "Boris" not in hand.seen()
            await hand.press("enter", "space")
            assert not payments(branch)
            await hand.press("f9", "f9")
            await hand.arrive(OwnPayment)
            await hand.read("✓ FINAL")
            (payment,) = payments(branch)
            assert payment.intent.maker.startswith(branch.anna.id.lower())
            assert branch.balance(branch.boris) == "25.00 DEUR"
            assert tp.get_request(branch.bank, request.id, by=branch.tim).state is tp.RequestState.PAID
            assert Memory(tmp_path).unanswered() == []
            await hand.press("f5")
            await hand.arrive(ReceiptScreen)
            await hand.until(lambda: "25.000000 DEUR" in hand.seen(), "what the receipt says")
            assert "Boris" not in hand.seen()
            assert tp.issue_receipt(branch.bank, payment.id, by=branch.tim).is_original
            await hand.press("escape", "escape")
            await hand.arrive(Account)
            await hand.read(f"1{SPACE}975.00{SPACE}DEUR")
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_held_is_foreseen_and_then_approved(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path, size) as hand:
            await enter(hand, branch.anna)
            await fill(hand, PAYEE.text, "1500")
            await hand.read("somebody of the bank looks at it first")
            await hand.read("You have not paid this payee before")
            await hand.press("f9")
            await hand.arrive(OwnPayment)
            await hand.read("‖ HELD")
            (payment,) = payments(branch)
            assert payment.state is tp.PaymentState.HELD
            tp.approve(branch.bank, payment.id, by=branch.vera)
            branch.turn()
            branch.turn()
            await hand.read("✓ FINAL")
            assert branch.balance(branch.anna) == "500.00 DEUR"

    run(flow())


def test_a_screening_is_foreseen_and_held_in_words_that_tell_nothing(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path) as hand:
            await enter(hand, branch.anna)
            await fill(hand, DENIED.text, "20")
            await hand.read("somebody of the bank looks at it first")
            await hand.read("the bank looks at this payment: ask at the counter")
            assert "list" not in hand.seen().lower()
            await hand.press("f9")
            await hand.read("‖ HELD")
            await hand.read("the bank looks at this payment: ask at the counter")
            assert "list" not in hand.seen().lower()
            assert [payment.state for payment in payments(branch)] == [tp.PaymentState.HELD]

    run(flow())


def test_receiving_is_live_and_final(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path, size) as hand:
            await enter(hand, branch.boris, BORIS)
            await hand.until(lambda: "Receive" in hand.footer(), "somebody who may receive")
            await hand.press("f3")
            await hand.arrive(Receive)
            await hand.until(lambda: bool(hand.app.screen._assets), "assets")  # type: ignore[attr-defined]
            await hand.enter("75")
            await hand.enter("a bicycle")
            await hand.arrive(OwnRequest)
            await hand.read("○ PLEASE PAY")
            await hand.read("15:00 left")
            (issued,) = tp.find_requests(branch.bank, customer_id=branch.boris.id, by=branch.tim)
            await hand.press("f5")
            deposit(branch, issued.request.id, euro("75"))
            branch.chain.mine(1)
            tp.run_once(branch.bank, by=branch.engine)
            await hand.read("» SEEN")
            branch.turn()
            await hand.read("✓ PAID")
            assert branch.balance(branch.boris) == "75.00 DEUR"
            assert "Other code" not in hand.footer()

    run(flow())


def test_five_wrong_pins_are_locked_and_said_plainly(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path) as hand:
            await hand.enter(branch.anna.id)
            for tries in range(5):
                await hand.enter("918273")
                await hand.until(lambda: not hand.app.screen.waiting, f"answer {tries}")  # type: ignore[attr-defined]
                await hand.read("✗ Number or PIN is wrong" if tries < 4 else "✗ LOCKED: five wrong ones in a row")
            await hand.enter(ANNAS)
            await hand.until(lambda: not hand.app.screen.waiting, "the answer")  # type: ignore[attr-defined]
            assert type(hand.app.screen) is Door
            assert hand.app.session is None

    run(flow())


def test_a_frozen_customer_looks_and_nothing_else(branch: Branch, tmp_path: Path) -> None:
    tp.freeze_customer(branch.bank, branch.anna.id, reason="a call from the police", by=branch.vera)

    async def flow() -> None:
        async with self_service(branch, tmp_path) as hand:
            await enter(hand, branch.anna)
            await hand.read(f"2{SPACE}000.00{SPACE}DEUR")
            await hand.read("You can look here. To pay and to receive, ask at the counter.")
            assert not {"Pay", "Receive"} & hand.footer()
            await hand.press("f3", "f4")
            assert type(hand.app.screen) is Account
            for telling in ("frozen", "FROZEN", "police"):
                assert telling not in hand.seen()

    run(flow())


def test_idle_it_counts_down_signs_out_and_leaves_nothing(
    branch: Branch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path, size) as hand:
            await enter(hand, branch.anna)
            await fill(hand, PAYEE.text, "42")
            session = hand.app.signed_in
            hand.app._touched_s -= 585
            await hand.read("Are you still there? Signing out in")
            await hand.press("escape")  # a key stays
            await hand.until(lambda: not hand.app.alarm, "the countdown ends")
            await hand.arrive(OwnPay)
            hand.app._touched_s -= 600
            await hand.arrive(Door)
            cast(SelfServiceApp, hand.app).leave_if_idle()  # it looks again, and the word stays
            await hand.read("You were signed out: no key was pressed for a while.")
            assert len(hand.app.screen_stack) == 2
            for word in ("Anna", branch.anna.id, "42", PAYEE.text, "DEUR", "rent"):
                assert word not in hand.seen()
            assert [field.value for field in hand.app.screen.query(Input)] == ["", ""]
            await hand.until(lambda: _over(branch, session), "the session ends at the bank")
            await enter(hand, branch.boris, BORIS)
            await hand.read("Boris Keller")
            assert "Anna" not in hand.seen()
            assert not payments(branch)

    run(flow())


def test_what_somebody_typed_and_left_is_forgotten(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path) as hand:
            await hand.enter(branch.anna.id)
            await hand.press("4", "0", "2")
            hand.app._touched_s -= 600
            await hand.until(lambda: not any(f.value for f in hand.app.screen.query(Input)), "empty fields")
            for key in ("ctrl+q", "ctrl+c", "ctrl+p", "colon", "ctrl+l", "f2", "f4"):
                await hand.press(key)
            assert type(hand.app.screen) is Door
            assert hand.app.is_running

    run(flow())


def test_a_session_that_ends_goes_to_the_door(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with self_service(branch, tmp_path) as hand:
            await enter(hand, branch.anna)
            branch.clock.advance(901)
            await hand.arrive(Door)
            await hand.read("Your session has ended: sign in again.")
            assert "DEUR" not in hand.seen()

    run(flow())


def killed_in_the_middle(monkeypatch: pytest.MonkeyPatch, *, paid: bool) -> None:
    """Let the bank carry a payment out, or never get it, and its answer never come."""
    pay = tp.pay

    def lost(*args: Any, **fields: Any) -> Any:
        if paid:
            pay(*args, **fields)
        raise tp.StoreUnavailable("the database does not answer")

    monkeypatch.setattr(tp, "pay", lost, raising=False)


@pytest.mark.parametrize("paid", [True, False])
def test_after_a_kill_the_same_customer_is_told_and_nobody_else(
    branch: Branch, tmp_path: Path, paid: bool, size: tuple[int, int]
) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")

    async def flow() -> None:
        with pytest.MonkeyPatch.context() as patch:
            killed_in_the_middle(patch, paid=paid)
            async with self_service(branch, tmp_path, size) as hand:
                await enter(hand, branch.anna)
                await fill(hand, request.reference)
                await hand.press("f9")
                await hand.read("! NO ANSWER")
        # the program is gone; another comes up
        async with self_service(branch, tmp_path, size) as hand:
            await enter(hand, branch.boris, BORIS)
            assert "Not answered" not in hand.footer()
            await hand.press("f10")
            await enter(hand, branch.anna, lands=Unanswered)
            if paid:
                await hand.read("✓ FINAL")
                await hand.press("enter")
            else:
                await hand.read("never got it")
                await hand.press("f9", "f9")
            await hand.arrive(OwnPayment)
            await hand.read("✓ FINAL")
            assert len(payments(branch)) == 1
            assert branch.balance(branch.boris) == "25.00 DEUR"
            assert Memory(tmp_path).unanswered() == []

    run(flow())


def test_what_the_bank_never_got_is_forgotten_when_the_customer_says_so(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        with pytest.MonkeyPatch.context() as patch:
            killed_in_the_middle(patch, paid=False)
            async with self_service(branch, tmp_path) as hand:
                await enter(hand, branch.anna)
                await fill(hand, PAYEE.text, "10")
                await hand.press("f9")
                await hand.read("! NO ANSWER")
                hand.app._touched_s -= 600
                await hand.arrive(Door)
        async with self_service(branch, tmp_path) as hand:
            await enter(hand, branch.anna, lands=Unanswered)
            await hand.read("never got it")
            await hand.press("f10")
            await hand.arrive(Sure)
            await hand.press("f9")
            await hand.read("Nothing is unfinished.")
            assert not payments(branch)
            assert Memory(tmp_path).unanswered() == []

    run(flow())


def _over(branch: Branch, session: tp.Session) -> bool:
    try:
        tp.balances(branch.bank, session.operator.customer_id, by=session)
    except tp.SessionExpired:
        return True
    return False


def test_every_way_a_request_stands_has_words_for_who_pays() -> None:
    assert set(STANDINGS) == set(tp.RequestState)
