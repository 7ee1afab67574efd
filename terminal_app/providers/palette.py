"""Every command that may be done here and now, by name."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from terminal_app.commands.command import Command
from terminal_app.screens.room import Room


class Palette(Provider):
    async def discover(self) -> Hits:
        for command in self._offered():
            yield DiscoveryHit(command.footer, partial(self._run, command), help=described(command))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._offered():
            named = max(matcher.match(command.footer), matcher.match(command.code))
            score = named or matcher.match(command.help) / 10
            if score > 0:
                shown = matcher.highlight(command.footer)
                yield Hit(score, shown, partial(self._run, command), help=described(command))

    def _offered(self) -> Iterator[Command]:
        room = self.screen
        if not isinstance(room, Room) or room.waiting:
            return
        everywhere = room.terminal.anywhere
        yield from (command for command in room.commands if command not in everywhere and room.offers(command))
        yield from (command for command in everywhere if room.offers(command))

    async def _run(self, command: Command) -> None:
        await self.app.run_action(command.action, default_namespace=self.screen)


def described(command: Command) -> str:
    """Return what a command does, with the keys to run it by."""
    keys = [command.key_text, f":{command.code}" if command.code else ""]
    return f"{command.help} ({', '.join(key for key in keys if key)})"
