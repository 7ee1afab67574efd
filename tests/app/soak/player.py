"""Which keys somebody presses next: what the terminal offers, what a field is for, and now and then anything at all."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from textual.screen import Screen
from textual.widgets import Input, Select

import tokenpay as tp
from terminal_app.app import TerminalApp
from terminal_app.commands.anywhere import BACK, EVERYWHERE, FROM_HOME, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import CONFIRM, YES
from terminal_app.keyboard import LETTERS
from terminal_app.screens.code_entry import CodeEntry
from terminal_app.screens.jump import Jump
from terminal_app.screens.room import Room
from terminal_app.screens.sign_in import SignIn
from terminal_app.widgets.amount_input import AmountInput
from terminal_app.widgets.listing import Listing
from tests.app.soak.bank import STAFF, SoakBank
from tests.app.soak.stage import PASTE
from tokenpay.testing import DENIED
from tokenpay.testing.branch import PASSWORD, TOKEN

Move = list[str]
PAYEES = tuple(tp.Address(bytes([number]) * 20) for number in (0x77, 0x78, 0x79))
AMOUNTS = ("1", "2.50", "10", "25", "40", "99.99", "120", "1500", "0", "9999999", "1 250", ".5", "1,5")
LIKELY = (6, 6, 9, 9, 6, 3, 3, 3, 1, 1, 1, 1, 1)
CROWD = ("anna", "boris", "boris", "clara", "clara", "davit", "davit", "berg", "a", "zz")
WORDS = ("rent", "gas", "Дом", "x", "a b")
COUNTS = ("4x20", "2x50, 3x5", "10x1", "", "1x7", "0x50")
PIECES = ("", "", "1", "2", "4", "10")
MONEY = 4
"""How much rather than anything else people move money."""
MOVES_MONEY = (tp.Permission.REQUEST, tp.Permission.PAY, tp.Permission.APPROVE, tp.Permission.SHIFT)
ANYTHING = (
    *"abcdefghijklmnopqrstuvwxyz0123456789-.,:/",
    *("space", "enter", "tab", "shift+tab", "escape", "up", "down", "left", "right", "home", "end", "pageup"),
    *("pagedown", "backspace", "delete", "ctrl+g", "ctrl+r", "ctrl+p", "ctrl+t", "ctrl+l", "ctrl+a", "ctrl+w"),
    *(f"f{number}" for number in range(1, 13)),
)
LEAVES = ("ctrl+q", "ctrl+c", "ctrl+z")
"""What ends the terminal or stops its process; a session ends and begins again in other ways."""


class Player:
    """Somebody at the terminal, drawn from a seed."""

    def __init__(self, home: SoakBank, seed: int) -> None:
        self.random = Random(f"{seed}/keys")
        self.home = home
        self.operator = self.random.choices(STAFF, (6, 3, 1))[0]
        self._below: tuple[Command, ...] = ()
        """What the last room offered: its codes are typed on the line above it."""

    def move(self, app: TerminalApp) -> Move:
        """Return what is pressed next, one or more keys that belong together."""
        room, random = app.room, self.random
        if random.random() < 0.03:
            return [random.choice(ANYTHING)]
        if room is None:
            return self._above_a_room(app.screen)
        if isinstance(room, SignIn) and random.random() < 0.9 and isinstance(room.focused, Input):
            return self._phrase(room.focused)
        self._below = tuple(command for command in _commands(room) if room.offers(command))
        ways: list[tuple[float, Callable[[], Move]]] = [(0.5, lambda: self._binding(room))]
        own = [c for c in self._below if c in room.commands and c not in (*FROM_HOME, *EVERYWHERE, BACK)]
        begun = [c for c in self._below if c in FROM_HOME and c in room.commands]
        liked = max(map(_liking, own), default=0)
        ways += [(2.5 * liked, lambda: self._key_of(_by_liking(own)))] if own else []
        ways += [(9, lambda: self._key_of(_by_liking(begun)))] if begun else []
        idle = liked < MONEY and not isinstance(room.focused, Input)
        ways += [(6 if idle else 0.7, lambda: ["escape"])] if BACK in self._below else []
        ways += [(0.2, lambda: self._key_of([c for c in self._below if c in EVERYWHERE or c is HELP]))]
        focused = room.focused
        if isinstance(focused, Input):
            ways.append((14, lambda: self._phrase(focused)))
            ways += [(2, lambda: ["tab"]), (1, lambda: ["down", "enter"])]
        elif isinstance(focused, Listing) and focused.row_count:
            ways += [(2 if begun else 7, lambda: ["down"] * random.randint(0, 3) + ["enter"]), (1, lambda: ["end"])]
        elif isinstance(focused, Select):
            ways.append((3, lambda: ["enter", "down", "enter"]))
        else:
            ways.append((1, lambda: ["tab"]))
        (way,) = random.choices([way for _, way in ways], [weight for weight, _ in ways])
        return way()

    def _key_of(self, commands: list[Command]) -> Move:
        command = self.random.choice(commands or [HELP])
        if command.code and self.random.random() < 0.1:
            return ["ctrl+r", *command.code, "enter"]
        return [self.random.choice(command.key.split(","))]

    def _binding(self, screen: Screen[Any]) -> Move:
        """Press any key that is bound here, by the terminal or by a widget."""
        bound = [key for key, found in screen.active_bindings.items() if found.enabled and key not in LEAVES]
        return [self.random.choice(sorted(bound) or ["tab"])]

    def _above_a_room(self, screen: Screen[Any]) -> Move:
        random = self.random
        if random.random() < 0.15:
            return ["escape"]
        if isinstance(screen, Jump):
            return [random.choice(LETTERS[:6])]
        codes = [command.code for command in self._below if command.code]
        if isinstance(screen, CodeEntry) and codes:
            return [*random.choice(codes), "enter"]
        if isinstance(screen.focused, Input):
            words = [command.footer for command in self._below]
            return [*_typed(random.choice(words or ["help"])), *["down"] * random.randint(0, 1), "enter"]
        return self._binding(screen)

    def _phrase(self, field: Input) -> Move:
        """Write what such a field is for, and mostly go on with Enter."""
        random = self.random
        text = self._text_for(field)
        pasted = len(text) > 16 or (field.password and random.random() < 0.8)
        written = [PASTE + text] if pasted else _typed(text)
        emptied = ["end", "shift+home", "delete"] if field.value and not field.password else []
        return [*emptied, *written, *(["enter"] if random.random() < 0.93 else ["tab"])]

    def _text_for(self, field: Input) -> str:
        random = self.random
        if field.password:
            return PASSWORD if random.random() < 0.95 else "guess"
        if isinstance(field, AmountInput):
            return random.choices(AMOUNTS, LIKELY)[0]
        for name in (field.id or "", *field.classes):
            if name in _TEXTS:
                return _TEXTS[name](self)
        return random.choices((random.choice(WORDS), random.choice(AMOUNTS), self.code()), (6, 1, 1))[0]

    def code(self) -> str:
        """Return what a scanner may read: a request of this bank, an address, a link, or something else."""
        states = (tp.RequestState.OPEN, tp.RequestState.PART_PAID)
        issued = tp.find_requests(self.home.bank, by=self.home.otto, states=states, limit=5)
        payee = self.random.choice(PAYEES)
        codes = [
            payee.text,
            payee.caip10(self.home.chain.chain_id),
            f"ethereum:{TOKEN.contract}@{TOKEN.chain_id}/transfer?address={payee}&uint256=7e6",
            DENIED.text,
            "see you at four o'clock",
        ]
        weights = [6, 2, 3, 1, 1]
        for found in issued:
            codes.append(found.request.reference)
            weights.append(5)
        return self.random.choices(codes, weights)[0]


_TEXTS: dict[str, Callable[[Player], str]] = {
    "operator": lambda player: player.operator if player.random.random() < 0.8 else player.random.choice(STAFF[:2]),
    "text": lambda player: player.random.choice(CROWD),
    "folder": lambda player: player.random.choice((".", ".", "x")),
    "target": Player.code,
    "address": lambda player: player.random.choice(PAYEES).text,
    "quick": lambda player: player.random.choice(COUNTS),
    "pieces": lambda player: player.random.choice(PIECES),
    "drawer": lambda player: player.random.choice(("drawer-1", "drawer-1", "drawer-2")),
}
"""What is written into a field, by its id or a class of it; into any other go words, an amount or a code."""


def _liking(command: Command) -> int:
    """Return how much rather than to look, or to take something back, people come to do this."""
    if command.action.startswith(("cancel", "drop")):
        return 1
    return MONEY if command in (CONFIRM, YES) or command.permission in MOVES_MONEY else 1


def _by_liking(commands: list[Command]) -> list[Command]:
    return [command for command in commands for _ in range(_liking(command))]


def _commands(room: Room) -> Iterator[Command]:
    if not room.waiting:
        yield from dict.fromkeys((*room.commands, *FROM_HOME, *EVERYWHERE))


def _typed(text: str) -> Move:
    return ["space" if letter == " " else letter for letter in text]
