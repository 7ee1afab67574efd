"""Refund a payment: how much of it goes back to who paid."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.confirm import Confirm, Draft
from terminal_app.screens.room import Room
from terminal_app.views import PaymentView, amount_text
from terminal_app.widgets.amount_input import AmountInput, as_typed


class Refund(Room):
    heading = _("Refund")
    purpose = _(
        "A refund is a new payment, back to who paid. Write how much; what stands there is all that was not refunded "
        "yet. Enter shows it once more; the next screen pays it."
    )

    def __init__(self, payment: PaymentView, rest: tp.Amount) -> None:
        super().__init__()
        self._payment = payment
        self._rest = rest

    def body(self) -> Iterator[Widget]:
        yield Static(f"{self._payment.words}\n" + "\n".join(self._payment.later), id="about", markup=False)
        with Vertical(classes="form"):
            yield Label(_("Amount in {asset}").format(asset=self._rest.asset.symbol))
            yield AmountInput(id="amount")
        yield Static(_("Enter goes on to the screen that pays it."), classes="hint")

    def on_mount(self) -> None:
        field = self.query_one(AmountInput)
        field.value = as_typed(self._rest)
        field.focus()

    @on(Input.Submitted, "#amount")
    def go_on(self) -> None:
        try:
            amount = self.query_one(AmountInput).amount(self._rest.asset)
            if not amount:
                raise tp.InvalidAmount(_("an amount is more than nothing"))
        except tp.TokenpayError as error:
            self.failed(error)
            return
        of = self._payment
        draft = Draft(
            act="refund",
            fields={"of": of.id, "to": of.payer, "asset_id": amount.asset.id, "amount": amount.number()},
            amount=amount_text(amount),
            whom=of.debtor,
            lines=(
                (_("Refund"), amount_text(amount)),
                (_("From"), of.creditor),
                (_("To"), of.debtor),
                (_("Of"), of.words),
                (_("How"), _("In the bank's own books, at once and without a fee.")),
            ),
        )
        self.terminal.push_screen(Confirm(draft))


def reversal(of: PaymentView) -> Draft:
    """Return the draft of the opposite of a whole payment."""
    return Draft(
        act="reverse",
        fields={"of": of.id},
        amount=of.amount,
        whom=of.debtor,
        lines=(
            (_("Reverse"), of.amount),
            (_("From"), of.creditor),
            (_("To"), of.debtor),
            (_("Of"), of.words),
            (_("Then"), _("It is held until another supervisor approves it.")),
        ),
    )
