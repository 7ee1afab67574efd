"""PINs: a customer's, given at the counter, and an operator's own."""

from pathlib import Path

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.lock import Lock
from terminal_app.screens.own_pin import OwnPin
from terminal_app.screens.self_service import SelfServiceScreen
from terminal_app.screens.sign_in import SignIn, is_pin
from tests.app.hand import PASSWORD, Hand, run, terminal
from tokenpay.testing import Branch
from tokenpay.testing.branch import PIN


async def at_the_customer(hand: Hand) -> None:
    await hand.open(FindCustomer, by="tim", key="f2")
    await hand.choose("anna")
    await hand.arrive(CustomerScreen)
    await hand.press("f11")
    await hand.arrive(SelfServiceScreen)


def opens(branch: Branch, pin: str) -> bool:
    try:
        tp.open_customer_session(branch.bank, customer_id=branch.anna.id, pin=pin, terminal="kiosk")
    except tp.WrongPassword:
        return False
    return True


def test_a_customer_chooses_a_pin_another_one_and_none(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await at_the_customer(hand)
            await hand.enter("402857")
            await hand.enter("402858")
            await hand.read("The two are not the same")
            assert not opens(branch, "402857")
            await hand.enter("123456")
            await hand.enter("123456")
            await hand.read("This PIN is too easy to guess")
            await hand.enter("402857")
            await hand.enter("402857")
            await hand.press("enter")  # twice: still one
            await hand.read("✓ Done: the number")
            assert all(field.password and not field.value for field in hand.app.screen.query(Input))
            assert "402857" not in hand.seen()
            assert opens(branch, "402857")
            assert _given(branch) == 1
            await hand.enter("615093")
            await hand.enter("615093")
            await hand.until(lambda: _given(branch) == 2, "another PIN")
            assert opens(branch, "615093")
            assert not opens(branch, "402857")
            await hand.until(lambda: "End self-service" in hand.footer(), "the answer")
            await hand.press("f10")
            await hand.read("End self-service for Anna Berger?")
            await hand.press("f9")
            await hand.read("✓ Self-service is ended")
            assert not opens(branch, "615093")

    run(flow())


def _given(branch: Branch) -> int:
    events = tp.read_events(branch.bank, by=branch.tim, limit=1000)
    return sum(event.kind == "self_service.opened" for event in events)


def test_a_frozen_customer_is_given_no_pin(branch: Branch, tmp_path: Path) -> None:
    tp.freeze_customer(branch.bank, branch.anna.id, reason="x", by=branch.vera)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await at_the_customer(hand)
            await hand.enter("402857")
            await hand.enter("402857")
            await hand.read("The customer is not active")
            assert not opens(branch, "402857")

    run(flow())


def test_an_operator_signs_in_and_unlocks_with_the_pin(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("tim", "918273")
            await hand.read("Not signed in (1 in a row here)")
            await hand.enter(PIN)
            await hand.arrive(Home)
            await hand.press("ctrl+l")
            await hand.arrive(Lock)
            await hand.enter(PIN)
            await hand.arrive(Home)
            await hand.press("ctrl+y")
            await hand.arrive(OwnPin)
            await hand.enter("918273")
            await hand.enter("918273")
            await hand.read("✗ You signed in with a PIN: sign out")
            await hand.press("escape", "ctrl+o")
            await hand.arrive(SignIn)
            await hand.sign_in("tim", PASSWORD)
            await hand.arrive(Home)
            await hand.press("ctrl+y")
            await hand.arrive(OwnPin)
            await hand.enter("777777")
            await hand.enter("777777")
            await hand.read("This PIN is too easy to guess")
            await hand.enter("918273")
            await hand.enter("918273")
            await hand.read("✓ The PIN is set")
            with pytest.raises(tp.WrongPassword):
                tp.open_session(branch.bank, operator_id="tim", pin=PIN, terminal="t")
            assert tp.open_session(branch.bank, operator_id="tim", pin="918273", terminal="t")

    run(flow())


def test_digits_alone_are_a_pin() -> None:
    assert [is_pin(text) for text in ("271828", "27182a", "at-the-desk", "١٢٣٤٥٦", "")] == [True, *[False] * 4]
