"""Every screen at 80 columns, in the language of the run: whole, and without another's words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Input, Label, Static

from terminal_app.commands.till import TO_SHIFT
from terminal_app.language import spoken
from terminal_app.screens.exchange import Exchange
from terminal_app.screens.home import Home
from terminal_app.screens.journal import Journal
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.widgets.keys import Keys
from terminal_app.widgets.paper import Paper
from tests.app.hand import Hand, run, terminal
from tests.app.rooms import WALKS, commands, screens, set_scene, settle, walk
from tests.app.spoken import english
from tests.app.test_pay_out import PAYEE, fill
from tokenpay.testing import Branch


def cut(screen: Screen[object]) -> Iterator[str]:
    """What of a screen's names is not wholly on it: labels, lines, keys, headings of tables, hints in fields."""
    height = screen.size.height
    for widget in screen.walk_children():
        if not isinstance(widget, Widget) or not widget.display or not widget.region:
            continue
        room = widget.content_size.width
        if isinstance(widget, Keys):
            yield from (f"key: {offer.words}" for left, offer in widget.placed if left + offer.width > room)
        elif isinstance(widget, DataTable):
            if isinstance(screen, Journal):  # it goes on to the right; the chosen row stands whole below it
                continue
            yield from (f"heading: {name}" for name in _headings_cut(widget))
        elif isinstance(widget, Input):
            if cell_len(str(widget.placeholder)) > room:
                yield f"hint: {widget.placeholder}"
        elif isinstance(widget, Static) and not isinstance(widget, Paper):
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
    return bottom <= height - 1 or scrolls or widget.id == "jumping"


def _headings_cut(table: DataTable[object]) -> Iterator[str]:
    at = 0
    for column in table.ordered_columns:
        if at + table.cell_padding + cell_len(str(column.label)) > table.region.width:
            yield str(column.label)
        at += column.get_render_width(table)


LATIN = re.compile(r"[A-Za-z]{4,}")
CODES = re.compile(
    r"""
    \b0x[0-9a-fA-F]+ | \b[0-9a-f]{4,} | \b[A-Z0-9]{10,}\b | TK[PS]:\S+  # addresses, hashes, numbers of things
    | (?:[Ee]sc|Enter|Page\ Down|Ctrl\+\S|\^\w+) | \bF\d+  # keys
    | :[a-z]+  # short codes of commands
    | \b(?:DEUR|ETH|EUR|USD|JPY|UTC|QR|EIP|nonce)\b
    | (?:drawer|counter|vault|case|shift|payment|request|customer)[-/]\S* # what has a number
    | \bExample\ Bank | Vera\ \S* | Anna\ Berger | Boris\ \w+ | \b(?:vera|otto|tim|main|own|engine|branch)\b
    | \b(?:boris|keller)\b  # words of a name as they were compared
    | UETR | \b(?:Anna|Boris|drawe?r?)\b  # what is cut at the edge of a column
    | in\ memory | \bfake\b | \S*/\S*  # where rates come from, and folders
    """,
    re.VERBOSE,
)
"""What stands on the screen in Latin letters in every language: keys, codes, and the names of people and places."""


def foreign(lines: list[str]) -> set[str]:
    """Words of English on a screen of another language."""
    return set(LATIN.findall(CODES.sub(" ", "\n".join(lines))))


def test_every_screen_is_walked() -> None:
    assert screens() == set(WALKS), "add what is missing to WALKS in tests/app/rooms.py"


def test_every_screen_shows_every_name_whole(branch: Branch, tmp_path: Path) -> None:
    faults: list[str] = []
    seen: set[str] = set()
    scene = set_scene(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path, feed_s=60) as hand:
            async for screen in walk(hand, scene):
                name = type(screen).__name__
                faults.extend(f"{name}: {what}" for what in cut(screen))
                seen.update(hand.footer())
                if spoken().code != "en":
                    faults.extend(f"{name}: English: {word}" for word in sorted(foreign(hand.painted())))

    run(flow())
    assert not faults, "\n".join(dict.fromkeys(faults))
    shown = {command.footer for command in commands() if command.shown and command is not TO_SHIFT}
    unseen = {footer for footer in shown if not english(footer) & seen}
    assert not unseen, "no walk of tests/app/rooms.py comes where these are offered"


async def see(hand: Hand, room: type[Screen[Any]], says: str = "") -> None:
    await hand.until(lambda: isinstance(hand.app.screen, room), room.__name__)
    if says:
        await hand.read(says)
    await settle(hand)
    assert not list(cut(hand.app.screen)), room.__name__


def test_what_is_said_at_the_door_and_of_a_payee_is_whole(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await see(hand, SignIn)
            await hand.sign_in("tim", "wrong")
            await see(hand, SignIn, "Not signed in (1 in a row here)")
            operator = hand.app.screen.query_one("#operator", Input)
            operator.clear()
            operator.focus()
            await fill(hand, PAYEE.text, "1500")
            await settle(hand)
            assert not list(cut(hand.app.screen))
            await hand.press("escape")
            await see(hand, PayOut)
            await hand.press("enter", "f9")
            await see(hand, PaymentScreen, "HELD")
            await hand.press("escape")
            await see(hand, Home)
            await hand.press("ctrl+p")
            await hand.until(lambda: isinstance(hand.app.screen, CommandPalette), "the palette")
            await hand.press("escape", "ctrl+t")
            await see(hand, Home)
            await hand.press("f12")
            await hand.choose("anna")
            await see(hand, Exchange, "No shift of yours is open here")
            assert "To the shift" in hand.footer()

    branch.fill_treasury()
    run(flow())
