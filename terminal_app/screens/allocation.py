"""Bring cash from the vault to a drawer, or back."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.asset_form import AssetForm
from terminal_app.screens.confirm import Confirm, Draft
from terminal_app.views import amount_text
from terminal_app.widgets.amount_input import AmountInput


class Allocation(AssetForm):
    heading = _("Vault and drawer")
    purpose = _("Write how much cash changes its place. Enter shows it once more; the next screen books it.")
    kinds = (tp.AssetKind.CASH,)
    takes_remittance = False

    def __init__(self, drawer: str, direction: tp.CashDirection) -> None:
        super().__init__()
        self._drawer = drawer
        self._direction = direction

    def body(self) -> Iterator[Widget]:
        debtor, creditor = self._places
        yield Static(_("From {debtor} to {creditor}").format(debtor=debtor, creditor=creditor), markup=False)
        with Vertical(classes="form"):
            yield from self.fields()
        yield Static(_("Enter goes on to the screen that books it."), classes="hint")

    def on_mount(self) -> None:
        self.query_one(AmountInput).focus()

    @property
    def _places(self) -> tuple[str, str]:
        vault = _("the vault of {branch}").format(branch=self.by.operator.branch)
        return (vault, self._drawer) if self._direction is tp.CashDirection.TO_DRAWER else (self._drawer, vault)

    @on(Input.Submitted, "#amount")
    def go_on(self) -> None:
        try:
            amount = self.amount()
        except tp.TokenpayError as error:
            self.failed(error)
            return
        debtor, creditor = self._places
        draft = Draft(
            act="allocate",
            fields={
                "drawer": self._drawer,
                "direction": self._direction.value,
                "asset_id": amount.asset.id,
                "amount": amount.number(),
            },
            amount=amount_text(amount),
            whom=creditor,
            lines=((_("Bring"), amount_text(amount)), (_("From"), debtor), (_("To"), creditor)),
        )
        self.terminal.push_screen(Confirm(draft))
