"""The customer's screen: what is asked for, the code, the time and the outcome, and nothing else."""

from pathlib import Path

import pytest
import zxingcpp

import tokenpay as tp
from terminal_app.display.door import Door
from terminal_app.display.screen import OUTCOME_S, Display
from terminal_app.memory import Memory
from terminal_app.widgets.qr import Qr
from tests.app.hand import Hand, customer_screen, run, terminal
from tests.app.test_qr_widget import painted
from tests.app.test_take_payment import ask_for, deposit
from tokenpay.testing import Branch, euro
from tokenpay.testing.branch import PIN

SPACE = "\N{NO-BREAK SPACE}"


async def let_in(hand: Hand) -> None:
    await hand.arrive(Door)
    await hand.sign_in("tim", PIN)
    await hand.arrive(Display)


def shown(branch: Branch, folder: Path, amount: str | None = "250", *, key: str = "r") -> tp.PaymentRequest:
    """Issue a request, and name it as the teller's screen does."""
    request = branch.issue(branch.boris, euro(amount or "1"), key=key)
    Memory(folder).show(request.id)
    return request


@pytest.mark.both_sizes
def test_it_shows_what_the_teller_has_open_and_welcomes_when_nothing_is(
    branch: Branch, tmp_path: Path, size: tuple[int, int]
) -> None:
    async def flow() -> None:
        async with customer_screen(branch, tmp_path, size) as screen:
            await let_in(screen)
            await screen.read(branch.bank.name)
            await screen.read("Welcome")
            async with terminal(branch, tmp_path, size) as teller:
                request_id = await ask_for(teller, "250.00")
                await screen.read("○ PLEASE PAY")
                await screen.read(f"250.00{SPACE}DEUR")
                await screen.read("15:00 left")
                issued = tp.get_request(branch.bank, request_id, by=branch.tim).request
                text = str(tp.Eip681.of(issued)) if size[0] > 80 else issued.reference
                assert [found.text for found in zxingcpp.read_barcodes(painted(screen))] == [text]
                await teller.press("f5")  # the teller shows the bare address: so does this screen
                assert issued.deposit_address is not None
                bare = issued.deposit_address.text
                await screen.until(
                    lambda: [found.text for found in zxingcpp.read_barcodes(painted(screen))] == [bare], "the address"
                )
                for hidden in ("Boris", branch.boris.id, "Tim", "rent", "tim"):
                    assert hidden not in screen.seen()
                await teller.press("escape")
                await screen.read("Welcome")
                await screen.until(lambda: not screen.app.screen.query_one(Qr).is_on_screen, "no code")

    run(flow())


def test_seen_and_final(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        request = shown(branch, tmp_path)
        async with customer_screen(branch, tmp_path, size) as screen:
            await let_in(screen)
            await screen.read("○ PLEASE PAY")
            deposit(branch, request.id, euro("250"))
            branch.chain.mine(1)
            tp.run_once(branch.bank, by=branch.engine)
            await screen.read("» SEEN")
            branch.turn()
            await screen.read("✓ PAID")
            await screen.read("The payment is final. Thank you.")
            assert not screen.app.screen.query_one(Qr).display
            branch.clock.advance(OUTCOME_S)
            await screen.read("Welcome")

    run(flow())


def test_the_rest_is_asked_for_and_more_is_said(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        request = shown(branch, tmp_path)
        async with customer_screen(branch, tmp_path, (120, 40)) as screen:
            await let_in(screen)
            branch.receive(request, euro("100"))
            await screen.read("◐ PART PAID")
            await screen.read(f"150.00{SPACE}DEUR")
            await screen.read(f"paid so far: 100.00{SPACE}DEUR")
            (code,) = zxingcpp.read_barcodes(painted(screen))
            assert f"uint256={euro('150').units}" in code.text  # a wallet asks for the rest, not for all of it again
            branch.receive(request, euro("200"))
            await screen.read("✓ PAID, AND MORE")

    run(flow())


@pytest.mark.parametrize("size", [(80, 24)])
def test_time_runs_out_and_money_comes_late(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    async def flow() -> None:
        request = shown(branch, tmp_path)
        async with customer_screen(branch, tmp_path, size) as screen:
            await let_in(screen)
            await screen.read("○ PLEASE PAY")
            branch.clock.advance(901)
            await screen.read("✗ TIME IS UP")
            assert not screen.app.screen.query_one(Qr).display
            Memory(tmp_path).show("")
            await screen.read("Welcome")
            deposit(branch, request.id, euro("250"))
            branch.chain.mine(1, timestamp_s=branch.clock.now_s())
            branch.turn()
            Memory(tmp_path).show(request.id)
            await screen.read("! CAME TOO LATE")
            other = shown(branch, tmp_path, "5", key="other")
            await screen.read(f"5.00{SPACE}DEUR")
            tp.cancel_request(branch.bank, other.id, by=branch.tim)
            await screen.read("✗ CALLED OFF")

    run(flow())


def test_no_key_does_anything_but_show(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        shown(branch, tmp_path)
        async with customer_screen(branch, tmp_path) as screen:
            for key in ("f2", "f3", "ctrl+p", "escape"):
                await screen.press(key)
            await let_in(screen)
            await screen.read("○ PLEASE PAY")
            before = len(tp.read_events(branch.bank, by=branch.tim, limit=1000))
            keys = [f"f{number}" for number in range(1, 13)]
            for key in (
                *keys,
                "escape",
                "enter",
                "tab",
                "colon",
                "ctrl+r",
                "ctrl+g",
                "ctrl+p",
                "ctrl+l",
                "ctrl+n",
                "ctrl+y",
            ):
                await screen.press(key)
            assert type(screen.app.screen) is Display
            assert len(tp.read_events(branch.bank, by=branch.tim, limit=1000)) == before
            await screen.press("ctrl+o")
            await screen.arrive(Door)
            assert "DEUR" not in screen.seen()

    run(flow())


def test_a_session_that_ends_is_asked_for_again(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with customer_screen(branch, tmp_path) as screen:
            await let_in(screen)
            request = branch.issue(branch.boris, euro("5"), key="r")
            branch.clock.advance(13 * 3600)
            Memory(tmp_path).show(request.id)
            await screen.arrive(Door)

    run(flow())


def test_the_bank_is_away_for_a_moment(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_fields: object) -> None:
        raise tp.StoreUnavailable("the database does not answer")

    async def flow() -> None:
        shown(branch, tmp_path)
        async with customer_screen(branch, tmp_path) as screen:
            await let_in(screen)
            await screen.read("○ PLEASE PAY")
            with monkeypatch.context() as patch:
                patch.setattr(tp, "get_request", away, raising=False)
                await screen.read("One moment, please")
                branch.clock.advance(901)  # what has run out is not paid, whether the bank answers or not
                await screen.read("✗ TIME IS UP")
                assert not screen.app.screen.query_one(Qr).display
            await screen.until(lambda: not screen.app.screen.query_one("#trouble").display, "the bank is back")

    run(flow())
