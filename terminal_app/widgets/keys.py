"""The line of keys at the foot of a screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

EDGE = "▏"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one key does; `aside` stands at the other end of the line."""

    key: str
    shown: str
    words: str
    enabled: bool
    aside: bool

    @property
    def width(self) -> int:
        return cell_len(self.shown) + (1 + cell_len(self.words) if self.words else 0)


class Keys(Widget):
    """What can be done here and by which key, in one line: a widget for each key would be half of a screen's work.

    It is drawn anew only when what it offers has changed: answers of the bank come every second.
    """

    ALLOW_SELECT = False

    def __init__(self, *, shows_palette: bool) -> None:
        super().__init__()
        self._shows_palette = shows_palette
        self._offers: tuple[Offer, ...] = ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_changed)

    def bindings_changed(self, screen: Screen[object]) -> None:
        offers = tuple(self._offered(screen))
        if screen.app.app_focus and offers != self._offers:
            self._offers = offers
            self.refresh()

    def _offered(self, screen: Screen[object]) -> Iterator[Offer]:
        """Yield each action once, by the first of its keys, and the palette at the end."""
        active = screen.active_bindings
        shown = {found.binding.action: found for found in reversed(active.values()) if found.binding.show}
        palette = active.get(self.app.COMMAND_PALETTE_BINDING) if self._shows_palette else None
        for found in chain(reversed(shown.values()), [palette] if palette else []):
            yield Offer(
                key=found.binding.key,
                shown=self.app.get_key_display(found.binding),
                words=found.binding.description,
                enabled=found.enabled,
                aside=found is palette,
            )

    @property
    def placed(self) -> list[tuple[int, Offer]]:
        """The offers, and in which cell each begins."""
        found, at = [], 0
        for offer in self._offers:
            at = max(at, self.size.width - offer.width) if offer.aside else at
            found.append((at, offer))
            at += offer.width + 1
        return found

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        at = 0
        for left, offer in self.placed:
            dim = "" if offer.enabled else " dim"
            gap = " " * (left - at)
            parts.append((f"{gap[1:]}{EDGE}", "$foreground 20%") if offer.aside and gap else (gap, ""))
            parts.append((offer.shown, f"bold $footer-key-foreground{dim}"))
            parts.append((f" {offer.words}" if offer.words else "", f"$footer-description-foreground{dim}"))
            at = left + offer.width
        return Content.assemble(*parts)

    def on_resize(self) -> None:
        self.refresh()  # what stands at the other end moves with it

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key that is pointed at."""
        for left, offer in self.placed:
            if left <= event.x < left + offer.width:
                if offer.enabled:
                    self.app.simulate_key(offer.key)
                else:
                    self.app.bell()
