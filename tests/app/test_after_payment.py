"""After a payment: cancel what has not left, refund, reverse; each once, whatever happens."""

from pathlib import Path

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app.screens.confirm import Confirm
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.home import Home
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.refund import Refund
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.unfinished import Unfinished
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.spoken import typed
from tests.app.test_screens import check_footer
from tokenpay.testing import Branch, euro


def paid(branch: Branch, amount: str = "25") -> tp.Payment:
    payment = tp.pay(
        branch.bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=f"customer/{branch.boris.id}",
        amount=euro(amount),
        by=branch.tim,
        key=f"paid/{amount}",
    )
    assert isinstance(payment, tp.Payment)
    return payment


def of(branch: Branch, payment: tp.Payment) -> list[tp.Payment]:
    return tp.find_payments(branch.bank, by=branch.vera, related=payment.id)


async def to_payment(hand: Hand, operator: str, word: str = "✓ FINAL") -> None:
    """Find the newest payment through Anna's account, as somebody at the counter would."""
    await hand.sign_in(operator)
    await hand.arrive(Home)
    await hand.press("f2")
    await hand.arrive(FindCustomer)
    await hand.choose("anna")
    await hand.arrive(CustomerScreen)
    await hand.read("DEUR")
    await hand.until(
        lambda: typed("25.00") in hand.seen() or "1 500" in hand.seen().replace("\N{NO-BREAK SPACE}", " "), "rows"
    )
    await hand.press("enter")
    await hand.arrive(PaymentScreen)
    await hand.read(word)


def test_a_teller_refunds_in_part_and_then_the_rest(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    payment = paid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await to_payment(hand, "tim")
            assert "Refund" in hand.footer()
            assert not {"Reverse", "Cancel payment"} & hand.footer()
            check_footer(hand)
            await hand.press("f4")
            await hand.arrive(Refund)
            field = hand.app.screen.query_one(Input)
            assert field.value == typed("25.00")
            field.clear()
            await hand.enter("10")
            await hand.arrive(Confirm)
            await hand.read(f"Anna Berger ({branch.anna.id})")
            await hand.read("pays 25.00\N{NO-BREAK SPACE}DEUR to ")
            await hand.press("enter", "space")
            assert not of(branch, payment)
            await hand.press("f9", "f9")
            await hand.arrive(PaymentScreen)
            await hand.read("It is a refund of")
            (refund,) = of(branch, payment)
            assert (refund.state, refund.intent.amount) == (tp.PaymentState.FINAL, euro("10"))
            assert branch.balance(branch.boris) == "15.00 DEUR"
            assert "Refund" not in hand.footer()  # a refund is not refunded

    run(flow())


def test_a_refund_above_the_payment_is_refused_with_the_reason(branch: Branch, tmp_path: Path) -> None:
    payment = paid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim")
            await hand.press("f4")
            await hand.arrive(Refund)
            hand.app.screen.query_one(Input).clear()
            await hand.enter("25.01")
            await hand.arrive(Confirm)
            await hand.press("f9")
            await hand.read("✗ REFUSED")
            await hand.read("more than the payment")
            assert not of(branch, payment)
            assert hand.app.memory.unanswered() == []

    run(flow())


def test_a_reversal_waits_for_another_supervisor(branch: Branch, tmp_path: Path) -> None:
    payment = paid(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "vera")
            assert {"Refund", "Reverse"} <= hand.footer()
            await hand.press("f5")
            await hand.arrive(Confirm)
            await hand.read("another supervisor approves")
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            await hand.read("‖ HELD")
            await hand.read("Undo payment ")
            await hand.read(payment.id)
            assert "Approve" not in hand.footer()
            assert branch.balance(branch.boris) == "25.00 DEUR"
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.open(Queue, by="otto", key="f7")
            await hand.read("Undo payment")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read("HELD")
            await hand.press("f9")
            await hand.read("Approve exactly this payment?")
            await hand.press("f9")
            await hand.read("✓ FINAL")
            assert branch.balance(branch.boris) == "0.00 DEUR"
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_what_has_not_left_is_cancelled_and_what_has_is_not(branch: Branch, tmp_path: Path) -> None:
    held = paid(branch, "1500")
    assert held.state is tp.PaymentState.HELD

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim", "‖ HELD")
            assert "Cancel payment" in hand.footer()
            assert not {"Refund", "Reverse"} & hand.footer()
            await hand.press("f6")
            await hand.read("Cancel this payment?")
            await hand.press("f9")
            await hand.read("✗ CANCELLED")
            assert "Cancel payment" not in hand.footer()
            assert tp.get_payment(branch.bank, held.id, by=branch.tim).state is tp.PaymentState.CANCELLED

    run(flow())


@pytest.mark.parametrize("verb", ["refund", "reverse"])
def test_a_kill_in_the_middle_is_found_again_and_done_once(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    payment = paid(branch)
    gate = Gate(monkeypatch, verb)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "vera")
            if verb == "refund":
                await hand.press("f4")
                await hand.arrive(Refund)
                await hand.press("enter")
            else:
                await hand.press("f5")
            await hand.arrive(Confirm)
            await hand.press("f9", "f9", "escape")
            await hand.until(lambda: gate.done == 1, "the bank has it")
            hand.app.exit()
        gate.go_on.set()
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("vera")
            await hand.arrive(Unfinished)
            await hand.read("✓ FINAL" if verb == "refund" else "‖ HELD")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            assert hand.app.memory.unanswered() == []
        assert gate.calls == 1
        assert len(of(branch, payment)) == 1

    run(flow())


def test_a_supervisor_asks_back_what_has_left_and_a_teller_cannot(branch: Branch, tmp_path: Path) -> None:
    branch.fill_treasury()
    stranger = f"eip155:{branch.chain.chain_id}:0x2c866aD15857fE32a12b0031eFd1b63Ebe915837"
    parties = {"debtor": f"customer/{branch.anna.id}", "creditor": stranger}
    payment = tp.pay(branch.bank, **parties, amount=euro("25"), by=branch.tim, key="out")
    assert isinstance(payment, tp.Payment)
    tp.run_once(branch.bank, by=branch.engine)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await to_payment(hand, "tim", "SENT")
            assert not {"Ask it back", "Cancel payment"} & hand.footer()
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await to_payment(hand, "vera", "SENT")
            assert "Ask it back" in hand.footer()
            check_footer(hand)
            await hand.press("f3")
            await hand.arrive(ReasonScreen)
            await hand.read("then it is paid")
            await hand.enter("the customer was deceived")
            await hand.arrive(PaymentScreen)
            await hand.read("vera has asked it back")
            assert "Ask it back" not in hand.footer()
            branch.turn()
            branch.turn()
            await hand.read("✗ FAILED")
            await hand.read("It came back")
            assert branch.balance(branch.anna) == "2000.00 DEUR"
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())
