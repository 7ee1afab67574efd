"""Every command that may be done here and now, by name."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from terminal_app.commands.anywhere import EVERYWHERE, FROM_HOME
from terminal_app.commands.command import Command
from terminal_app.screens.room import Room


class Palette(Provider):
    async def discover(self) -> Hits:
        for command in self._offered():
            yield DiscoveryHit(command.footer, partial(self._run, command), help=command.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._offered():
            score = max(matcher.match(command.footer), matcher.match(command.help))
            if score > 0:
                shown = matcher.highlight(command.footer)
                yield Hit(score, shown, partial(self._run, command), help=command.help)

    def _offered(self) -> Iterator[Command]:
        room = self.screen
        if not isinstance(room, Room) or room.waiting:
            return
        everywhere = (*FROM_HOME, *EVERYWHERE)
        yield from (command for command in room.commands if command not in everywhere and room.offers(command))
        yield from (command for command in everywhere if room.terminal.may(command))

    async def _run(self, command: Command) -> None:
        await self.app.run_action(command.action, default_namespace=self.screen)
