"""Pay: a code that was scanned, pasted or typed, and what will happen, before the one key that pays."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.acts import Done
from terminal_app.language import _
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.pay_out import PayOut, Target
from terminal_app.self_service.lookups import own_target
from terminal_app.self_service.payment import OwnPayment
from terminal_app.sentences import sentence

PAYEES = {
    tp.PayeeStanding.KNOWN: _("You have paid this payee before."),
    tp.PayeeStanding.NEW_TO_CUSTOMER: _("! You have not paid this payee before: compare it with what they told you."),
    tp.PayeeStanding.NEW_TO_BANK: _("! You have not paid this payee before: compare it with what they told you."),
    tp.PayeeStanding.OWN_ADDRESS: _("! This is an address of the bank itself."),
    tp.PayeeStanding.REQUEST_ADDRESS: _("! This is a request of this bank: scan its own code to pay it at once."),
}


class OwnConfirm(PayConfirm):
    purpose = _(
        "Read every line. F9 pays exactly this, once: pressed twice, or after a power cut, it is still one payment. "
        "Escape changes it; nothing has been paid."
    )
    shows_palette = False
    no_answer = _(
        "! NO ANSWER: {why}.\nIt may or may not be paid. F9 asks again and cannot pay twice. It is written down here: "
        "sign in again at this place later and you are told."
    )

    def body(self) -> Iterator[Widget]:
        yield from super().body()
        yield Static(_("F9 pays it. Escape goes back, and nothing is paid."), classes="hint")

    def foreseen(self, seen: tp.PaymentPreview) -> list[str]:
        """Return what will happen, as far as it can be foreseen, with every reason that a customer is told."""
        said = {
            tp.Answer.ALLOW: _("▸ As things stand, it is paid as soon as you confirm."),
            tp.Answer.HOLD: _(
                "‖ As things stand, somebody of the bank looks at it first; the money is reserved for it:"
            ),
            tp.Answer.REFUSE: _("✗ As things stand, the bank would refuse it:"),
        }[seen.decision.answer]
        return [PAYEES[seen.payee], "", said, *(f"  · {sentence(reason)}" for reason in seen.decision.reasons)]

    def _answered(self, result: Done | tp.Refusal) -> None:
        if isinstance(result, tp.Payment):
            self._settle()
            self.terminal.leave_for(OwnPayment(result.id))
        else:
            super()._answered(result)


class OwnPay(PayOut):
    heading = _("Pay")
    purpose = _(
        "Scan, paste or type the payee's code or address and press Enter: the line below says what it is. Then the "
        "amount. Nothing is paid before the next screen."
    )
    shows_palette = False
    confirming = OwnConfirm

    def target_of(self, text: str) -> Target:
        return own_target(self.bank, text)
