"""Exactly what will be done, and the one key that does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.acts import ACTS, Done, carry_out
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import CONFIRM
from terminal_app.language import _
from terminal_app.memory import Order, new_key
from terminal_app.screens.outcome import room_of
from terminal_app.screens.room import Room, error_text
from terminal_app.sentences import sentence
from terminal_app.views import labelled

UNSURE = (tp.Unavailable, tp.Halted, tp.SessionExpired)
"""Errors after which the bank may still have the act, or the same confirmation may be sent again."""


DECIDES = _("The bank decides as you confirm: done, held for a second person, or refused, with every reason.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an order will be made of, and its content in words, a label and a text a line."""

    act: str
    fields: Mapping[str, str]
    amount: str
    whom: str
    lines: tuple[tuple[str, str], ...]

    def order(self, *, operator: str, at_s: int) -> Order:
        """Return the order of a person who has just confirmed this, under a key of its own."""
        return Order(
            key=new_key(),
            operator=operator,
            act=self.act,
            fields=self.fields,
            amount=self.amount,
            whom=self.whom,
            confirmed_at_s=at_s,
        )


class Confirm(Room):
    heading = _("Confirm")
    purpose = _(
        "Read every line. F9 does exactly this, once: pressed twice, or after a crash, it is still done once. "
        "Escape changes it; nothing has been done."
    )
    commands: ClassVar[tuple[Command, ...]] = (HELP, BACK, CONFIRM)
    no_answer: ClassVar[str] = _(
        "! NO ANSWER: {why}.\nIt may or may not be done. F9 asks again under the same key and cannot do it "
        "twice. It is written down here: after a restart, F6 at the counter."
    )

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._order: Order | None = None
        self._unsure = False
        self._over = False

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(labelled(self._draft.lines), id="content", markup=False)
            yield Static(DECIDES, id="outcome", markup=False)

    def offers(self, command: Command) -> bool:
        if command is not CONFIRM:
            return super().offers(command)
        session = self.terminal.session
        may = session is not None and session.operator.may(ACTS[self._draft.act].permission)
        return may and not self._over

    def action_confirm(self) -> None:
        """Mint the key, write it down with the content, and only then ask the bank."""
        if self.waiting or self._over:
            return
        try:
            if self._order is None:
                order = self._draft.order(operator=self.by.operator.id, at_s=self.bank.clock.now_s())
                self.terminal.memory.keep(order)
                self._order = order
        except tp.TokenpayError as error:
            self.say(f"{error_text(error)}. " + _("Nothing was sent to the bank."))
            return
        self.waiting = True
        self.say(_("Asking the bank…"))
        self.refresh_bindings()
        self.ask(partial(carry_out, self.bank, self._order, self.by), self._answered)

    def _answered(self, result: Done | tp.Refusal) -> None:
        self._settle()
        if not isinstance(result, tp.Refusal):
            self.terminal.leave_for(room_of(result))
            return
        self._over = True
        reasons = "\n".join(f"  · {sentence(reason)}" for reason in result.reasons)
        self.query_one("#outcome", Static).update(_("✗ REFUSED. Nothing left.\n{reasons}").format(reasons=reasons))
        self.say(_("Escape goes back to what was typed."))
        self.refresh_bindings()

    def failed(self, error: tp.TokenpayError) -> None:
        """Keep the order where the bank may have it; a clear no to a first try lets it go."""
        self.waiting = False
        self._unsure = self._unsure or isinstance(error, UNSURE) or error.code == tp.TokenpayError.code
        super().failed(error)
        if not self._unsure:
            self._settle()
            self.say(f"{error_text(error)} " + _("Nothing left."))
        elif not isinstance(error, tp.SessionExpired):
            self.query_one("#outcome", Static).update(self.no_answer.format(why=sentence(error)))
            self.say("")
        self.refresh_bindings()

    def _settle(self) -> None:
        """The bank has answered: what was written down has done its work."""
        self.waiting = False
        if self._order is not None:
            self.terminal.memory.forget(self._order)
        self._order = None
        self.say("")
