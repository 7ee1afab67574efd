"""Take a payment: ask for an amount, for a customer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Input, Select, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.memory import new_key
from terminal_app.screens.asset_form import AssetForm
from terminal_app.screens.request import RequestScreen
from terminal_app.widgets.amount_input import AmountInput, as_typed


class TakePayment(AssetForm):
    heading = _("Take a payment")
    purpose = _(
        "Write the amount and what it is for; Enter in the last field shows the QR code. No amount lets the payer "
        "decide. The request is open for a quarter of an hour."
    )
    without_amount = _("none: the payer decides")

    def __init__(self, customer: tp.Customer, rest: tp.Amount | None = None) -> None:
        super().__init__()
        self._customer = customer
        self._rest = rest
        self._key = new_key()

    def body(self) -> Iterator[Widget]:
        yield Static(
            _("For {name} · {number}").format(name=self._customer.name, number=self._customer.id), markup=False
        )
        with Center(classes="form"):
            yield from self.fields()
        yield Static(_("Enter goes on, and in the last field shows the QR code."), classes="hint")

    def on_mount(self) -> None:
        field = self.query_one(AmountInput)
        field.value = as_typed(self._rest) if self._rest is not None else ""
        field.focus()

    def first_choice(self, assets: list[tp.Asset]) -> tp.Asset:
        return self._rest.asset if self._rest is not None and self._rest.asset in assets else assets[0]

    @on(Input.Changed)
    @on(Select.Changed)
    def changed(self) -> None:
        self._key = new_key()  # other content is another request

    @on(Input.Submitted, "#amount")
    def go_on(self) -> None:
        self.query_one("#remittance", Input).focus()

    @on(Input.Submitted, "#remittance")
    def issue(self) -> None:
        if self.waiting:
            return
        try:
            asset = self.asset
            amount = self.query_one(AmountInput).amount(asset) if self.text_of("amount") else None
        except tp.TokenpayError as error:
            self.failed(error)
            return
        self.waiting = True
        call = partial(
            tp.issue_request,
            self.bank,
            payee=self._customer.id,
            asset=asset,
            amount=amount,
            by=self.by,
            key=self._key,
            remittance_information=self.text_of("remittance"),
        )
        self.ask(call, self._issued)

    def _issued(self, request: tp.PaymentRequest) -> None:
        self.waiting = False
        self.terminal.switch_screen(RequestScreen(request.id))

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
