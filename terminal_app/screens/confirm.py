"""Exactly what will be paid, and the one key that pays it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import CONFIRM
from terminal_app.language import _
from terminal_app.memory import Order, carry_out, new_key
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.room import Room, error_text
from terminal_app.sentences import sentence
from terminal_app.views import labelled

UNSURE = (tp.Unavailable, tp.Halted, tp.SessionExpired)
"""Errors after which the bank may still have the payment, or the same confirmation may be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order without its key, and its content in words."""

    order: Order
    amount: str
    debtor: str
    creditor: str
    fours: str
    trust: str
    on_chain: bool


class Confirm(Room):
    heading = _("Confirm")
    purpose = _(
        "Read every line. F9 pays exactly this, once: pressed twice, or after a crash, it is still one payment. "
        "Escape changes it; nothing has been paid."
    )
    commands = (HELP, BACK, CONFIRM)
    no_answer: ClassVar[str] = _(
        "! NO ANSWER: {why}.\nIt may or may not be paid. F9 asks again under the same key and cannot pay "
        "twice. It is written down here: after a restart, F6 at the counter."
    )

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._order: Order | None = None
        self._unsure = False
        self._over = False

    def body(self) -> Iterator[Widget]:
        draft = self._draft
        how = (
            _("On the chain: the engine sends it, and it is final some blocks later. The bank bears the fee.")
            if draft.on_chain
            else _("In the bank's own books, at once and without a fee.")
        )
        lines = [
            (_("Pay"), draft.amount),
            (_("From"), draft.debtor),
            (_("To"), draft.creditor),
            ("", draft.fours),
            (_("Known"), draft.trust),
            (_("For"), draft.order.remittance or _("nothing is written")),
            (_("How"), how),
        ]
        with VerticalScroll():
            yield Static(labelled(lines), id="content", markup=False)
            yield Static(
                _("The bank decides as you confirm: paid, held for a second person, or refused, with every reason."),
                id="outcome",
                markup=False,
            )

    def offers(self, command: Command) -> bool:
        return super().offers(command) and not (command is CONFIRM and self._over)

    def action_confirm(self) -> None:
        """Mint the key, write it down with the content, and only then ask the bank."""
        if self.waiting or self._over:
            return
        try:
            if self._order is None:
                now_s = self.bank.clock.now_s()
                order = replace(self._draft.order, key=new_key(), confirmed_at_s=now_s)
                self.terminal.memory.keep(order)
                self._order = order
        except tp.TokenpayError as error:
            self.say(f"{error_text(error)}. " + _("Nothing was sent to the bank."))
            return
        self.waiting = True
        self.say(_("Asking the bank…"))
        self.refresh_bindings()
        self.ask(partial(carry_out, self.bank, self._order, self.by), self._answered)

    def _answered(self, result: tp.Payment | tp.Refusal) -> None:
        self._settle()
        if isinstance(result, tp.Payment):
            self.terminal.leave_for(PaymentScreen(result.id))
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
