"""Take a payment: from an amount to final money, and back again after a restart."""

from pathlib import Path

import pytest

import tokenpay as tp
from terminal_app.screens.enrol import Enrol
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.requests import Requests
from terminal_app.screens.take_payment import TakePayment
from terminal_app.widgets.listing import Listing
from tests.app.hand import Hand, run, terminal
from tokenpay.testing import Branch, euro
from tokenpay.testing.branch import CONTRACT


async def ask_for(hand: Hand, amount: str, customer: str = "boris") -> str:
    """Sign Tim in, open a request for a customer, and return its id."""
    await hand.open(FindCustomer, by="tim", key="f3")
    await hand.choose(customer)
    await hand.arrive(TakePayment)
    await hand.enter(amount)
    await hand.enter("rent")
    await hand.arrive(RequestScreen)
    await hand.read("OPEN")
    assert isinstance(hand.app.screen, RequestScreen)
    return hand.app.screen.request_id


def deposit(branch: Branch, request_id: str, amount: tp.Amount) -> None:
    request = tp.get_request(branch.bank, request_id, by=branch.tim).request
    assert request.deposit_address is not None
    branch.chain.deposit(CONTRACT, request.deposit_address, amount.units)


def test_seen_then_final(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            request_id = await ask_for(hand, "250.00")
            issued = tp.get_request(branch.bank, request_id, by=branch.tim)
            assert issued.request.amount == euro("250")
            assert issued.request.payee == f"customer/{branch.boris.id}"
            assert issued.request.remittance_information == "rent"
            await hand.read(issued.request.reference)
            await hand.read("15:00 left")

            deposit(branch, request_id, euro("250"))
            branch.chain.mine(1)
            tp.run_once(branch.bank, by=branch.engine)
            await hand.read("seen, not final yet")
            await hand.read("OPEN")
            assert branch.balance(branch.boris) in ("nothing", "0.00 DEUR")

            branch.turn()
            await hand.read("✓ PAID")
            await hand.read("final, credited")
            assert branch.balance(branch.boris) == "250.00 DEUR"
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_escape_leaves_it_running_and_a_restart_finds_it_again(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            request_id = await ask_for(hand, "75")
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.read("○ OPEN")
        deposit(branch, request_id, euro("30"))
        branch.turn()
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.read("◐ PART PAID")
            await hand.press("enter")
            await hand.arrive(RequestScreen)
            await hand.read("30.00\N{NO-BREAK SPACE}DEUR final, credited")
            await hand.read("still due 45.00\N{NO-BREAK SPACE}DEUR")

    run(flow())


def test_time_runs_out(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            request_id = await ask_for(hand, "75")
            branch.clock.advance(901)
            await hand.read("✗ EXPIRED")
            assert not hand.app.screen.query_one("#code").display
            assert "Other code" not in hand.footer()
            deposit(branch, request_id, euro("75"))
            branch.chain.mine(1, timestamp_s=branch.clock.now_s())
            branch.turn()
            await hand.read("! PAID TOO LATE")
            assert len(tp.list_cases(branch.bank, by=branch.vera)) == 1

    run(flow())


def test_what_cannot_be_asked_for_stays_typed(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f3")
            await hand.read("Anna Berger")
            await hand.press("enter")
            await hand.arrive(TakePayment)
            await hand.press(*"1,5", "full_stop", *"1234567", "enter")  # the comma is not taken
            await hand.enter("rent")
            await hand.read("DEUR has 6 decimals")
            assert type(hand.app.screen) is TakePayment
            assert not tp.read_events(branch.bank, by=branch.tim, limit=1000)[-1].kind.startswith("request")

    run(flow())


def test_a_new_customer_is_enrolled_on_the_way(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f3")
            await hand.press(*"dora")
            await hand.read("Nobody is called that")
            await hand.press("f5")
            await hand.arrive(Enrol)
            await hand.press("enter")
            await hand.arrive(TakePayment)
            (dora,) = tp.find_customers(branch.bank, "dora", by=branch.tim)
            await hand.read(dora.id)

    run(flow())


def test_a_request_is_cancelled_after_a_second_look(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            request_id = await ask_for(hand, "75")
            await hand.press("f6")
            await hand.read("Stop asking")
            await hand.press("escape")
            await hand.arrive(RequestScreen)
            assert tp.get_request(branch.bank, request_id, by=branch.tim).state is tp.RequestState.OPEN
            await hand.press("f6")
            await hand.read("Stop asking")
            await hand.press("f9")
            await hand.read("✗ CANCELLED")
            assert tp.get_request(branch.bank, request_id, by=branch.tim).state is tp.RequestState.CANCELLED

    run(flow())


def test_a_list_that_is_not_the_whole_says_so(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        branch.issue(branch.boris, euro("25"), key=f"asked-{number}")
    monkeypatch.setattr("terminal_app.screens.requests.MOST", 2)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(Requests, by="tim", key="f10")
            await hand.until(lambda: hand.app.screen.query_one(Listing).row_count == 2, "the newest")
            assert hand.seen().splitlines()[1].endswith(": 2+")

    run(flow())
