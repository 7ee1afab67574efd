"""A letter beside each field and row of the room below: pressing one goes there."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label, Static

from terminal_app.keyboard import LETTERS, latin
from terminal_app.language import _
from terminal_app.screens.room import Room
from terminal_app.widgets.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere to go: a widget, or one row of a listing, and where on the screen its letter stands."""

    widget: Widget
    at: Offset
    row: int | None = None


def places(room: Room) -> list[Place]:
    """Return where a key may go in a room, from the top down; as many as there are letters."""
    found = [place for widget in room.focus_chain for place in _places_of(widget, room)]
    return sorted(found, key=lambda place: (place.at.y, place.at.x))[: len(LETTERS)]


def _places_of(widget: Widget, room: Room) -> Iterator[Place]:
    seen = widget.region.intersection(room.region)
    if not seen:
        return
    if not isinstance(widget, Listing):
        yield Place(widget=widget, at=seen.offset)
        return
    first = round(widget.scroll_offset.y)
    for row in range(first, min(widget.row_count, first + seen.height - widget.header_height)):
        yield Place(widget=widget, at=Offset(seen.x, seen.y + widget.header_height + row - first), row=row)


class Jump(ModalScreen[None]):
    """Covers nothing but the places of its letters; any other key leaves everything as it is."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._places = dict(zip(LETTERS, places(room), strict=False))

    def compose(self) -> ComposeResult:
        for letter, place in self._places.items():
            label = Label(letter.upper(), classes="jump", markup=False)
            label.styles.offset = place.at
            yield label
        yield Static(_("Press a letter to go there; Esc leaves."), id="jumping", markup=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        place = self._places.get(latin((event.character or "").lower()))
        self.dismiss()
        if place is not None:
            place.widget.focus()
            if isinstance(place.widget, Listing):
                place.widget.move_cursor(row=place.row)
