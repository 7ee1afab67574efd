"""Cases and requests that did not go as asked: what the screen says, and the next key."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.screens.case import CaseScreen
from terminal_app.screens.case_money import CreditFromCase, RefundFromCase
from terminal_app.screens.cases import Cases
from terminal_app.screens.confirm import Confirm
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.requests import Requests
from terminal_app.screens.take_payment import TakePayment
from terminal_app.screens.unfinished import Unfinished
from terminal_app.widgets.listing import Listing
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.spoken import typed
from tests.app.test_screens import check_footer
from tokenpay.testing import DENIED, OUTSIDER, Branch, FakeScreener, euro

PAYEE = tp.Address(b"\x77" * 20)


def overpaid(branch: Branch) -> tp.Case:
    branch.clock.advance(1)  # newer than what the branch begins with: it stands first
    branch.receive(branch.issue(branch.boris, euro("25"), key="over"), euro("30"))
    (case,) = tp.list_cases(branch.bank, by=branch.vera)
    return case


async def to_case(hand: Hand, operator: str = "vera") -> None:
    await hand.open(Cases, by=operator, key="f8")
    await hand.read("paid too much")
    await hand.press("enter")
    await hand.arrive(CaseScreen)
    await hand.read("○ STILL OPEN")


async def refund_to(hand: Hand, address: str) -> None:
    await hand.press("f4")
    await hand.arrive(RefundFromCase)
    await hand.until(lambda: hand.app.screen.query_one("#amount", Input).value == typed("5.00"), "what stands there")
    hand.app.screen.query_one("#target", Input).focus()
    await hand.enter(address)


def test_a_case_is_refunded_to_an_address_and_resolved(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    branch.fill_treasury()
    case = overpaid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await to_case(hand)
            await hand.read("5.00\N{NO-BREAK SPACE}DEUR")
            await hand.read("more arrived than was asked for")
            assert {"Credit", "Refund"} <= hand.footer()
            assert "Resolve" not in hand.footer()
            check_footer(hand)
            await refund_to(hand, PAYEE.text)
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "a payee")
            await hand.press("enter")
            await hand.arrive(Confirm)
            await hand.read(PAYEE.text)
            await hand.read("0x 7777 7777")
            await hand.press("f9", "f9")
            await hand.arrive(PaymentScreen)
            await hand.read("CLEARED")
            branch.turn()
            branch.turn()
            await hand.read("✓ FINAL")
            assert tp.case_balances(branch.bank, case.id, by=branch.vera) == []
            await hand.press("escape", "f8")
            await hand.arrive(Cases)
            await hand.read("paid too much")
            await hand.press("enter")
            await hand.arrive(CaseScreen)
            await hand.read("refund")
            await hand.press("f9")
            await hand.read("What was done about this case?")
            await hand.press("enter")
            await hand.read("Write a reason first")
            await hand.enter("paid back what was too much")
            await hand.read("✓ RESOLVED")
            await hand.read("paid back what was too much")
            assert not tp.get_case(branch.bank, case.id, by=branch.vera).is_open

    run(flow())


def test_a_case_is_credited_to_a_customer(branch: Branch, tmp_path: Path) -> None:
    case = overpaid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_case(hand)
            await hand.press("f3")
            await hand.arrive(FindCustomer)
            await hand.choose("boris")
            await hand.arrive(CreditFromCase)
            await hand.until(
                lambda: hand.app.screen.query_one("#amount", Input).value == typed("5.00"), "what stands there"
            )
            await hand.press("enter")
            await hand.arrive(Confirm)
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            await hand.read("✓ FINAL")
            assert branch.balance(branch.boris) == "30.00 DEUR"
            assert tp.case_balances(branch.bank, case.id, by=branch.vera) == []

    run(flow())


def test_a_reference_of_this_bank_is_no_address_to_refund_to(branch: Branch, tmp_path: Path) -> None:
    overpaid(branch)
    request = branch.issue(branch.boris, euro("5"), key="asks")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_case(hand)
            await refund_to(hand, request.reference)
            await hand.read("A refund goes to an address")
            assert type(hand.app.screen) is RefundFromCase

    run(flow())


def test_a_teller_reads_a_case_and_decides_nothing(branch: Branch, tmp_path: Path) -> None:
    overpaid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_case(hand, "tim")
            assert not {"Credit", "Refund", "Resolve"} & hand.footer()
            await hand.press("f4", "f9")
            assert type(hand.app.screen) is CaseScreen

    run(flow())


def test_what_a_teller_is_not_told_is_about_nobody_elses_payments(branch: Branch, tmp_path: Path) -> None:
    for payee in (DENIED.caip10(31_337), f"customer/{branch.boris.id}"):
        anna = f"customer/{branch.anna.id}"
        tp.pay(branch.bank, debtor=anna, creditor=payee, amount=euro("25"), by=branch.tim, key=payee[:8])
    assert len(tp.find_payments(branch.bank, by=branch.tim)) == 1

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(Cases, by="tim", key="f8")
            await hand.read("other")
            await hand.press("enter")
            await hand.arrive(CaseScreen)
            await hand.read("○ STILL OPEN · other")
            assert hand.app.screen.query_one(Listing).row_count == 0

    run(flow())


def test_a_kill_in_the_middle_of_a_refund_is_found_again(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch.fill_treasury()
    case = overpaid(branch)
    gate = Gate(monkeypatch, "refund")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_case(hand)
            await refund_to(hand, PAYEE.text)
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "a payee")
            await hand.press("enter")
            await hand.arrive(Confirm)
            await hand.press("f9", "f9")
            await hand.until(lambda: gate.done == 1, "the bank has it")
            hand.app.exit()
        gate.go_on.set()
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Unfinished)
            await hand.read("▸ CLEARED")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
        assert gate.calls == 1
        assert len(tp.find_payments(branch.bank, by=branch.vera, related=case.id)) == 1

    run(flow())


def test_an_overpaid_request_leads_to_its_case(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    case = overpaid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(Requests, by="tim", key="f10")
            await hand.press("f5")
            await hand.read("! OVERPAID")
            await hand.press("enter")
            await hand.arrive(RequestScreen)
            await hand.read("the money is safe in suspense")
            assert "The case" in hand.footer()
            check_footer(hand)
            await hand.press("f8")
            await hand.arrive(CaseScreen)
            await hand.read(case.id)

    run(flow())


def test_a_part_that_came_in_time_leads_to_a_new_request_for_the_rest(branch: Branch, tmp_path: Path) -> None:
    request = branch.issue(branch.boris, euro("75"), key="part")
    branch.receive(request, euro("30"))

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.read("◐ PART PAID")
            await hand.press("enter")
            await hand.arrive(RequestScreen)
            await hand.read("The same code takes the rest.")
            assert "Ask for the rest" not in hand.footer()
            branch.clock.advance(901)
            await hand.read("✗ EXPIRED")
            await hand.read("F4 asks for the rest")
            await hand.press("f4")
            await hand.arrive(TakePayment)
            await hand.until(lambda: bool(hand.app.screen._assets), "assets to choose from")  # type: ignore[attr-defined]
            assert hand.app.screen.query_one("#amount", Input).value == typed("45.00")
            await hand.press("enter")
            await hand.enter("the rest")
            await hand.arrive(RequestScreen)
            await hand.read("○ OPEN")
            (again,) = tp.find_requests(branch.bank, by=branch.tim, states=[tp.RequestState.OPEN])
            assert again.request.amount == euro("45")

    run(flow())


def test_late_money_leads_to_its_case(branch: Branch, tmp_path: Path) -> None:
    branch.clock.advance(1)
    request = branch.issue(branch.boris, euro("75"), key="late")
    branch.clock.advance(901)
    assert request.deposit_address is not None
    branch.chain.deposit(euro("1").asset.contract, request.deposit_address, euro("75").units, sender=OUTSIDER)
    branch.chain.mine(1, timestamp_s=branch.clock.now_s())
    branch.turn()

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.press("f10", "f5")
            await hand.read("! PAID TOO LATE")
            await hand.press("enter")
            await hand.arrive(RequestScreen)
            await hand.read("F8 opens the case")
            await hand.press("f8")
            await hand.arrive(CaseScreen)
            await hand.read("paid too late")
            await hand.read(typed("75.00"))

    run(flow())


def test_blocked_money_leaves_only_with_two_people(branch: Branch, tmp_path: Path) -> None:
    branch.fill_treasury()
    branch.receive(branch.issue(branch.boris, euro("25"), key="listed"), euro("25"), sender=DENIED)
    (case,) = tp.list_cases(branch.bank, by=branch.vera)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(Cases, by="vera", key="f8")
            await hand.read("on a screening list")
            await hand.press("enter")
            await hand.arrive(CaseScreen)
            await hand.read("Do not send it back by yourself")
            assert "Credit" not in hand.footer()
            await hand.press("f4")
            await hand.arrive(RefundFromCase)
            await hand.until(
                lambda: hand.app.screen.query_one("#amount", Input).value == typed("25.00"), "what stands there"
            )
            await hand.enter(PAYEE.text)
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "a payee")
            await hand.press("enter")
            await hand.arrive(Confirm)
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            await hand.read("‖ HELD")
            await hand.read(f"blocked money of case {case.id}")
            assert [str(amount) for amount in tp.case_balances(branch.bank, case.id, by=branch.vera)] == ["25.00 DEUR"]

    run(flow())


def test_a_hit_on_a_name_is_released_by_two_at_the_counter(
    branch: Branch, tmp_path: Path, size: tuple[int, int]
) -> None:
    listed = b"id,kind,names,addresses,programs\n7,person,Boris Klein,,\n"
    name = tp.get_customer(branch.bank, branch.boris.id, by=branch.vera).name
    listed = listed.replace(b"Boris Klein", name.encode())
    branch.clock.advance(1)
    now_s = branch.clock.now_s()
    tp.load_list(branch.bank, name="sought", form=tp.ListForm.OWN, files=[listed], dated_s=now_s, by=branch.vera)
    engine = replace(branch.bank, screener=FakeScreener())
    (case_id,) = tp.screen_names(engine, by=branch.engine).cases

    async def flow() -> None:
        for operator, question in (("vera", name), ("otto", "vera says: not")):
            async with terminal(branch, tmp_path / operator, size) as hand:
                await hand.open(Cases, by=operator, key="f8")
                await hand.read("a name on a list, perhaps")
                await hand.press("enter")
                await hand.arrive(CaseScreen)
                await hand.read("sought 7")
                await hand.press("f5")
                await hand.read(question)
                if operator == "vera":
                    await hand.enter("another birthday")
                    await hand.read("not them, says vera")
                else:
                    await hand.press("f9")
                    await hand.read("RESOLVED")

    run(flow())
    assert tp.get_case(branch.bank, case_id, by=branch.vera).resolution == "released by vera and otto"
