"""A customer's payments that were confirmed here and not answered: theirs alone."""

from __future__ import annotations

import tokenpay as tp
from terminal_app.acts import Done
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import DO_AGAIN, DROP
from terminal_app.language import _
from terminal_app.memory import Memory, Order
from terminal_app.screens.unfinished import Unfinished
from terminal_app.self_service.payment import OwnPayment


class Unanswered(Unfinished):
    heading = _("Not answered")
    purpose = _(
        "Payments that you confirmed here when the power went or the bank did not answer. What the bank has is opened "
        "with Enter and is done; what it never got may be paid now (F9) or forgotten (F10)."
    )
    commands = (HELP, BACK, DO_AGAIN, DROP)
    shows_palette = False

    def orders(self) -> list[Order]:
        return written_down(self.terminal.memory, self.by)

    def open_done(self, done: Done) -> None:
        self.terminal.push_screen(OwnPayment(done.id))


def written_down(memory: Memory, by: tp.Session) -> list[Order]:
    """Return what this customer confirmed here, whichever PIN they had then; raises tp.IntegrityError."""
    own = f"{by.operator.customer_id.lower()}."
    return [order for order in memory.unanswered() if order.operator.startswith(own)]
