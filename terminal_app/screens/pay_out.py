"""Pay out: who is paid, from a code that was scanned, pasted or typed, and how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.resolutions import resolution_text
from terminal_app.screens.asset_form import AssetForm
from terminal_app.screens.confirm import Confirm, Draft
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.views import amount_text, in_fours
from terminal_app.widgets.amount_input import AmountInput, as_typed

MAX_CODE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a scanned text leads to: the payee's `name` where the bank knows it, the chain where the text names one."""

    resolved: tp.Resolved
    name: str = ""
    chain_id: int | None = None


def resolve(bank: tp.Bank, text: str, *, by: tp.Session) -> Target:
    """Return what the bank knows of a text, with the payee's name for a request of its own."""
    resolved = tp.resolve_request(bank, text)
    if resolved.request is None:
        scanned = tp.read_request(text)
        chain_id = scanned.chain_id if isinstance(scanned, tp.ScannedAddress | tp.Eip681) else None
        return Target(resolved=resolved, chain_id=chain_id)
    payee = tp.get_customer(bank, resolved.request.payee.partition("/")[2], by=by)
    return Target(resolved=resolved, name=f"{payee.name} ({payee.id})")


class PayTo(AssetForm):
    """Pay a code or an address; who pays, and as which act, says who derives from it."""

    kinds = (tp.AssetKind.TOKEN, tp.AssetKind.NATIVE)
    confirming: type[Confirm] = Confirm

    def __init__(self, code: str = "") -> None:
        """Begin with a code that was scanned before, as if it were here."""
        super().__init__()
        self._code = code
        self._target: Target | None = None
        self._resolved_text = ""
        self._brought: dict[str, str] = {}
        """What a code wrote into fields, by their ids: it goes with its code."""

    def body(self) -> Iterator[Widget]:
        yield Static(_("From {payer}").format(payer=self.payer), markup=False)
        with Vertical(classes="form"):
            yield Label(_("Code or address"))
            yield Input(self._code, id="target", max_length=MAX_CODE, select_on_focus=False)
            yield Static(id="verdict", markup=False)
            yield from self.fields()

    def on_mount(self) -> None:
        self.query_one("#target", Input).focus()
        self.read()

    @on(Input.Changed, "#target")
    def changed(self) -> None:
        if self.text_of("target") != self._resolved_text:
            self._forget_target()

    def _forget_target(self) -> None:
        self._target, self._resolved_text = None, ""
        self.query_one("#verdict", Static).update("")
        self.query_one(AmountInput).disabled = self._choice.disabled = False
        for field, brought in self._brought.items():
            if (found := self.query_one(f"#{field}", Input)).value == brought:
                found.value = ""
        self._brought = {}

    @on(Input.Submitted, "#target")
    def read(self) -> None:
        text = self.text_of("target")
        if text:
            self.say("")
            self.ask(partial(self.target_of, text), partial(self._show, text))

    def target_of(self, text: str) -> Target:
        """Return what a text leads to, in a thread."""
        return resolve(self.bank, text, by=self.by)

    def _show(self, text: str, target: Target) -> None:
        if text != self.text_of("target"):
            return  # an answer to what is no longer there
        self._forget_target()
        resolved = target.resolved
        self.query_one("#verdict", Static).update("\n".join(verdict(target)))
        if not resolved.resolution.payable:
            return
        self._target, self._resolved_text = target, text
        amount = self.query_one(AmountInput)
        self._choose_asset()
        if resolved.amount is not None:
            self._bring("amount", as_typed(resolved.amount))
            amount.disabled = resolved.trusted
        purpose = "" if resolved.request is None else resolved.request.remittance_information
        if purpose and self.takes_remittance and not self.remittance:
            self._bring("remittance", purpose)
        if not amount.disabled:
            amount.focus()
        elif self.remittance and self._assets:  # the bank's own record says it all: it is read before it is paid
            self.go_to_confirm()
        else:
            self.go_on()

    def _bring(self, field: str, text: str) -> None:
        self.query_one(f"#{field}", Input).value = self._brought[field] = text

    def _offer(self, known: list[tp.RegisteredAsset]) -> None:
        super()._offer(known)
        self._choose_asset()  # the code may have been read before the assets were there

    def _choose_asset(self) -> None:
        """Choose the asset that the code names, and no other."""
        named = None if self._target is None else self._target.resolved.asset
        if named is not None and named.id in self._assets:
            self._choice.value = named.id
            self._choice.disabled = True

    @on(Input.Submitted, "#amount")
    def go_on(self) -> None:
        if self.takes_remittance:
            self.query_one("#remittance", Input).focus()
        else:
            self.go_to_confirm()

    @on(Input.Submitted, "#remittance")
    def go_to_confirm(self) -> None:
        if self._target is None:
            self.say(_("! First the payee: scan or type the code or address, and press Enter."))
            self.query_one("#target", Input).focus()
            return
        try:
            self.terminal.push_screen(self.confirming(self.draft_to(self._target)))
        except tp.TokenpayError as error:
            self.failed(error)

    def act(self, creditor: str, amount: tp.Amount, request_id: str) -> tuple[str, dict[str, str]]:
        """Return which act pays this, and what its verb is given."""
        raise NotImplementedError

    @property
    def payer(self) -> str:
        """Who pays, in words."""
        raise NotImplementedError

    def draft_to(self, target: Target) -> Draft:
        """Return what is to be confirmed; raises tp.TokenpayError for what cannot be."""
        asset, resolved = self.asset, target.resolved
        amount = self.amount()
        if target.chain_id not in (None, asset.chain_id):
            raise tp.InvalidAddress(_("the code is for another chain than the asset is on"))
        if resolved.asset not in (None, asset):
            raise tp.InvalidAsset(_("the code is for another asset than is chosen"))
        request, payee = resolved.request, resolved.payee
        if request is not None:
            creditor, to, fours, request_id = request.payee, target.name, request.reference, request.id
        elif payee is not None and asset.chain_id is not None:
            creditor, to, fours, request_id = payee.caip10(asset.chain_id), payee.text, in_fours(payee), ""
        else:
            raise tp.InvalidAddress(_("nobody is named who would be paid"))
        act, fields = self.act(creditor, amount, request_id)
        how = (
            _("In the bank's own books, at once and without a fee.")
            if request is not None
            else _("On the chain: the engine sends it, and it is final some blocks later. The bank bears the fee.")
        )
        return Draft(
            act=act,
            fields=fields,
            amount=amount_text(amount),
            whom=to,
            lines=(
                (_("Pay"), amount_text(amount)),
                (_("From"), self.payer),
                (_("To"), to),
                (" ", fours),
                (_("Known"), trust(target)),
                (_("For"), self.remittance or (_("nothing is written") if self.takes_remittance else "")),
                (_("How"), how),
            ),
        )


class PayOut(PayTo):
    heading = _("Pay out")
    purpose = _(
        "Scan, paste or type the payee's code or address and press Enter: the line below says what it is and whether "
        "it came from this bank. Then the amount. Nothing is paid before the next screen."
    )
    confirming = PayConfirm

    def __init__(self, customer: tp.Customer, code: str = "") -> None:
        super().__init__(code)
        self._customer = customer

    @property
    def payer(self) -> str:
        return f"{self._customer.name} ({self._customer.id})"

    def act(self, creditor: str, amount: tp.Amount, request_id: str) -> tuple[str, dict[str, str]]:
        return "pay", {
            "debtor": f"customer/{self._customer.id}",
            "creditor": creditor,
            "asset_id": amount.asset.id,
            "amount": amount.number(),
            "request_id": request_id,
            "remittance": self.remittance,
        }


def verdict(target: Target) -> list[str]:
    """Return what a text turned out to be: in words, with the payee whole."""
    resolved = target.resolved
    lines = [trust(target)]
    if target.name:
        lines.append(_("  pays {name}").format(name=target.name))
    elif resolved.payee is not None:
        lines.append(f"  {in_fours(resolved.payee)}")
    if resolved.payee_name:
        lines.append(_("  the code claims: {name}").format(name=resolved.payee_name))
    return lines


def trust(target: Target) -> str:
    """Return one line: what it is, and whether the bank's own record says so."""
    resolved = target.resolved
    mark = "✗" if not resolved.resolution.payable else "✓" if resolved.trusted else "!"
    said = resolution_text(resolved)
    return f"{mark} {said[:1].upper()}{said[1:]}"
