"""A scanner types whatever stands in a code, the bytes of function keys too: nothing of consequence is done by it."""

import asyncio
from pathlib import Path
from time import monotonic, sleep

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input, Static

import tokenpay as tp
from terminal_app.frame import AFTER_S, HURRY_S
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.room import Room
from terminal_app.widgets.listing import Listing
from tests.app.hand import Hand, run, terminal
from tests.app.spoken import on_screen
from tests.app.test_pay_out import fill, payments
from tokenpay.testing import Branch, euro

TOGETHER = "came together with others"


async def scan(hand: Hand, *keys: str) -> None:
    """Press keys as a scanner does, one straight after the other, on a machine of any speed."""
    hand.app.hurry_s = 60
    await hand.press(*keys)
    await hand.pilot.pause()
    hand.app.hurry_s = 0


def send(hand: Hand, *keys: str, at_s: float | None = None) -> None:
    """Put keys in line at once, whatever else the machine does, as pressed then: one straight after the other."""
    assert hand.app._driver is not None
    for number, key in enumerate(keys):
        event = events.Key(_character_to_key(key) if len(key) == 1 else key, key if len(key) == 1 else None)
        event.time = event.time if at_s is None else at_s + number / 1_000
        hand.app._driver.send_message(event)


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


async def at_home(hand: Hand, *keys: str, by: str = "tim") -> Home:
    """Sign in, and scan at the counter's first screen; returns that screen."""
    await hand.sign_in(by)
    await hand.arrive(Home)
    counter = hand.app.screen
    assert isinstance(counter, Home)
    await hand.until(lambda: "…" not in str(hand.app.screen.query_one("#summary", Static).content), "what is open")
    await scan(hand, *keys)
    return counter


@pytest.mark.parametrize("form", ["our reference", "an address", "a wallet's link", "pasted"])
def test_what_is_scanned_at_the_counter_is_paid_once_it_is_said_by_whom(
    branch: Branch, tmp_path: Path, form: str
) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")
    text = {
        "our reference": request.reference,
        "an address": f"0x{'7' * 40}",
        "a wallet's link": str(tp.Eip681.of(request)),
        "pasted": request.reference,
    }[form]

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            if form == "pasted":
                await at_home(hand)
                hand.app.post_message(events.Paste(text))
            else:
                await at_home(hand, *text, "enter")
            await hand.arrive(FindCustomer)
            await hand.read("Who pays it?")
            if form != "an address":
                await hand.read("25.00\N{NO-BREAK SPACE}DEUR")
            await hand.press(*"anna")
            await hand.until(lambda: hand.app.screen.query_one(Listing).row_count == 1, "Anna alone")
            await hand.press("enter")
            await hand.arrive(PayOut)
            assert hand.app.screen.query_one("#target", Input).value == text
            if form == "an address":
                await hand.read("Not a request of this bank")
                await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "the amount is asked for")
            else:
                await hand.read("pays Boris Keller")
                await hand.until(lambda: getattr(hand.app.focused, "id", "") == "remittance", "it is taken in")
            assert not payments(branch)

    run(flow())


def test_a_scanner_that_presses_no_enter(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await at_home(hand)
            hand.app.hurry_s = 0.05
            send(hand, *f"0x{'7' * 40}")
            await hand.arrive(FindCustomer)

    run(flow())


def test_a_scan_is_whole_on_a_terminal_that_was_busy_meanwhile(branch: Branch, tmp_path: Path) -> None:
    """What was pressed in time waits in line; that its time is up by now ends nothing."""

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            counter = await at_home(hand)
            hand.app.hurry_s = 2
            send(hand, *f"0x{'7' * 20}")
            await hand.until(lambda: len(counter._typed) == 22, "the first half")
            sleep(2.5)  # nothing else runs
            send(hand, *("7" * 20), at_s=counter._pressed_s + 0.1)
            await hand.arrive(FindCustomer)

    run(flow())


def test_two_scans_on_a_terminal_that_was_busy_meanwhile_are_two(branch: Branch, tmp_path: Path) -> None:
    """Whoever scans again because nothing happens has not scanned another code."""
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await at_home(hand)
            hand.app.hurry_s, hand.app.after_s = 1, 0.2
            began_s = monotonic()
            for late_s in (0, 2):
                send(hand, *request.reference, "enter", at_s=began_s + late_s)
            await hand.arrive(FindCustomer)
            await hand.read("25.00\N{NO-BREAK SPACE}DEUR")

    run(flow())


@pytest.mark.parametrize(
    ("keys", "paid"),
    [
        ([("f9", 0), ("enter", 0.05)], False),
        ([("f12", 0), ("ctrl+q", 0.8), ("f9", 0.802)], False),  # a person's key, and then a code
        ([("7", 0), ("f9", 0.002), ("7", 0.004)], False),
        ([("f9", 0), ("f12", 1.5)], True),
    ],
    ids=["another follows", "another before", "another before and after", "alone"],
)
def test_a_key_that_decides_is_judged_by_when_it_was_pressed(
    branch: Branch, tmp_path: Path, keys: list[tuple[str, float]], paid: bool
) -> None:
    """However busy the terminal was: all stand in line before one of them is obeyed."""

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, f"eip155:31337:0x{'7' * 40}", "5")
            hand.app.hurry_s, hand.app.after_s = HURRY_S, AFTER_S
            began_s = hand.app.pressed_s + 1
            for key, late_s in keys:
                send(hand, key, at_s=began_s + late_s)
            await hand.read("REFUSED" if paid else TOGETHER)  # as the treasury holds too few
            await asyncio.sleep(3 * AFTER_S)  # what is still to come of it would be there
            assert on_screen("REFUSED", hand.seen()) is paid

    run(flow())


def test_a_key_that_decides_is_not_alone_though_another_is_taken_in_late(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, f"eip155:31337:0x{'7' * 40}", "5")
            hand.app.after_s = 2
            send(hand, "f9")
            await hand.until(lambda: hand.app._waits is not None, "it is waited whether another follows")
            sleep(2.5)  # nothing else runs
            send(hand, "enter", at_s=hand.app.pressed_s + 0.1)
            await hand.read(TOGETHER)
            assert not payments(branch)

    run(flow())


@pytest.mark.parametrize("of", ["a request that is over", "a receipt"])
def test_what_is_known_and_paid_by_nobody_is_shown(branch: Branch, tmp_path: Path, of: str) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")
    payment = tp.pay(
        branch.bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=request.payee,
        amount=euro("25"),
        request_id=request.id,
        by=branch.tim,
        key="paid",
    )
    assert isinstance(payment, tp.Payment)
    text, room = (payment.id.upper(), PaymentScreen) if of == "a receipt" else (request.reference, RequestScreen)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await at_home(hand, *text, "enter")
            await hand.arrive(room)
            await hand.read("✓ FINAL" if of == "a receipt" else "✓ PAID")

    run(flow())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4006381333931", "This is not a payment request, nor an address"),
        ("TKP:0000000000000000000000000Z", "This bank has issued no such reference"),
        ("https://example.com/pay", "This is a link to a web page"),
        ("00000000-0000-4000-8000-000000000000", "There is no such payment"),
    ],
)
def test_what_no_bank_knows_is_one_line(branch: Branch, tmp_path: Path, text: str, said: str) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await at_home(hand, *text, "enter")
            await hand.read(said)
            branch.issue(branch.boris, euro("25"), key="something happens")
            await hand.read("25.00")
            await hand.read(said)
            assert type(hand.app.screen) is Home
            await hand.press("f2")
            await hand.arrive(FindCustomer)
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.until(lambda: said not in hand.seen(), "what is over goes")

    run(flow())


@pytest.mark.parametrize(
    "keys",
    [("f4",), ("enter", "f4", "a", "n", "n", "a", "enter"), ("escape", "f9", "f6"), ("ctrl+y",)],
    ids=["a key of the counter", "a payer of the code's choice", "the stop", "a PIN"],
)
def test_a_scan_presses_no_key_of_the_counter(branch: Branch, tmp_path: Path, keys: tuple[str, ...]) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            hand.app.after_s = 0.5
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.read("Boris Keller")
            await scan(hand, *request.reference, *keys, "enter")
            assert type(hand.app.screen) is Home
            await hand.read(TOGETHER)
            counter = hand.app.screen
            assert isinstance(counter, Home)
            await hand.until(lambda: not counter._typed, "the scan is over")
            hand.app.look_now()
            await hand.pilot.pause()
            await hand.read(TOGETHER)  # a look at the bank leaves it there
            await hand.press("enter")
            await hand.arrive(RequestScreen)

    run(flow())


def test_the_counter_offers_no_way_back(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await at_home(hand)
            await hand.press("escape")
            assert type(hand.app.screen) is Home
            assert "Back" not in hand.footer()

    run(flow())
