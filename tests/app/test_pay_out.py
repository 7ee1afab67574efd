"""Pay out: seen before it is confirmed, paid once whatever happens, and held for a second person where it must be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

import tokenpay as tp
from terminal_app import memory
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.room import Room
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.unfinished import Unfinished
from tests.app.gate import Gate
from tests.app.hand import Hand, run, terminal
from tests.app.spoken import typed
from tokenpay.testing import DENIED, OUTSIDER, Branch, euro

PAYEE = tp.Address(b"\x77" * 20)


async def fill(hand: Hand, text: str, amount: str = "", *, lands: type[Room] = PayConfirm) -> None:
    """Sign Tim in and fill in a payment from Anna, up to the confirm screen."""
    await hand.open(FindCustomer, by="tim", key="f4")
    await hand.choose("anna")
    await hand.arrive(PayOut)
    await write(hand, text, amount, lands=lands)


async def write(hand: Hand, text: str, amount: str, *, lands: type[Any]) -> None:
    """Fill in the form of a payment."""
    await hand.until(lambda: bool(hand.app.screen._assets), "assets to choose from")  # type: ignore[attr-defined]
    await hand.enter(text)
    await hand.until(lambda: getattr(hand.app.focused, "id", "") in ("amount", "remittance"), "a payee")
    if amount:
        await hand.enter(amount)
    await hand.enter("rent")
    await hand.arrive(lands)


def payments(branch: Branch) -> list[tp.Payment]:
    """What people paid; the treasury's sweep is the engine's own."""
    return [p for p in tp.find_payments(branch.bank, by=branch.tim) if p.intent.purpose is tp.Purpose.PAYMENT]


@pytest.fixture
def before() -> Callable[[Branch], object]:
    return Branch.fill_treasury  # which can then pay on the chain


def test_a_request_is_paid_in_the_books(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    request = branch.issue(branch.boris, euro("25"), key="boris-asks")

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await fill(hand, request.reference)
            await hand.read("A request of this bank, waiting to be paid")
            await hand.read(f"Boris Keller ({branch.boris.id})")
            await hand.press("enter", "enter", "space")  # a scanner's Enter confirms nothing
            assert not payments(branch)
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            await hand.read("✓ FINAL")
            assert branch.balance(branch.boris) == "25.00 DEUR"
            assert tp.get_request(branch.bank, request.id, by=branch.tim).state is tp.RequestState.PAID
            assert hand.app.memory.unanswered() == []

    run(flow())


def test_a_payee_who_was_never_paid_is_told_from_one_who_was(branch: Branch, tmp_path: Path) -> None:
    """An address that only looks like the one of last time is new, whatever its first and last digits say."""

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "5")
            await hand.read("! Nobody here has paid this payee before: compare it whole.")
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            branch.turn()
            branch.turn()
            await hand.read("✓ FINAL")
            await hand.press("escape")
            for payee, said in (
                (PAYEE.text, "This customer has paid this payee before."),
                ("0x777777777777777777777777777777777777777a", "! Nobody here has paid this payee before"),
            ):
                await hand.press("f4")
                await hand.arrive(FindCustomer)
                await hand.choose("anna")
                await hand.arrive(PayOut)
                await write(hand, payee, "5", lands=PayConfirm)
                await hand.read(said)
                await hand.press("escape", "escape")
            assert len(payments(branch)) == 1

    run(flow())


def test_a_request_that_says_all_is_read_at_once(branch: Branch, tmp_path: Path) -> None:
    """Its amount and what it is for stand in the bank's own record: a scan leads to the screen that pays."""
    request = tp.issue_request(
        branch.bank,
        payee=branch.boris.id,
        asset=euro("25").asset,
        amount=euro("25"),
        remittance_information="invoice 7",
        by=branch.tim,
        key="says-all",
    )

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f4")
            await hand.choose("anna")
            await hand.arrive(PayOut)
            room = hand.app.screen
            assert isinstance(room, PayOut)
            await hand.until(lambda: bool(room._assets), "assets to choose from")
            await hand.enter(request.reference)
            await hand.arrive(PayConfirm)
            await hand.read("invoice 7")
            await hand.read(f"Boris Keller ({branch.boris.id})")
            assert not payments(branch)
            await hand.press("escape")
            await hand.arrive(PayOut)
            room.query_one("#target", Input).value = "x"
            await hand.until(lambda: room.query_one("#remittance", Input).value == "", "what went with its code")

    run(flow())


def test_a_code_is_paid_in_its_own_asset_however_late_the_assets_come(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "list_assets")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f4")
            await hand.choose("anna")
            await hand.arrive(PayOut)
            await hand.enter(f"ethereum:{PAYEE.text}@31337?value=2e18")
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "a payee")
            gate.go_on.set()
            await hand.until(lambda: bool(hand.app.screen._assets), "assets to choose from")  # type: ignore[attr-defined]
            await hand.press("enter", "enter")
            await hand.arrive(PayConfirm)
            await hand.read("2.00\N{NO-BREAK SPACE}ETH")

    run(flow())


def test_a_code_for_an_asset_that_cannot_be_chosen_is_not_paid_in_another(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f4")
            await hand.choose("anna")
            await hand.arrive(PayOut)
            room = hand.app.screen
            assert isinstance(room, PayOut)
            await hand.until(lambda: bool(room._assets), "assets to choose from")
            room._assets = {key: asset for key, asset in room._assets.items() if asset.symbol == "DEUR"}
            await hand.enter(f"ethereum:{PAYEE.text}@31337?value=2e18")
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "a payee")
            await hand.press("enter", "enter")
            await hand.read("The code is for another asset than is chosen")
            assert type(hand.app.screen) is PayOut

    run(flow())


def test_an_amount_goes_with_the_code_that_brought_it(branch: Branch, tmp_path: Path) -> None:
    asked = branch.issue(branch.boris, euro("25"), key="asks")
    left_open = tp.issue_request(
        branch.bank, payee=branch.boris.id, asset=asked.asset, amount=None, by=branch.tim, key="leaves-open"
    )

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f4")
            await hand.choose("anna")
            await hand.arrive(PayOut)
            await hand.enter(asked.reference)
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "remittance", "a payee")
            amount, target = (hand.app.screen.query_one(f"#{name}", Input) for name in ("amount", "target"))
            assert amount.value == typed("25.00")
            target.focus()
            target.value = ""
            await hand.until(lambda: hand.app.focused is target, "the field of the code")
            await hand.enter(left_open.reference)
            await hand.until(lambda: getattr(hand.app.focused, "id", "") == "amount", "a payee")
            assert amount.value == ""

    run(flow())


def test_held_approved_by_a_supervisor_and_final(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await fill(hand, PAYEE.text, "1500")
            await hand.read("Not a request of this bank: check with the payee")
            await hand.read(PAYEE.text)
            await hand.read("0x " + " ".join(PAYEE.text[2:][i : i + 4] for i in range(0, 40, 4)))
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            await hand.read("‖ HELD")
            await hand.read("needs a second person")
            assert not {"Approve", "Refuse"} & hand.footer()
            await hand.press("f9")
            (payment,) = payments(branch)
            assert payment.state is tp.PaymentState.HELD

            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.open(Queue, by="vera", key="f7")
            await hand.read("needs a second person")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read(PAYEE.text)
            await hand.press("f9")
            await hand.read("Approve exactly this payment?")
            await hand.press("f9")
            await hand.read("▸ CLEARED")
            branch.turn()
            branch.turn()
            await hand.read("✓ FINAL")
            assert tp.get_payment(branch.bank, payment.id, by=branch.tim).state is tp.PaymentState.FINAL
            assert branch.balance(branch.anna) == "500.00 DEUR"
            assert tp.reconcile(branch.bank, by=branch.vera).holds

    run(flow())


def test_a_supervisor_refuses_with_a_reason(branch: Branch, tmp_path: Path) -> None:
    held = tp.pay(
        branch.bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=PAYEE.caip10(31_337),
        amount=euro("1500"),
        by=branch.tim,
        key="held",
    )
    assert isinstance(held, tp.Payment)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(Queue, by="vera", key="f7")
            await hand.read("tim")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read("HELD")
            await hand.press("f10")
            await hand.enter("the payee was not called")
            await hand.read("✗ REFUSED")
            await hand.read("the payee was not called")
            assert tp.get_payment(branch.bank, held.id, by=branch.tim).state is tp.PaymentState.REFUSED

    run(flow())


def test_a_refusal_shows_every_reason_and_keeps_what_was_typed(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, DENIED.text, "20000")
            await hand.press("f9")
            await hand.read("✗ REFUSED. Nothing left.")
            await hand.read("the bank looks at this payment")
            assert "screening" not in hand.seen()
            await hand.read("above the limit for one payment")
            assert "PayConfirm" not in hand.footer()
            assert not payments(branch)
            assert hand.app.memory.unanswered() == []
            await hand.press("escape")
            await hand.arrive(PayOut)
            assert hand.app.screen.query_one("#amount", Input).value == "20000"

    run(flow())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("TKP:00000000000000000000000000", "✗"),
        ("hello", "✗"),
        (f"ethereum:{OUTSIDER}@1", "✗ This is for a chain that the bank does not work on"),
    ],
)
def test_what_is_not_payable_goes_no_further(branch: Branch, tmp_path: Path, text: str, line: str) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f4")
            await hand.read("Anna Berger")
            await hand.press("enter")
            await hand.arrive(PayOut)
            await hand.enter(text)
            await hand.read(line)
            hand.app.screen.query_one("#remittance", Input).focus()
            await hand.enter("rent")
            await hand.read("First the payee")
            assert type(hand.app.screen) is PayOut

    run(flow())


def test_a_target_changed_after_it_was_read_is_not_paid(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "10")
            await hand.press("escape")
            await hand.arrive(PayOut)
            target = hand.app.screen.query_one("#target", Input)
            target.value = OUTSIDER.text
            await hand.pilot.pause()
            hand.app.screen.query_one("#remittance", Input).focus()
            await hand.press("enter")
            await hand.read("First the payee")
            assert type(hand.app.screen) is PayOut

    run(flow())


def test_a_double_press_pays_once(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "10")
            await hand.press("f9", "f9", "escape", "f9")
            assert type(hand.app.screen) is PayConfirm  # nobody leaves before the answer
            gate.go_on.set()
            await hand.arrive(PaymentScreen)
            await hand.press("f9", "f9")
            assert gate.calls == 1
            assert len(payments(branch)) == 1

    run(flow())


def test_a_kill_after_confirming_is_asked_after_and_paid_once(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "10")
            await hand.press("f9")
            await hand.until(lambda: gate.calls == 1 and len(payments(branch)) == 1, "the bank has the payment")
            hand.app.exit()  # before the answer
        gate.go_on.set()
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Unfinished)
            await hand.read("▸ CLEARED")
            assert "Do it now" not in hand.footer()
            await hand.press("f9")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read("CLEARED")
            assert hand.app.memory.unanswered() == []
        assert gate.calls == 1
        assert len(payments(branch)) == 1

    run(flow())


def test_a_kill_before_the_bank_got_it_may_be_paid_or_forgotten(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = memory.Order(
        key=memory.new_key(),
        operator="tim",
        act="pay",
        fields={
            "debtor": f"customer/{branch.anna.id}",
            "creditor": PAYEE.caip10(31_337),
            "asset_id": euro("1").asset.id,
            "amount": "10.000000",
            "request_id": "",
            "remittance": "rent",
        },
        amount="10.00 DEUR",
        whom=PAYEE.text,
        confirmed_at_s=branch.clock.now_s(),
    )

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            hand.app.memory.keep(order)
            await hand.sign_in("tim")
            await hand.arrive(Unfinished)
            await hand.read("never got it")
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            assert [payment.intent.amount for payment in payments(branch)] == [euro("10")]
            hand.app.memory.keep(memory.Order(**{**_fields(order), "key": memory.new_key()}))
            await hand.press("escape")
            await hand.arrive(Unfinished)
            await hand.read("never got it")
            await hand.press("f10")
            await hand.read("Forget this?")
            await hand.press("f9")
            await hand.read("Nothing is unfinished.")
            assert hand.app.memory.unanswered() == []
            assert len(payments(branch)) == 1

    run(flow())


def test_no_answer_is_asked_again_under_the_same_key(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    gate.go_on.set()
    gate.after = tp.StoreUnavailable("the connection is gone")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "10")
            await hand.press("f9")
            await hand.read("! NO ANSWER")
            assert len(hand.app.memory.unanswered()) == 1
            gate.after = None
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
            assert hand.app.memory.unanswered() == []
        assert gate.calls == 2
        assert len(payments(branch)) == 1

    run(flow())


def test_nothing_is_sent_that_cannot_be_written_down(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError("no space left")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "10")
            monkeypatch.setattr("terminal_app.memory.os.fsync", full)
            await hand.press("f9")
            await hand.read("Nothing was sent to the bank.")
            assert not payments(branch)
            monkeypatch.undo()
            await hand.press("f9")
            await hand.arrive(PaymentScreen)
        assert len(payments(branch)) == 1

    run(flow())


def test_an_order_that_cannot_be_read_is_said_and_not_dropped(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            broken = tmp_path / "orders" / "0.json"
            broken.write_text("{")
            await hand.sign_in("tim")
            await hand.arrive(Unfinished)
            await hand.read("cannot be read")
            assert broken.exists()

    run(flow())


def test_a_code_for_another_chain_than_the_asset_is_not_paid(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = tp.Resolved(resolution=tp.Resolution.FOREIGN_ADDRESS, payee=PAYEE)
    monkeypatch.setattr(tp, "resolve_request", lambda bank, text: resolved)  # as a bank of two chains answers

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.caip10(1), "10", lands=PayOut)
            await hand.read("The code is for another chain than the asset is on")
            assert type(hand.app.screen) is PayOut

    run(flow())


def _fields(order: memory.Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in memory.Order.__slots__}
