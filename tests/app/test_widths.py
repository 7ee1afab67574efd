"""Every screen at 80 columns, in the language that the tests are run with: nothing that names something is cut."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Footer, Input, Label, Static
from textual.widgets._footer import FooterKey

import tokenpay as tp
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.cases import Cases
from terminal_app.screens.code_entry import CodeEntry
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.enrol import Enrol
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.jump import Jump
from terminal_app.screens.lock import Lock
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.sure import Sure
from terminal_app.screens.take_payment import TakePayment
from terminal_app.screens.unfinished import Unfinished
from tests.app.hand import Hand, run, terminal
from tests.app.test_pay_out import PAYEE, fill
from tests.app.test_screens import an_order
from tokenpay.testing import Branch, euro


def cut(screen: Screen[object]) -> Iterator[str]:
    """What of a screen's names is not wholly on it: labels, lines, keys, headings of tables, hints in fields."""
    width, height = screen.size
    for widget in screen.walk_children():
        if not isinstance(widget, Widget) or not widget.display or not widget.region:
            continue
        room = widget.content_size.width
        if isinstance(widget, FooterKey):
            if widget.region.right > width or cell_len(widget.render().plain) > widget.region.width:  # type: ignore[union-attr]
                yield f"key: {widget.description}"
        elif isinstance(widget, DataTable):
            yield from (f"heading: {name}" for name in _headings_cut(widget))
        elif isinstance(widget, Input):
            if cell_len(str(widget.placeholder)) > room:
                yield f"hint: {widget.placeholder}"
        elif isinstance(widget, Static):
            text = str(widget.render())
            one_line = isinstance(widget, Label) or widget.id in ("bar", "summary", "jumping")
            if any(
                cell_len(part) > room for line in text.splitlines() for part in ([line] if one_line else line.split())
            ):
                yield f"{widget.id or 'text'}: {text}"
            wrapped = widget.get_content_height(widget.container_size, screen.size, room)
            if wrapped > widget.content_size.height or not _within(widget.region.bottom, widget, height):
                yield f"lines of {widget.id or 'text'}: {text}"


def _within(bottom: int, widget: Static, height: int) -> bool:
    scrolls = any(parent.styles.overflow_y == "auto" for parent in widget.ancestors if not isinstance(parent, Screen))
    return bottom <= height - 1 or scrolls or widget.id == "jumping" or isinstance(widget.parent, Footer)


def _headings_cut(table: DataTable[object]) -> Iterator[str]:
    at = 0
    for column in table.ordered_columns:
        if at + table.cell_padding + cell_len(str(column.label)) > table.region.width:
            yield str(column.label)
        at += column.get_render_width(table)


async def see(hand: Hand, room: type[Screen[Any]], says: str = "") -> None:
    await hand.until(lambda: isinstance(hand.app.screen, room), room.__name__)
    if says:
        await hand.read(says)
    await hand.pilot.pause(0.1)
    assert not list(cut(hand.app.screen)), room.__name__


async def leave(hand: Hand, *keys: str) -> None:
    await hand.press(*keys)
    await hand.pilot.pause(0.05)


def test_a_teller_sees_every_name_whole(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await see(hand, SignIn)
            await hand.sign_in("tim", "wrong")
            await see(hand, SignIn, "Not signed in (1 in a row here)")
            await hand.enter("at-the-desk")
            await see(hand, Home, "Nothing is open")
            await leave(hand, "f1")
            await see(hand, Help)
            await leave(hand, "escape", "f2")
            await see(hand, FindCustomer, "Anna Berger")
            await leave(hand, *"zzz")
            await see(hand, FindCustomer, "Nobody is called that")
            await leave(hand, "f5")
            await see(hand, Enrol)
            await leave(hand, "escape", "f2")
            await hand.read("Anna Berger")
            await hand.press(*"anna")
            await hand.until(lambda: "Boris" not in hand.seen(), "one customer left")
            await leave(hand, "enter")
            await see(hand, CustomerScreen, branch.anna.id)
            await leave(hand, "f3")
            await see(hand, TakePayment, "DEUR")
            await leave(hand, "ctrl+g")
            await see(hand, Jump)
            await leave(hand, "escape")
            await hand.enter("250.00")
            await hand.enter("rent")
            await see(hand, RequestScreen, "OPEN")
            await leave(hand, "f6")
            await see(hand, Sure)
            await leave(hand, "escape", "escape", "escape", "colon")
            await see(hand, CodeEntry)
            await leave(hand, "escape", "ctrl+p")
            await hand.until(lambda: isinstance(hand.app.screen, CommandPalette), "the palette")
            await leave(hand, "escape", "ctrl+t")
            await see(hand, Home)
            await leave(hand, "ctrl+l")
            await see(hand, Lock)

    run(flow())


def test_paying_out_shows_every_name_whole(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await fill(hand, PAYEE.text, "1500")
            await hand.pilot.pause(0.1)
            assert not list(cut(hand.app.screen))
            await leave(hand, "escape")
            await see(hand, PayOut)
            await hand.press("enter")
            await leave(hand, "f9")
            await see(hand, PaymentScreen, "HELD")

    branch.fill_treasury()
    run(flow())


def test_a_supervisor_sees_every_name_whole(branch: Branch, tmp_path: Path) -> None:
    tp.open_case(branch.bank, kind=tp.CaseKind.OTHER, subject="drawer", note="two notes too few", by=branch.vera)
    payee = PAYEE.caip10(31_337)
    debtor = f"customer/{branch.anna.id}"
    branch.fill_treasury()
    held = tp.pay(branch.bank, debtor=debtor, creditor=payee, amount=euro("1500"), by=branch.tim, key="held")
    assert isinstance(held, tp.Payment)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            hand.app.memory.keep(an_order(branch))
            await hand.sign_in("vera")
            await see(hand, Unfinished, "never got it")
            await leave(hand, "escape")
            await see(hand, Home, "Open: 1")
            await leave(hand, "f8")
            await see(hand, Cases, "two notes too few")
            await leave(hand, "escape", "f9")
            await see(hand, BranchScreen, "head block")
            await leave(hand, "escape", "f7")
            await see(hand, Queue, "needs a second person")
            await leave(hand, "enter")
            await see(hand, PaymentScreen, "HELD")
            await leave(hand, "f10")
            await see(hand, ReasonScreen)
            await leave(hand, "escape", "f9")
            await see(hand, Sure)

    run(flow())
