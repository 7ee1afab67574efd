"""A receipt as it will look: issued and printed by one key, or saved as a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.till import PRINT, RECEIPT_LANGUAGE, SAVE
from terminal_app.language import LANGUAGES, _, spoken
from terminal_app.screens.room import Room, error_text
from terminal_app.screens.save_receipt import SaveReceipt
from terminal_app.widgets.paper import Paper

STANDINGS = {
    tp.Standing.PENDING: _("○ PENDING: it proves no payment"),
    tp.Standing.FINAL: _("✓ FINAL"),
    tp.Standing.ENDED: _("✗ ENDED: over, and not paid in full"),
}
WIDTH = 42


class ReceiptScreen(Room):
    heading = _("Receipt")
    purpose = _(
        "The receipt as it will look on paper. F9 issues and prints it: the first is the original, each later one a "
        "copy with its number. Did the printer not take it, F9 prints the same one again. F6 saves it as a file."
    )
    commands = (HELP, BACK, RECEIPT_LANGUAGE, SAVE, PRINT)

    def __init__(self, of: str) -> None:
        super().__init__()
        self._of = of
        self._language = spoken().written
        self._receipt: tp.Receipt | None = None
        self._owed = False
        """What is shown has been issued, and is not on paper yet."""

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="standing", markup=False)
        with VerticalScroll(id="desk"):
            yield Paper(id="paper", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def look(self) -> None:
        """Show what a receipt would say now, until one has been issued here."""
        if self._receipt is None or self._receipt.copy is None:
            self.ask(partial(tp.preview_receipt, self.bank, self._of, by=self.by), self._previewed)

    def _previewed(self, receipt: tp.Receipt) -> None:
        if self._receipt is None or self._receipt.copy is None:
            self.show(receipt)

    def show(self, receipt: tp.Receipt) -> None:
        self._receipt = receipt
        language = LANGUAGES[self._language.value].name
        parts = (STANDINGS[receipt.standing], mark_text(receipt), language)
        self.query_one("#standing", Static).update(" · ".join(parts))
        self.query_one(Paper).show(tp.lay_out(receipt, width=self._width, language=self._language))
        self.refresh_bindings()

    @property
    def _width(self) -> int:
        return WIDTH if self.bank.printer is None else self.bank.printer.width

    def offers(self, command: Command) -> bool:
        if command in (PRINT, SAVE, RECEIPT_LANGUAGE):
            return super().offers(command) and self._receipt is not None
        return super().offers(command)

    def action_other_language(self) -> None:
        languages = list(tp.Language)
        self._language = languages[(languages.index(self._language) + 1) % len(languages)]
        if self._receipt is not None:
            self.show(self._receipt)

    def action_print_receipt(self) -> None:
        """Print what was issued and is not on paper yet, else issue the next and print that."""
        if self.waiting:
            return
        self.waiting = True
        self.say(_("Printing…"))
        self.refresh_bindings()
        if self._owed and self._receipt is not None:
            self._print(self._receipt)
        else:
            self.ask(partial(tp.issue_receipt, self.bank, self._of, by=self.by), self._issued)

    def _issued(self, receipt: tp.Receipt) -> None:
        self._owed = True
        self.show(receipt)
        if self.bank.printer is None:
            self.waiting = False
            self.say(_("! Issued, and not on paper: this machine has no printer. F6 saves it as PDF or as text."))
            self.refresh_bindings()
            return
        self._print(receipt)

    def _print(self, receipt: tp.Receipt) -> None:
        language = self._language
        call = partial(tp.print_receipt, self.bank, receipt, language=language)
        self.ask(call, lambda done: self._printed(receipt), self._not_printed)

    def _printed(self, receipt: tp.Receipt) -> None:
        self.waiting, self._owed = False, False
        self.say(_("✓ Printed: {mark}. F9 prints a copy.").format(mark=mark_text(receipt)))
        self.refresh_bindings()

    def _not_printed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        again = _("It is issued and stands; F9 prints the same one again, F6 saves it.")
        self.say(f"{error_text(error)}. {again}")
        self.refresh_bindings()

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
        self.refresh_bindings()

    def action_save_receipt(self) -> None:
        """Issue it, unless what is shown was issued and is not on paper, and ask where to."""
        if self.waiting:
            return
        if self._owed and self._receipt is not None:
            self._save(self._receipt)
            return
        self.waiting = True
        self.ask(partial(tp.issue_receipt, self.bank, self._of, by=self.by), self._issued_to_save)

    def _issued_to_save(self, receipt: tp.Receipt) -> None:
        self.waiting, self._owed = False, True
        self.show(receipt)
        self._save(receipt)

    def _save(self, receipt: tp.Receipt) -> None:
        self.terminal.push_screen(SaveReceipt(receipt, self._language, self._width, self._saved))

    def _saved(self, told: str) -> None:
        self._owed = False
        self.say(told)


def mark_text(receipt: tp.Receipt) -> str:
    """Return which one it is: none yet, the original, or a copy and its number."""
    if receipt.copy is None:
        return _("not issued yet")
    return _("ORIGINAL") if receipt.is_original else _("COPY {number}").format(number=receipt.copy)
