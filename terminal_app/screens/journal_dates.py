"""From which day to which: for the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.language import _, spoken
from terminal_app.screens.room import Room

FORMS = ("%Y-%m-%d", "%d.%m.%Y")


class JournalDates(Room):
    heading = _("Dates")
    purpose = _(
        "Write the first and the last day; an empty field is no bound. Enter goes on, and in the last field shows the "
        "journal. Days begin at midnight on this terminal's clock."
    )

    def __init__(self, from_s: int | None, until_s: int | None, then: Callable[[int | None, int | None], None]) -> None:
        super().__init__()
        self._from_s = from_s
        self._until_s = until_s
        self._then = then

    def body(self) -> Iterator[Widget]:
        today = day_text(self.bank.clock.now_s())
        first = today if self._from_s is None and self._until_s is None else day_text(self._from_s)
        last = "" if self._until_s is None else day_text(self._until_s - 1)
        with Vertical(classes="form"):
            yield Label(_("From"))
            yield Input(first, id="from", max_length=10, placeholder=today)
            yield Label(_("Until, that day included"))
            yield Input(last, id="until", max_length=10, placeholder=today)
        yield Static(_("Enter goes on, and in the last field shows the journal."), classes="hint")

    def on_mount(self) -> None:
        self.query_one("#from", Input).focus()

    @on(Input.Submitted, "#from")
    def go_on(self) -> None:
        self.query_one("#until", Input).focus()

    @on(Input.Submitted, "#until")
    def done(self) -> None:
        try:
            first, last = (read_day(self.query_one(f"#{name}", Input).value.strip()) for name in ("from", "until"))
            if first is not None and last is not None and first > last:
                raise tp.InvalidInput(_("the last day is before the first"))
        except tp.TokenpayError as error:
            self.failed(error)
            return
        self.terminal.pop_screen()
        self._then(None if first is None else _midnight(first), None if last is None else _midnight(last, after=1))


def read_day(text: str) -> date | None:
    """Return the day that was typed, None for nothing; raises tp.InvalidInput."""
    if not text:
        return None
    for form in FORMS:
        try:
            return datetime.strptime(text, form).astimezone().date()
        except ValueError:
            continue
    raise tp.InvalidInput(_("a day is written like 2026-03-31 or 31.03.2026"))


def day_text(at_s: int | None) -> str:
    """Return a day on this terminal's clock, as the language writes it; nothing for None."""
    if at_s is None:
        return ""
    return datetime.fromtimestamp(at_s).astimezone().strftime(spoken().written.day)


def dates_text(from_s: int | None, until_s: int | None) -> str:
    """Return from which day to which, as short as it goes; empty for no bounds."""
    if from_s is None and until_s is None:
        return ""
    first, last = day_text(from_s), "" if until_s is None else day_text(until_s - 1)
    return first if first == last else f"{first} … {last}".strip()


def _midnight(day: date, *, after: int = 0) -> int:
    moment = datetime(day.year, day.month, day.day).astimezone() + timedelta(days=after)
    return max(int(moment.replace(hour=0, minute=0, second=0).timestamp()), 0)
