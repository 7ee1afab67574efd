"""What every screen owes: it fits, it explains itself, it says when the bank is away, and it keeps what was typed."""

from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette

import tokenpay as tp
from terminal_app import memory
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.cases import Cases
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.unfinished import Unfinished
from terminal_app.widgets.keys import Keys
from tests.app.hand import Hand, run, terminal
from tokenpay.testing import DENIED, Branch, euro


def check_footer(hand: Hand) -> None:
    """Every key of the footer is on the screen, whole."""
    line = hand.app.screen.query_one(Keys)
    assert line.placed
    assert all(left + offer.width <= hand.app.size.width for left, offer in line.placed), hand.footer()


def an_order(branch: Branch) -> memory.Order:
    """A payment that Tim confirmed and the bank never got."""
    return memory.Order(
        key="terminal/0",
        operator="tim",
        act="pay",
        fields={
            "debtor": f"customer/{branch.anna.id}",
            "creditor": DENIED.caip10(31_337),
            "asset_id": euro("1").asset.id,
            "amount": "1",
        },
        amount="1.00 DEUR",
        whom=DENIED.text,
        confirmed_at_s=0,
    )


def test_a_supervisor_walks_around(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    note = "ten [b]too[/b] few"
    case = tp.open_case(branch.bank, kind=tp.CaseKind.OTHER, subject="drawer", note=note, by=branch.vera)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            hand.app.memory.keep(an_order(branch))
            await hand.sign_in("vera")
            await hand.arrive(Unfinished)
            await hand.read("never got it")
            check_footer(hand)
            assert "Do it now" not in hand.footer()  # it was Tim who confirmed it
            await hand.press("escape")
            await hand.arrive(Home)
            await hand.read("! Confirmed and not answered: 1 (F6)")
            assert {"Recover", "Approve", "Exchange"} <= hand.footer()
            check_footer(hand)
            await hand.press("f8")
            await hand.arrive(Cases)
            await hand.read(case.id)
            await hand.read(note)
            await hand.press("escape", "f9")
            await hand.arrive(BranchScreen)
            await hand.read(f"✓ head block {branch.chain.head().number}")
            branch.chain.unreachable = True
            await hand.read("✗ does not answer")
            await hand.press("f1")
            await hand.arrive(Help)
            await hand.read("whether the engine takes payments along")
            await hand.press("escape", "escape", "f2")
            await hand.arrive(FindCustomer)
            await hand.read("Anna")
            await hand.press(*"anna")
            await hand.until(lambda: "Boris" not in hand.seen(), "one customer left")
            await hand.press("enter")
            await hand.arrive(CustomerScreen)
            await hand.read("2 000.00 DEUR".replace(" ", "\N{NO-BREAK SPACE}"))
            check_footer(hand)
            await hand.press("ctrl+p")
            await hand.until(lambda: isinstance(hand.app.screen, CommandPalette), "the palette")
            await hand.press(*"sign out")
            await hand.pilot.pause(0.3)

    run(flow())


def test_a_disk_that_failed_is_said_in_one_line_and_look_ups_go_on(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(BranchScreen, by="vera", key="f9")
            await hand.read("✓ Payments run")
            branch.bank.store.halted = "the disk under the books failed"
            await hand.read("✗ THE DISK FAILED: this terminal only reads until it is started again")
            await hand.press("f6")
            await hand.enter("a strange payment")
            await hand.read(
                "! Call a supervisor: the disk under the books failed: this program writes no more until it is"
                " started again. Look-ups go on; what you typed stays."
            )
            await hand.press("escape", "escape", "f2")
            await hand.arrive(FindCustomer)
            await hand.read("Anna")

    run(flow())


def test_a_database_that_is_away_is_said_and_nothing_typed_is_lost(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **fields: Any) -> Any:
        raise tp.StoreUnavailable("the database does not answer")

    read_events, find_customers = tp.read_events, tp.find_customers

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(FindCustomer, by="tim", key="f2")
            monkeypatch.setattr(tp, "read_events", away)
            monkeypatch.setattr(tp, "find_customers", away)
            await hand.press(*"bor")
            await hand.read("✗ The bank does not answer")
            await hand.read("what you typed stays")
            await hand.press("enter")  # the rows below answer another question: none is taken
            assert type(hand.app.screen) is FindCustomer
            monkeypatch.setattr(tp, "read_events", read_events)
            monkeypatch.setattr(tp, "find_customers", find_customers)
            await hand.arrive(CustomerScreen)
            await hand.until(lambda: not hand.app.alarm, "no alarm")
            await hand.read(branch.boris.id)  # found at last, and taken by the Enter that waited

    run(flow())
