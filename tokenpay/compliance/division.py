"""How a final deposit divides: what its payee is credited, what stands aside, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.compliance.case import CaseKind
from tokenpay.compliance.screening import Verdict
from tokenpay.money.amount import Amount
from tokenpay.parties.customer import CustomerStatus
from tokenpay.payments.deposit import DepositOutcome
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.request_state import RequestState, after_payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Why money is not simply the payee's: the case to open, and where it stands until that is resolved."""

    kind: CaseKind
    note: str
    outcome: DepositOutcome = DepositOutcome.SUSPENSE


_NO_DATA = Aside(kind=CaseKind.TRAVEL_RULE, note="no data on who sent it came with it")
_MATCH = Aside(kind=CaseKind.SCREENING_MATCH, note="the sender is on a screening list", outcome=DepositOutcome.BLOCKED)
_POSSIBLE = Aside(
    kind=CaseKind.POSSIBLE_MATCH,
    note="who is paid, or who sent it, may be somebody on a screening list",
    outcome=DepositOutcome.BLOCKED,
)
_UNSCREENED = Aside(kind=CaseKind.SCREENING_UNAVAILABLE, note="the screening lists could say nothing")
_UNKNOWN = Aside(kind=CaseKind.SCREENING_UNAVAILABLE, note="nobody knows who sent it: it was minted")
_FROZEN = Aside(kind=CaseKind.ASSET_CHANGED, note="the token is frozen")
_OTHER = Aside(kind=CaseKind.UNMATCHED_DEPOSIT, note="the request asks for another asset")
_CLOSED = Aside(kind=CaseKind.UNMATCHED_DEPOSIT, note="the payee is closed")
_OVER = Aside(kind=CaseKind.OVERPAYMENT, note="more arrived than was asked for")
_LATE = Aside(kind=CaseKind.LATE_PAYMENT, note="it arrived after the request ended")
_INEXACT = Aside(kind=CaseKind.UNMATCHED_DEPOSIT, note="the request takes one exact amount only")
_DISAGREED = Aside(kind=CaseKind.UNMATCHED_DEPOSIT, note="the token's logs are not what the balance changed by")

_BY_STATE = {RequestState.OVERPAID: _OVER, RequestState.LATE_PAID: _LATE, RequestState.CANCELLED: _LATE}
"""Why the request itself does not take all, by its state afterwards; in any other, its terms refused the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """`aside` says why not all is credited; `state` is the request's afterwards, None where it does not count there."""

    credit_units: int = 0
    aside_units: int = 0
    aside: Aside | None = None
    state: RequestState | None = None

    @property
    def outcome(self) -> DepositOutcome:
        if self.aside is None:
            return DepositOutcome.CREDITED
        return self.aside.outcome if self.aside_units else DepositOutcome.NOTHING


def divide(
    amount: Amount,
    request: PaymentRequest,
    state: RequestState,
    *,
    credited_units: int,
    paid_at_s: int,
    sender: Verdict | None,
    asset_usable: bool,
    payee: CustomerStatus,
    names: Verdict = Verdict.CLEAR,
    data_missing: bool = False,
) -> Division:
    """Divide a deposit whose log is believed.

    In this order of precedence: whom it comes from (None: it was minted, and nobody knows for whom), `names` of who is
    paid and who sent it, whether the Travel Rule's data on that is missing, what it is of, whose it would be, and what
    its request, which is in `state`, still takes. The first that speaks against it says why all of it stands aside;
    the request alone may take a part. Raises as `after_payment` does.
    """
    aside = _against(
        amount, request, sender=sender, asset_usable=asset_usable, payee=payee, names=names, data_missing=data_missing
    )
    if aside is not None:
        return Division(aside_units=amount.units, aside=aside)
    taken = after_payment(request, state, credited_units=credited_units, units=amount.units, at_s=paid_at_s)
    return Division(
        credit_units=taken.credit_units,
        aside_units=taken.suspense_units,
        aside=_BY_STATE.get(taken.state, _INEXACT) if taken.suspense_units else None,
        state=taken.state,
    )


def _against(
    amount: Amount,
    request: PaymentRequest,
    *,
    sender: Verdict | None,
    asset_usable: bool,
    payee: CustomerStatus,
    names: Verdict,
    data_missing: bool,
) -> Aside | None:
    if sender is Verdict.MATCH:
        return _MATCH
    if names is Verdict.POSSIBLE_MATCH:
        return _POSSIBLE
    if Verdict.UNAVAILABLE in (sender, names):
        return _UNSCREENED
    if sender is None:
        return _UNKNOWN
    if data_missing:
        return _NO_DATA
    if not asset_usable:
        return _FROZEN
    if amount.asset != request.asset:
        return _OTHER
    return _CLOSED if payee is CustomerStatus.CLOSED else None


def divide_disagreed(logged_units: Sequence[int], *, held_units: int) -> list[Division]:
    """Divide a group whose logs are not believed: what the bank really holds stands aside, for the first logs first."""
    divisions = []
    for units in logged_units:
        part_units = min(held_units, units)
        held_units -= part_units
        divisions.append(Division(aside_units=part_units, aside=_DISAGREED))
    return divisions
