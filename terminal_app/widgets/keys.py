"""The line of keys at the foot of a screen."""

from textual.screen import Screen
from textual.widgets import Footer


class Keys(Footer):
    """A footer that is drawn anew only when what it offers has changed: answers of the bank come every second."""

    _drawn: tuple[tuple[str, str, bool], ...] | None = None

    def bindings_changed(self, screen: Screen[object]) -> None:
        active = screen.active_bindings.values()
        offered = tuple(
            (item.binding.key, item.binding.description, item.enabled) for item in active if item.binding.show
        )
        if screen.app.app_focus and offered != self._drawn:
            self._drawn = offered
            super().bindings_changed(screen)
