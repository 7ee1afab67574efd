"""Cash against tokens by key presses: the quote, the one key that takes it, and every way it does not come to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Select

import tokenpay as tp
from terminal_app import reports, views
from terminal_app.exchanging import pieces_text
from terminal_app.screens.confirm import Confirm
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.exchange import Exchange
from terminal_app.screens.exchanged import Exchanged
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.rates import Rates
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.take_quote import TakeQuote
from terminal_app.screens.unfinished import Unfinished
from terminal_app.widgets.amount_input import AmountInput
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.test_screens import check_footer
from tests.app.test_widths import cut
from tokenpay.testing import TOKEN, Branch, euro

EUR = tp.Asset.cash("EUR")


def cash(text: str) -> tp.Amount:
    return tp.Amount.parse(text, EUR)


@pytest.fixture
def before() -> Callable[[Branch], object]:
    return at_work


def at_work(branch: Branch) -> None:
    """Let the branch have tokens of its own, and 300 EUR in the drawer of Tim's open shift."""
    branch.fill_counter(tokens=euro("5000"), cash=tp.CashCount.parse("20x50", "EUR"))
    tp.open_shift(branch.bank, drawer="drawer-1", opening=[], by=branch.tim, key="open")
    to_drawer = tp.CashDirection.TO_DRAWER
    tp.allocate_cash(
        branch.bank, drawer="drawer-1", amount=cash("300"), direction=to_drawer, by=branch.tim, key="bring"
    )


def exchanges(branch: Branch) -> list[tp.Payment]:
    found = tp.find_payments(branch.bank, by=branch.vera, limit=1000)
    return [payment for payment in found if payment.intent.purpose is tp.Purpose.EXCHANGE]


def in_drawer(branch: Branch) -> str:
    (shift,) = tp.find_shifts(branch.bank, by=branch.vera)
    return str(tp.shift_report(branch.bank, shift.id, by=branch.vera).cash[0].expected)


async def take_anna(hand: Hand) -> None:
    await hand.arrive(FindCustomer)
    await hand.choose("anna")


async def to_exchange(hand: Hand, operator: str = "tim") -> None:
    await hand.sign_in(operator)
    await hand.arrive(Home)
    await hand.press("f12")
    await take_anna(hand)
    await hand.arrive(Exchange)
    await hand.read("1 DEUR = 1 EUR")


async def to_quote(hand: Hand, amount: str, *keys: str) -> None:
    await to_exchange(hand)
    await hand.press(*keys)
    await hand.enter(amount)
    await hand.arrive(TakeQuote)
    await hand.read("The price stands for 5:00")


def fits(hand: Hand) -> None:
    check_footer(hand)
    assert not list(cut(hand.app.screen))


def test_a_customer_brings_cash_and_gets_tokens(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await to_exchange(hand)
            await hand.read("CASH IN: the customer brings cash and gets tokens")
            assert "0.50 %" in hand.seen().replace(",", ".")  # how far from the rate the bank sells
            await hand.until(lambda: "In or out" in hand.footer(), "the keys")
            fits(hand)
            await hand.enter("202")
            await hand.arrive(TakeQuote)
            await hand.read("CUSTOMER GIVES")
            await hand.read("202.00\N{NO-BREAK SPACE}EUR in cash")
            await hand.read("200.00\N{NO-BREAK SPACE}DEUR")
            await hand.read("1.00\N{NO-BREAK SPACE}EUR, within the cash")
            await hand.read("fake, ")
            await hand.until(lambda: "Confirm" in hand.footer(), "the keys")
            fits(hand)
            await hand.press("enter", "space")
            assert not exchanges(branch)
            await hand.press("f9", "f9", "f9")
            await hand.arrive(Exchanged)
            await hand.read("PUT 202.00\N{NO-BREAK SPACE}EUR INTO drawer-1")
            await hand.read("✓ FINAL")
            await hand.until(lambda: "Receipt" in hand.footer(), "the keys")
            fits(hand)
            (done,) = exchanges(branch)
            assert (done.intent.amount, done.intent.cash and done.intent.cash.amount) == (euro("200"), cash("202"))
            assert branch.balance(branch.anna) == "2200.00 DEUR"
            assert in_drawer(branch) == "502.00 EUR"
            assert hand.app.memory.unanswered() == []
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_a_customer_gives_tokens_and_takes_cash(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    """From the customer's screen, by the amount of tokens; both halves stand wherever the payment is shown."""

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            await hand.press("f2")
            await take_anna(hand)
            await hand.arrive(CustomerScreen)
            await hand.read("DEUR")
            check_footer(hand)
            await hand.press("f5")
            await hand.arrive(Exchange)
            await hand.read("1 DEUR = 1 EUR")
            await hand.press("f5", "f6")
            await hand.read("CASH OUT: the customer gives tokens and takes cash")
            await hand.enter("50")
            await hand.arrive(TakeQuote)
            await hand.read("48.75\N{NO-BREAK SPACE}EUR in cash")
            await hand.press("f9")
            await hand.arrive(Exchanged)
            await hand.read("HAND OUT 48.75\N{NO-BREAK SPACE}EUR FROM drawer-1")
            await hand.until(lambda: pieces_text(cash("48.75")) in hand.seen(), "the notes and coins")
            assert in_drawer(branch) == "251.25 EUR"
            assert branch.balance(branch.anna) == "1950.00 DEUR"
            await hand.press("escape")
            await hand.arrive(Home)
            (done,) = exchanges(branch)
            hand.app.push_screen(PaymentScreen(done.id))
            await hand.arrive(PaymentScreen)
            await hand.read("50.00\N{NO-BREAK SPACE}DEUR ↔ 48.75\N{NO-BREAK SPACE}EUR")
            halves = [line for line in hand.seen().replace(",", ".").splitlines() if "48.75" in line]
            assert any("drawer-1" in line and "50.00" not in line for line in halves)  # the cash, a line of its own
            assert "HAND OUT" not in hand.seen()  # once, and not each time that it is looked at
            assert not {"Refund", "Reverse"} & hand.footer()

    run(flow())


def test_a_quote_runs_out_and_a_new_one_is_one_key_away(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "202")
            branch.clock.advance(60)
            await hand.read("The price stands for 4:00")
            branch.clock.advance(240)
            await hand.read("✗ THE PRICE HAS RUN OUT")
            await hand.until(lambda: "Confirm" not in hand.footer(), "no key that takes it")
            await hand.press("f9")
            assert not exchanges(branch)
            branch.rates.set(TOKEN, EUR, "2")
            await hand.press("f5")
            await hand.read("! A new price: read it to the customer again.")
            await hand.read("100.00\N{NO-BREAK SPACE}DEUR")
            await hand.press("escape")
            await hand.arrive(Exchange)
            assert hand.app.screen.query_one(AmountInput).value == "202"
            await hand.press("enter")
            await hand.arrive(TakeQuote)
            await hand.press("f9")
            await hand.arrive(Exchanged)
            (done,) = exchanges(branch)
            assert done.intent.amount == euro("100")

    run(flow())


def test_a_quote_that_runs_out_as_it_is_taken_moves_nothing(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, late = tp.exchange, [True]

    def slowly(*given: Any, **fields: Any) -> Any:
        if late.pop() if late else False:
            branch.clock.advance(301)
        return exchange(*given, **fields)

    monkeypatch.setattr(tp, "exchange", slowly)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "202")
            await hand.press("f9")
            await hand.read("✗ REFUSED")
            await hand.read("the quote has expired: ask for a new one")
            assert not exchanges(branch)
            assert (in_drawer(branch), branch.balance(branch.anna)) == ("300.00 EUR", "2000.00 DEUR")
            assert hand.app.memory.unanswered() == []
            await hand.until(lambda: "New quote" in hand.footer(), "the key for a new one")
            await hand.press("f5")
            await hand.read("The price is the same.")
            await hand.read("The price stands for 5:00")
            assert "REFUSED" not in hand.seen()
            await hand.press("f9")
            await hand.arrive(Exchanged)
            assert len(exchanges(branch)) == 1

    run(flow())


def test_a_refusal_is_said_with_its_reason(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "400", "f5")
            await hand.press("f9")
            await hand.read("✗ REFUSED")
            await hand.read("less available than the amount")
            assert not exchanges(branch)
            assert in_drawer(branch) == "300.00 EUR"

    run(flow())


def test_an_amount_that_makes_no_quote_is_said(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_exchange(hand)
            await hand.enter("0")
            await hand.read("! An amount is more than nothing")
            await hand.press("backspace")
            await hand.enter("0.50")
            await hand.read("! The amount is too small for the rate and the fee")
            branch.rates.set(TOKEN, EUR, "1", at_s=branch.clock.now_s() - 3601)
            field = hand.app.screen.query_one(AmountInput)
            field.value = ""
            await hand.enter("20")
            await hand.read("! The rate is too old, or from the future")
            assert type(hand.app.screen) is Exchange
            assert field.value == "20"
            assert not exchanges(branch)

    run(flow())


def test_without_a_shift_the_screen_says_so_and_names_the_key(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_exchange(hand, "vera")
            await hand.read("! No shift of yours is open here, so no cash moves: F3 opens one.")
            await hand.until(lambda: "To the shift" in hand.footer(), "the key")
            fits(hand)
            await hand.enter("20")
            await hand.read("! Cash is exchanged in an open shift of your own, at its terminal")
            assert not exchanges(branch)
            await hand.press("f3")
            await hand.arrive(ShiftScreen)
            await hand.press("escape")
            await hand.arrive(Exchange)
            assert hand.app.screen.query_one(AmountInput).value == "20"
            assert isinstance(hand.app.screen.query_one(Select).value, str)

    run(flow())


def test_a_second_person_reads_both_halves(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "601")
            await hand.press("f9")
            await hand.arrive(Exchanged)
            await hand.read("‖ HELD")
            await hand.read("KEEP 601.00\N{NO-BREAK SPACE}EUR APART until it is decided")
            assert in_drawer(branch) == "300.00 EUR"
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.open(Queue, by="vera", key="f7")
            await hand.read("601.00\N{NO-BREAK SPACE}EUR in cash into drawer-1 and gets")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read("HELD")
            await hand.until(lambda: "Approve" in hand.footer(), "the key")
            fits(hand)
            await hand.press("f9")
            await hand.read("Approve exactly this payment?")
            await hand.press("f9")
            await hand.read("✓ FINAL")
            assert in_drawer(branch) == "901.00 EUR"

    run(flow())


def test_a_kill_in_the_middle_is_found_again_and_done_once(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "exchange")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "202")
            await hand.press("f9", "f9", "f5", "escape")
            await hand.until(lambda: gate.done == 1, "the bank has it")
            assert isinstance(hand.app.screen, TakeQuote)  # nobody leaves, and no new price is asked for
            hand.app.exit()
        gate.go_on.set()
        branch.clock.advance(400)
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Unfinished)
            await hand.read("✓ FINAL")
            await hand.press("enter")
            await hand.arrive(Exchanged)
            await hand.read("PUT 202.00\N{NO-BREAK SPACE}EUR INTO drawer-1")
            assert hand.app.memory.unanswered() == []
        assert gate.calls == 1
        assert len(exchanges(branch)) == 1
        assert in_drawer(branch) == "502.00 EUR"

    run(flow())


def test_a_lost_answer_is_asked_after_under_the_same_key_even_when_the_price_has_run_out(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "exchange")
    gate.after = tp.StoreUnavailable("the connection was lost")
    gate.go_on.set()

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "202")
            await hand.press("f9")
            await hand.read("! NO ANSWER")
            branch.clock.advance(400)
            await hand.read("✗ THE PRICE HAS RUN OUT")
            await hand.until(lambda: "Confirm" in hand.footer(), "the key that asks again")
            assert "New quote" not in hand.footer()  # beside an act that may be done
            gate.after = None
            await hand.press("f9")
            await hand.arrive(Exchanged)
            await hand.read("✓ FINAL")
        assert gate.calls == 2
        assert len(exchanges(branch)) == 1

    run(flow())


def test_what_the_bank_never_got_is_refused_after_its_price_ran_out(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = tp.exchange

    def away(*given: Any, **fields: Any) -> Any:
        raise tp.StoreUnavailable("the connection was lost")

    async def flow() -> None:
        monkeypatch.setattr(tp, "exchange", away)
        async with terminal(branch, tmp_path) as hand:
            await to_quote(hand, "202")
            await hand.press("f9")
            await hand.read("! NO ANSWER")
            hand.app.exit()
        monkeypatch.setattr(tp, "exchange", exchange)
        branch.clock.advance(400)
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Unfinished)
            await hand.read("never got it")
            await hand.until(lambda: "Do it now" in hand.footer(), "the key")
            await hand.press("f9")
            await hand.read("✗ Refused, nothing left: the quote has expired: ask for a new one")
            assert hand.app.memory.unanswered() == []
        assert not exchanges(branch)

    run(flow())


def test_a_supervisor_sees_the_rates_and_why_one_is_not_offered(
    branch: Branch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(Rates, by="vera", key="ctrl+e")
            await hand.read("✓ offered")
            await hand.read("1 DEUR = 1 EUR")
            fits(hand)
            branch.rates.set(TOKEN, EUR, "1", at_s=branch.clock.now_s() - 3601)
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.press("colon")
            await hand.enter("rates")
            await hand.arrive(Rates)
            await hand.read("✗ not offered")
            await hand.read("the rate is too old, or from the future")
            fits(hand)

    run(flow())


def test_every_purpose_and_place_has_words() -> None:
    assert set(views.PURPOSES) == set(tp.Purpose)
    assert set(views.IN_WORDS) | {tp.Purpose.VARIANCE, tp.Purpose.EXCHANGE} == set(tp.Purpose)
    assert set(reports.KINDS_OF_ACCOUNT) == set(tp.AccountKind)


@pytest.mark.parametrize(
    ("amount", "pieces"),
    [("48.75", "2x20, 1x5, 1x2, 1x1, 1x0.50, 1x0.20, 1x0.05"), ("0.01", "1x0.01"), ("500", "1x500")],
)
def test_the_fewest_pieces_make_the_amount(amount: str, pieces: str) -> None:
    counted = tp.CashCount.parse(pieces, "EUR")
    assert counted.amount == cash(amount)
    assert pieces_text(cash(amount)).replace(",", ".") == str(counted).replace(",", ".")


def test_confirm_is_the_same_mechanism() -> None:
    """One order, written down before the bank is asked, whatever the act."""
    assert issubclass(TakeQuote, Confirm)
    assert TakeQuote.action_confirm is Confirm.action_confirm
