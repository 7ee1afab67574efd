"""What came of an exchange, and which cash goes over the counter now."""

from __future__ import annotations

import tokenpay as tp
from terminal_app.exchanging import pieces_text
from terminal_app.language import _
from terminal_app.screens.payment import PaymentScreen
from terminal_app.views import GONE, amount_text


class Exchanged(PaymentScreen):
    heading = _("Exchange")
    purpose = _(
        "What came of it. Final: hand the cash out, or put it in the drawer. Held: hand nothing out, and keep what the "
        "customer brought apart; this screen says when it is decided. F7 prints the receipt."
    )

    def said_first(self, payment: tp.Payment) -> str:
        """Return what is done with the cash."""
        leg = payment.intent.cash
        if leg is None:
            return ""
        comes_in = payment.intent.cash_comes_in
        if payment.state is tp.PaymentState.FINAL:
            words = _("PUT {amount} INTO {drawer}") if comes_in else _("HAND OUT {amount} FROM {drawer}")
            pieces = "" if comes_in else pieces_text(leg.amount)
            told = words.format(amount=amount_text(leg.amount), drawer=leg.drawer)
            return f"{told}\n  {pieces}" if pieces else told
        if payment.state in GONE:
            give_back = _("GIVE {amount} BACK: nothing was exchanged")
            return (give_back if comes_in else _("HAND NOTHING OUT: nothing was exchanged")).format(
                amount=amount_text(leg.amount)
            )
        apart = _("KEEP {amount} APART until it is decided")
        return (apart if comes_in else _("HAND NOTHING OUT until it is decided")).format(amount=amount_text(leg.amount))
