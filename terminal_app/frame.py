"""What every program of the terminal has: a bank, a memory, who is signed in, colours, and rooms above each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.screen import Screen
from textual.timer import Timer

import tokenpay as tp
from terminal_app.commands.anywhere import LOCK, SIGN_OUT
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.memory import Memory
from terminal_app.messages import Answered
from terminal_app.providers.palette import Palette
from terminal_app.screens.code_entry import CodeEntry
from terminal_app.screens.help import Help
from terminal_app.screens.jump import Jump, places
from terminal_app.screens.room import Room
from terminal_app.screens.sign_in import SignIn
from terminal_app.themes import CONTRAST, EDGE, THEMES, offered
from terminal_app.workers import ask

ENDS = ("quit", "app.quit")
"""What ends a program by a key of Textual's own."""
HURRY_S = 0.6
"""A key that comes sooner after another one was pressed by nobody who has read what stands there."""
AFTER_S = 0.15
"""So long it is waited whether another key follows: a scanner ends a code with Enter."""
_REMEMBERED = 10_000
"""So many keys may stand in line: more than the longest code has."""


@dataclass(slots=True)
class _Pressed:
    """When a key was pressed, whether soon after another, and when the next one was, if any was; not which it is."""

    at_s: float = -inf
    hurried: bool = False
    next_s: float = inf

    def in_company(self, after_s: float) -> bool:
        """Whether it was not pressed by somebody who reads: others came just before it, or just after."""
        return self.hurried or self.next_s - self.at_s < after_s


class Frame(App[None]):
    """One program at a bank: the branch's terminal, self-service, a customer's screen.

    `opened` opens the bank, in a thread behind the door: who comes to it finds it at once. What the program must not
    forget is in `state`, a folder of its own. `anywhere` is what its people may do from every screen.
    """

    CSS_PATH = Path(__file__).parent / "terminal.tcss"
    COMMANDS: ClassVar[set[type[Palette] | Callable[[], type[Palette]]]] = {Palette}  # type: ignore[assignment]
    TITLE = "tokenpay"
    anywhere: ClassVar[tuple[Command, ...]] = ()

    def __init__(
        self,
        opened: Callable[[], tp.Bank],
        *,
        state: Path,
        name_of_terminal: str,
        idle_s: float = 0.0,
        note: str = "",
    ) -> None:
        super().__init__()
        self._opened = opened
        self._bank: Future[tp.Bank] = Future()
        self.memory = Memory(state)
        self.note = note
        """What the sign-in screen says to everybody: a demo bank's people."""
        self.name_of_terminal = name_of_terminal
        self.session: tp.Session | None = None
        self.alarm = ""
        self._idle_s = idle_s
        self._touched_s = monotonic()
        self.hurry_s, self.after_s = HURRY_S, AFTER_S
        self._keys: dict[float, _Pressed] = {}
        self._newest = self._now = _Pressed()
        """The key that came in last, and the one that is being obeyed: others may have come in since."""
        self._waits: tuple[Timer, _Pressed] | None = None
        """What is done unless another key follows, and the key that asked for it."""
        self._name_palette()
        self.register_theme(CONTRAST)
        if self.memory.theme in offered(no_color=self.no_color):
            self.theme = self.memory.theme

    def on_mount(self) -> None:
        self.push_screen(self.door())
        self.call_after_refresh(self._open_bank)

    def _open_bank(self) -> None:
        ask(self, lambda: self._bank.set_result(self._opened()), self._has_opened, self._stays_shut, group="bank")

    def _has_opened(self, _done: None) -> None:
        if self.room is not None and self.room.is_mounted:
            self.room.look_again()

    def _stays_shut(self, error: tp.TokenpayError) -> None:
        self._bank.set_exception(error)
        self.exit()

    @property
    def is_open(self) -> bool:
        """Whether the bank stands behind the door; False once it could not be opened."""
        return self._bank.done() and self._bank.exception() is None

    @property
    def bank(self) -> tp.Bank:
        """The bank, waited for where it is still being opened; raises what kept it shut."""
        return self._bank.result()

    def check_open(self) -> None:
        """Raise what kept the bank shut, if anything did."""
        if self._bank.done():
            self._bank.result()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EDGE

    def _name_palette(self) -> None:
        """Put the palette's word in the footer into the language of the screen."""
        for key, bound in self._bindings.key_to_bindings.items():
            self._bindings.key_to_bindings[key] = [
                replace(binding, description=_("all")) if binding.action.endswith("command_palette") else binding
                for binding in bound
            ]

    def door(self) -> Room:
        """Return the room where nobody is signed in yet."""
        raise NotImplementedError

    def first_room(self) -> Room:
        """Return the room that who signed in comes to."""
        raise NotImplementedError

    def begin(self, session: tp.Session) -> None:
        """Let somebody in who has just signed in."""
        raise NotImplementedError

    def sign_in_again(self) -> None:
        """Act on a session that has ended."""
        raise NotImplementedError

    @property
    def signed_in(self) -> tp.Session:
        """The session of who is signed in; raises tp.SessionExpired."""
        if self.session is None:
            raise tp.SessionExpired(_("nobody is signed in"))
        return self.session

    @property
    def room(self) -> Room | None:
        """The room that is seen; none below the palette, and none as the terminal closes."""
        top = self.screen_stack[-1] if self.screen_stack else None
        return top if isinstance(top, Room) else None

    @property
    def idle_for_s(self) -> float:
        """How long no key has been pressed."""
        return monotonic() - self._touched_s

    @property
    def under_way(self) -> bool:
        """Whether a money act waits for its answer in any room."""
        return any(isinstance(screen, Room) and screen.waiting for screen in self.screen_stack)

    def may(self, command: Command) -> bool:
        """Whether the role of who is signed in may do this; at the door nobody acts for them."""
        if command.permission is None:
            return True
        return self.session is not None and not self.at_the_door and self.session.operator.may(command.permission)

    @property
    def at_the_door(self) -> bool:
        """Whether somebody has to sign in first, also where help stands above the door."""
        return any(isinstance(screen, SignIn) for screen in self.screen_stack)

    def covers(self, room: Room) -> bool:
        """Whether a room lies behind the door: nothing of it is seen, and nothing happens in it."""
        stack = self.screen_stack
        door = next((place for place, screen in enumerate(stack) if isinstance(screen, SignIn)), 0)
        return room in stack[:door]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        for command in self.anywhere:
            if command.name == action:
                room = self.room
                free = self.may(command) if room is None else room.offers(command) and not room.waiting
                return free and (command not in (LOCK, SIGN_OUT) or self.session is not None)
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        return ()  # the palette shows the terminal's own commands

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._touched_s = monotonic()
        if isinstance(event, events.Key):
            # One that no widget takes comes by again, and others that stand in line may have come in between.
            self._now = self._keys.get(event.time) or self._comes_in(event.time)
        await super().on_event(event)

    @property
    def pressed_s(self) -> float:
        """When the last key was pressed that has come in."""
        return self._newest.at_s

    def _comes_in(self, at_s: float) -> _Pressed:
        before, self._newest = self._newest, _Pressed(at_s, hurried=at_s - self._newest.at_s < self.hurry_s)
        before.next_s = at_s
        self._keys[at_s] = self._newest
        if len(self._keys) > _REMEMBERED:
            del self._keys[next(iter(self._keys))]
        if self._waits is not None and self._waits[1].in_company(self.after_s):
            self._stop_waiting()
            self.came_with_others()
        return self._newest

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key, a code or the palette asks for; what decides about money only for a key that came alone."""
        do = partial(super().run_action, action, default_namespace, namespaces)
        if not self._takes_alone(action):
            return await do()
        pressed = self._now
        if pressed.in_company(self.after_s):
            self.came_with_others()
        elif self.after_s and pressed is self._newest:
            alone = partial(self._comes_alone, pressed, self.screen, do)
            behind = partial(self.call_later, alone)  # keys that are not taken in yet
            self._waits = self.set_timer(self.after_s, behind), pressed
        else:
            return await do()
        return True

    async def _comes_alone(self, pressed: _Pressed, where: Screen[object], do: Callable[[], Awaitable[bool]]) -> None:
        if self._waits is None or pressed.in_company(self.after_s):
            return
        self._stop_waiting()
        if where is self.screen:
            await do()

    def _stop_waiting(self) -> None:
        if self._waits is not None:
            self._waits[0].stop()
        self._waits = None

    def came_with_others(self) -> None:
        if self.room is not None:
            self.room.warn(
                _("! That key came together with others, as from a scanner. Read what stands here, then press it.")
            )

    def _takes_alone(self, action: str | ActionParseResult) -> bool:
        rooms = (screen.commands for screen in self.screen_stack if isinstance(screen, Room))
        return action in ENDS or any(
            command.alone and command.action == action for commands in (*rooms, self.anywhere) for command in commands
        )

    # From room to room

    def home(self) -> None:
        """Leave every room and open the first."""
        self._close_rooms(self.first_room())

    def leave_for(self, room: Room) -> None:
        """Leave what led here, up to the first room, and open another."""
        self._leave_rooms()
        self.push_screen(room)

    def _close_rooms(self, room: Room) -> None:
        self._leave_rooms()
        self.switch_screen(room)

    def _leave_rooms(self) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def action_sign_out(self) -> None:
        session = self.session
        if session is None or self._busy():
            return
        self.session = None
        self._close_rooms(self.door())
        self._end(session)

    def _end(self, session: tp.Session) -> None:
        """End a session at the bank; where the bank cannot be reached it ends by itself."""
        ask(self, partial(tp.close_session, self.bank, by=session), lambda done: None, lambda error: None, group="out")

    def _busy(self) -> bool:
        return self.room is not None and self.room.waiting

    @on(Answered)
    def deliver(self, message: Answered) -> None:
        message.deliver()

    # What every program offers

    def action_explain(self) -> None:
        room = self.room
        if room is not None and not isinstance(room, Help):
            self.push_screen(Help(room))

    def action_next_theme(self) -> None:
        names = offered(no_color=self.no_color)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        with suppress(tp.Unavailable):  # they are chosen again after the next start, no worse
            self.memory.theme = self.theme
        if self.room is not None:
            self.room.say(_("Colours: {name}").format(name=THEMES[self.theme]))

    def action_command_palette(self) -> None:
        if self.room is not None:
            self.push_screen(CommandPalette(placeholder=_("Find a command…")))

    def action_jump(self) -> None:
        if self.room is not None and places(self.room):
            self.push_screen(Jump(self.room))

    def action_type_code(self) -> None:
        room = self.room
        if room is not None:
            here = [command for command in (*room.commands, *self.anywhere) if room.offers(command)]
            self.push_screen(CodeEntry(list(dict.fromkeys(here))), partial(self._run_code, room))

    async def _run_code(self, room: Room, command: Command | None) -> None:
        if command is not None:
            await self.run_action(command.action, default_namespace=room)
