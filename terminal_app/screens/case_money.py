"""Decide where a case's money goes: to a customer, or to an address that the payee states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.asset_form import AssetForm
from terminal_app.screens.confirm import Confirm, Draft
from terminal_app.screens.pay_out import PayTo, Target
from terminal_app.views import amount_text
from terminal_app.widgets.amount_input import AmountInput, as_typed


def blocked(case: tp.Case) -> bool:
    """Whether the case's money is blocked, and not in suspense: it is paid out by two people, not refunded."""
    return case.kind is tp.CaseKind.SCREENING_MATCH


class OfCase(AssetForm):
    """The money of a case: what of it there is may be chosen, and all of it is offered."""

    def __init__(self, case: tp.Case, money: Sequence[tp.Amount]) -> None:
        super().__init__()
        self._case = case
        self._money = tuple(money)

    def usable(self, asset: tp.Asset) -> bool:
        return any(amount.asset == asset for amount in self._money)

    def first_choice(self, assets: list[tp.Asset]) -> tp.Asset:
        amount = next(amount for amount in self._money if amount.asset in assets)
        self.query_one(AmountInput).value = as_typed(amount)
        return amount.asset


class RefundFromCase(OfCase, PayTo):
    heading = _("Refund a case's money")
    purpose = _(
        "Ask the payer for an address of their own and scan or type it: never the sender's in the chain's log, which "
        "may be an exchange. Compare it whole. The next screen pays it."
    )

    takes_remittance = False

    @property
    def payer(self) -> str:
        return _("case {case}").format(case=self._case.id)

    def act(self, creditor: str, amount: tp.Amount, request_id: str) -> tuple[str, dict[str, str]]:
        where = {"asset_id": amount.asset.id, "amount": amount.number()}
        if blocked(self._case):
            return "pay_from_case", {"debtor": f"blocked/{self._case.id}", "creditor": creditor, **where}
        return "refund_case", {"of": self._case.id, "to": creditor, **where}

    def draft_to(self, target: Target) -> Draft:
        if target.resolved.request is not None:
            raise tp.InvalidAddress(_("a refund goes to an address: F3 on the case credits a customer"))
        return super().draft_to(target)


class CreditFromCase(OfCase):
    heading = _("Credit a case's money")
    purpose = _("The money that waits under the case goes to this customer. Enter shows it once more.")

    takes_remittance = False

    def __init__(self, case: tp.Case, money: Sequence[tp.Amount], customer: tp.Customer) -> None:
        super().__init__(case, money)
        self._customer = customer

    def body(self) -> Iterator[Widget]:
        yield Static(
            _("From case {case} to {name} · {number}").format(
                case=self._case.id, name=self._customer.name, number=self._customer.id
            ),
            markup=False,
        )
        with Vertical(classes="form"):
            yield from self.fields()
        yield Static(_("Enter goes on to the screen that credits it."), classes="hint")

    def on_mount(self) -> None:
        self.query_one(AmountInput).focus()

    @on(Input.Submitted, "#amount")
    def go_on(self) -> None:
        try:
            amount = self.amount()
        except tp.TokenpayError as error:
            self.failed(error)
            return
        whom = f"{self._customer.name} ({self._customer.id})"
        draft = Draft(
            act="refund_case",
            fields={
                "of": self._case.id,
                "to": f"customer/{self._customer.id}",
                "asset_id": amount.asset.id,
                "amount": amount.number(),
            },
            amount=amount_text(amount),
            whom=whom,
            lines=(
                (_("Credit"), amount_text(amount)),
                (_("From"), _("case {case}").format(case=self._case.id)),
                (_("To"), whom),
                (_("How"), _("In the bank's own books, at once and without a fee.")),
            ),
        )
        self.terminal.push_screen(Confirm(draft))
