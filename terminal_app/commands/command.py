"""One thing that can be done: its key, its words in the footer, the palette and the help, and who may do it."""

from dataclasses import dataclass

from textual.binding import Binding

import tokenpay as tp


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`action` is a Textual action: `app.` before it for what can be done from every screen.

    What the operator's role may not do (`permission`) is neither shown nor bound; the verb behind it refuses as well.
    """

    action: str
    key: str
    footer: str
    help: str
    permission: tp.Permission | None = None
    shown: bool = True

    @property
    def name(self) -> str:
        return self.action.removeprefix("app.")

    def binding(self) -> Binding:
        return Binding(self.key, self.action, self.footer, show=self.shown)
