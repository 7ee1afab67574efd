"""Export the journal to a CSV file: where to, how far it is, and how many lines it became."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, ProgressBar, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.room import Room, error_text
from terminal_app.workers import ask


class Export(Room):
    heading = _("Export")
    purpose = _(
        "Write the file's name; Enter writes all that the journal's filters let through, not only what was shown. "
        "Nothing is written over. You may go on with something else meanwhile: the terminal says when it is done."
    )

    def __init__(self, wanted: tp.JournalFilter) -> None:
        super().__init__()
        self._wanted = wanted
        self._writing = False
        self._done = ""
        """The file that was written from here: Enter pressed twice is no second export."""

    def body(self) -> Iterator[Widget]:
        made = datetime.fromtimestamp(self.bank.clock.now_s()).astimezone().strftime("%Y%m%d-%H%M%S")
        with Vertical(classes="form"):
            yield Label(_("File"))
            yield Input(str(self.terminal.memory.folder / f"journal-{made}.csv"), id="file", max_length=4096)
        yield Static(_("Enter writes it: CSV, for its owner alone."), classes="hint")
        yield ProgressBar(show_eta=False, show_percentage=False, id="progress")
        yield Static(id="done", markup=False)

    def on_mount(self) -> None:
        self.query_one(ProgressBar).display = False
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def write(self) -> None:
        name = self.query_one(Input).value.strip()
        if self._writing or name in ("", self._done):
            return
        path = Path(name).expanduser()
        self._writing = True
        self.query_one(ProgressBar).display = True
        self.query_one("#done", Static).update(_("Writing…"))
        self.say("")
        call = partial(tp.export_journal, self.bank, path, by=self.by, wanted=self._wanted)
        # The terminal itself waits for the answer: whoever asked may have left this screen.
        ask(self.terminal, call, partial(self._written, name, path), self._not_written, group="export")

    def _written(self, name: str, path: Path, lines: int) -> None:
        self._done = name
        told = _("✓ Exported: {count} payments to {file}").format(count=lines, file=str(path))
        if self._settle():
            self.query_one("#done", Static).update(told)
        elif self.terminal.room is not None:
            self.terminal.room.say(told)

    def _not_written(self, error: tp.TokenpayError) -> None:
        if self._settle():
            self.query_one("#done", Static).update(_("✗ Nothing was written."))
            self.failed(error)
        elif self.terminal.room is not None:
            self.terminal.room.say(f"{error_text(error)}. " + _("Nothing was exported."))

    def _settle(self) -> bool:
        """End the progress, and tell whether this screen is still there."""
        self._writing = False
        if not self.is_attached:
            return False
        self.query_one(ProgressBar).display = False
        return True
