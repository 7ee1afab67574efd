"""One thing that can be done: its key, its words in the footer, the palette and the help, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

import tokenpay as tp

_KEYS = {"escape": "Esc", "colon": ":"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`action` is a Textual action: `app.` before it for what can be done from every screen.

    `code` is what an expert types after a colon to run it; `key` names one key, or several with commas between.
    What the operator's role may not do (`permission`) is neither shown nor bound; the verb behind it refuses as well.
    `alone`: what decides about money is taken only where no key came just before or after. A scanner types whatever
    stands in a code, the bytes of a function key too, and types on at once; a person reads first.
    """

    action: str
    key: str
    footer: str
    help: str
    permission: tp.Permission | None = None
    shown: bool = True
    code: str = ""
    alone: bool = False

    @property
    def name(self) -> str:
        return self.action.removeprefix("app.")

    @property
    def key_text(self) -> str:
        """The first of its keys, as people write it; empty for what has none."""
        words = self.key.partition(",")[0].split("+")
        return "+".join(_KEYS.get(word, word.capitalize()) for word in words if word)

    def binding(self) -> Binding:
        return Binding(self.key, self.action, self.footer, show=self.shown)
