"""What who pays sees of a request: in their words, and of nobody else. No rule is here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import tokenpay as tp
from terminal_app.language import _
from terminal_app.views import WAITING, amount_text, asks_text, state_of

STANDINGS = {
    tp.RequestState.OPEN: ("○", _("PLEASE PAY"), _("Scan the code with your wallet.")),
    tp.RequestState.PART_PAID: ("◐", _("PART PAID"), _("Part of it has come. Please pay the rest.")),
    tp.RequestState.PAID: ("✓", _("PAID"), _("The payment is final. Thank you.")),
    tp.RequestState.OVERPAID: (
        "✓",
        _("PAID, AND MORE"),
        _("More came than was asked for. The rest is kept safe: ask at the counter."),
    ),
    tp.RequestState.EXPIRED: (
        "✗",
        _("TIME IS UP"),
        _("Please do not pay this code any more. If you have paid, ask at the counter."),
    ),
    tp.RequestState.LATE_PAID: (
        "!",
        _("CAME TOO LATE"),
        _("The payment is kept safe and not counted: ask at the counter."),
    ),
    tp.RequestState.CANCELLED: (
        "✗",
        _("CALLED OFF"),
        _("Please do not pay this code any more. If you have paid, ask at the counter."),
    ),
}
SEEN = ("»", _("SEEN"), _("Your payment has been seen. One moment, until it is final."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as who pays sees it. `codes` are the forms of its code, the one for every wallet first; none: over."""

    id: str
    mark: str
    word: str
    meaning: str
    amount: str
    came: str
    expires_at_s: int
    codes: tuple[str, ...]

    @property
    def standing(self) -> str:
        return f"{self.mark} {self.word}"

    @property
    def is_over(self) -> bool:
        return not self.codes


def asked(issued: tp.IssuedRequest, deposits: Iterable[tp.Deposit], *, now_s: int) -> Asked:
    """Return a request as who pays sees it; what still has to be paid is the amount that its codes carry."""
    request, state = issued.request, state_of(issued, now_s=now_s)
    credited = tp.Amount(request.asset, issued.credited_units)
    due = request.amount
    if due is not None and state is tp.RequestState.PART_PAID:
        due = due - credited
    seen = any(deposit.state is tp.DepositState.SEEN for deposit in deposits)
    mark, word, meaning = SEEN if seen and state in WAITING else STANDINGS[state]
    return Asked(
        id=request.id,
        mark=mark,
        word=word,
        meaning=meaning,
        amount=asks_text(request.asset, due),
        came=amount_text(credited) if credited else "",
        expires_at_s=request.expires_at_s,
        codes=_codes(replace(request, amount=due)) if state in WAITING else (),
    )


def _codes(request: tp.PaymentRequest) -> tuple[str, ...]:
    if request.deposit_address is None:
        return (request.reference,)
    return (str(tp.Eip681.of(request)), request.reference, request.deposit_address.text)


def look_at(bank: tp.Bank, request_id: str, *, by: tp.Session) -> Asked:
    """Ask the bank how a request stands."""
    issued = tp.get_request(bank, request_id, by=by)
    return asked(issued, tp.request_deposits(bank, request_id, by=by), now_s=bank.clock.now_s())
