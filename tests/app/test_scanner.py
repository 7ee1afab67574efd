"""A scanner types whatever stands in a code, the bytes of function keys too: nothing of consequence is done by it."""

from pathlib import Path

import pytest

import tokenpay as tp
from terminal_app.frame import HURRY_S
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.room import Room
from tests.app.hand import Hand, run, terminal
from tests.app.test_pay_out import fill, payments
from tokenpay.testing import Branch, euro

TOGETHER = "came together with others"


async def scan(hand: Hand, *keys: str) -> None:
    """Press keys as a scanner does, one straight after the other, on a machine of any speed."""
    hand.app.hurry_s = 60
    await hand.press(*keys)
    await hand.pilot.pause()
    hand.app.hurry_s = 0


def test_a_code_that_types_the_confirming_key_pays_nobody(branch: Branch, tmp_path: Path) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, request.reference)
            await scan(hand, "enter", "f9", "f9")
            await hand.read(TOGETHER)
            assert type(hand.app.screen) is PayConfirm
            assert not payments(branch)
            assert hand.app.memory.unanswered() == []
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            assert [payment.state for payment in payments(branch)] == [tp.PaymentState.FINAL]

    run(flow())


def test_a_code_of_nothing_but_the_key_ends_with_enter(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, f"eip155:31337:0x{'7' * 40}", "5")
            hand.app.after_s = 60
            await hand.press("f9", "enter")
            await hand.read(TOGETHER)
            assert type(hand.app.screen) is PayConfirm
            assert not payments(branch)
            hand.app.after_s = 0.01
            await hand.press("f9")
            await hand.until(lambda: type(hand.app.screen) is not PayConfirm or "REFUSED" in hand.seen(), "an answer")

    run(flow())


@pytest.mark.parametrize("keys", [("ctrl+p", *"Confirm", "enter"), ("x", "ctrl+q")], ids=["the palette", "the end"])
def test_no_other_way_leads_there_either(branch: Branch, tmp_path: Path, keys: tuple[str, ...]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, f"eip155:31337:0x{'7' * 40}", "5")
            await scan(hand, *keys)
            await hand.until(lambda: type(hand.app.screen) is PayConfirm, "the palette closed")
            await hand.read(TOGETHER)
            assert not payments(branch)
            assert hand.app.is_running

    run(flow())


def test_nobody_approves_in_passing(branch: Branch, tmp_path: Path) -> None:
    held = tp.pay(
        branch.bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=f"customer/{branch.boris.id}",
        amount=euro("1500"),
        by=branch.tim,
        key="held",
    )
    assert isinstance(held, tp.Payment)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Home)
            await hand.read("‖ HELD")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read(held.id)
            await scan(hand, "enter", "f9", "f9")
            await hand.read(TOGETHER)
            await hand.press("f9")
            await hand.read("Approve exactly this payment?")
            await scan(hand, "x", "f9")  # the second half of a key that is held down
            assert tp.get_payment(branch.bank, held.id, by=branch.vera).state is tp.PaymentState.HELD

    run(flow())


@pytest.mark.parametrize(
    ("by", "first", "room", "key"),
    [
        ("tim", "f2", CustomerScreen, "f11"),
        ("vera", "f2", CustomerScreen, "f8"),
        ("vera", "f9", BranchScreen, "f6"),
        ("tim", "", Home, "ctrl+y"),
    ],
    ids=["a customer's PIN", "a customer is frozen", "everything is stopped", "one's own PIN"],
)
def test_what_a_code_could_set_or_stop(
    branch: Branch, tmp_path: Path, by: str, first: str, room: type[Room], key: str
) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in(by)
            await hand.arrive(Home)
            if first:
                await hand.press(first)
            if room is CustomerScreen:
                await hand.arrive(FindCustomer)
                await hand.choose("anna")
            await hand.arrive(room)
            await hand.pilot.pause()
            await scan(hand, "space", key)
            await hand.read(TOGETHER)
            assert type(hand.app.screen) is room

    run(flow())


def test_a_key_is_not_held_down_into_the_next_screen() -> None:
    """A keyboard repeats a key after half a second at most."""
    assert HURRY_S > 0.5
