"""The screen that pays out: what will be paid, and whether this payee was paid before."""

from __future__ import annotations

from functools import partial

from textual.widgets import Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.confirm import DECIDES, Confirm, Draft

PAYEES = {
    tp.PayeeStanding.KNOWN: _("This customer has paid this payee before."),
    tp.PayeeStanding.NEW_TO_CUSTOMER: _("! This customer has not paid this payee before: compare it whole."),
    tp.PayeeStanding.NEW_TO_BANK: _("! Nobody here has paid this payee before: compare it whole."),
    tp.PayeeStanding.OWN_ADDRESS: _("! This is an address of the bank itself."),
    tp.PayeeStanding.REQUEST_ADDRESS: _("! This is a request of this bank: scan its own code to pay it at once."),
}


class PayConfirm(Confirm):
    heading = _("Confirm")

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self._looked = False

    def look(self) -> None:
        if not self._looked:
            self._looked = True
            self.ask(partial(preview, self.bank, self._draft, self.by), self._show, lambda error: None)

    def _show(self, seen: tp.PaymentPreview) -> None:
        if not self.waiting and self._order is None and not self._over:
            self.query_one("#outcome", Static).update("\n".join(self.foreseen(seen)))

    def foreseen(self, seen: tp.PaymentPreview) -> list[str]:
        """Return what is known before the bank decides: of the payee alone, or who looks learns who is on a list."""
        return [PAYEES[seen.payee], "", DECIDES]


def preview(bank: tp.Bank, draft: Draft, by: tp.Session) -> tp.PaymentPreview:
    """Ask what the bank would say to a payment now."""
    fields = draft.fields
    return tp.preview_payment(
        bank,
        debtor=fields["debtor"],
        creditor=fields["creditor"],
        amount=tp.Amount.parse(fields["amount"], tp.find_asset(bank, fields["asset_id"])),
        by=by,
        request_id=fields["request_id"],
        remittance_information=fields["remittance"],
        ask_chain=False,
    )
