"""Save a receipt in a folder, as PDF or as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.till import OTHER_FORM
from terminal_app.language import _
from terminal_app.screens.room import Room

FORMS = ("pdf", "text")
FORM_NAMES = {"pdf": _("as PDF"), "text": _("as plain text")}


class SaveReceipt(Room):
    heading = _("Save the receipt")
    purpose = _("Write the folder; Enter saves the receipt there as a file of its own. Nothing is written over.")
    commands = (HELP, BACK, OTHER_FORM)

    def __init__(self, receipt: tp.Receipt, language: tp.Language, width: int, then: Callable[[str], None]) -> None:
        super().__init__()
        self._receipt = receipt
        self._language = language
        self._width = width
        self._then = then
        self._form = FORMS[0]

    def body(self) -> Iterator[Widget]:
        yield Static(FORM_NAMES[self._form], id="standing", markup=False)
        with Vertical(classes="form"):
            yield Label(_("Folder"))
            yield Input(str(self.terminal.memory.folder / "receipts"), id="folder", max_length=4096)
        yield Static(_("Enter saves it there; F5 changes between PDF and text."), classes="hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def action_other_form(self) -> None:
        self._form = FORMS[(FORMS.index(self._form) + 1) % len(FORMS)]
        self.query_one("#standing", Static).update(FORM_NAMES[self._form])

    @on(Input.Submitted)
    def save(self) -> None:
        folder = self.query_one(Input).value.strip()
        if self.waiting or not folder:
            return
        self.waiting = True
        self.say(_("Saving…"))
        self.ask(partial(self._call, folder, self._form), self._saved)

    def _call(self, folder: str, form: str) -> str:
        place = Path(folder).expanduser()
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise tp.Unavailable(_("the folder cannot be made or written")) from None
        settings = tp.PrinterSettings.model_validate({"kind": form, "path": str(place), "width": self._width})
        slip = tp.lay_out(self._receipt, width=self._width, language=self._language)
        tp.open_printer(settings).print(slip)
        return _("✓ Saved in {folder}: {name}").format(folder=str(place), name=slip.name)

    def _saved(self, told: str) -> None:
        self.waiting = False
        self.terminal.pop_screen()
        self._then(told)

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
