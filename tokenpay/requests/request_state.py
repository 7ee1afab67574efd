"""Where a request stands, and how payments, time and a cancellation move it.

Only final payments are counted, so no state is ever taken back by a reorganised chain.
"""

from dataclasses import dataclass
from enum import StrEnum

from tokenpay.errors import InvalidAmount, WrongState
from tokenpay.requests.payment_request import PaymentRequest, Terms


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    EXPIRED = "expired"
    LATE_PAID = "late_paid"
    CANCELLED = "cancelled"


WAITING = frozenset({RequestState.OPEN, RequestState.PART_PAID})
"""States of a request that still waits for money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one payment does: the request's new state, and how its units divide.

    `credit_units` go to the payee, `suspense_units` to suspense with a case.
    """

    state: RequestState
    credit_units: int
    suspense_units: int


def after_payment(request: PaymentRequest, state: RequestState, *, credited_units: int, units: int, at_s: int) -> Taken:
    """Return what a final payment of `units` does to a request in `state`.

    `credited_units` is what the payee was credited for it before; `at_s` is when the payment was made
    (its block's time), so one made in time counts although it became final after the expiry.
    Raises InvalidAmount for no units and WrongState when more was credited than the state allows.
    """
    if units <= 0 or credited_units < 0:
        raise InvalidAmount("a payment is of one unit or more")
    match state:
        case RequestState.PAID | RequestState.OVERPAID:
            return Taken(state=RequestState.OVERPAID, credit_units=0, suspense_units=units)
        case RequestState.CANCELLED | RequestState.LATE_PAID:
            return Taken(state=state, credit_units=0, suspense_units=units)
    if at_s >= request.expires_at_s:
        return Taken(state=RequestState.LATE_PAID, credit_units=0, suspense_units=units)
    if request.amount is None:
        return Taken(state=RequestState.PAID, credit_units=units, suspense_units=0)
    due_units = request.amount.units - credited_units
    if due_units <= 0:
        raise WrongState("a request that waits for money has something due")
    if units == due_units:
        return Taken(state=RequestState.PAID, credit_units=units, suspense_units=0)
    if request.terms is Terms.EXACT:
        return Taken(state=state, credit_units=0, suspense_units=units)
    if units < due_units:
        return Taken(state=RequestState.PART_PAID, credit_units=units, suspense_units=0)
    return Taken(state=RequestState.OVERPAID, credit_units=due_units, suspense_units=units - due_units)


def after_time(request: PaymentRequest, state: RequestState, *, now_s: int) -> RequestState:
    """Return the state at `now_s`: what still waits for money at its expiry is expired."""
    return RequestState.EXPIRED if state in WAITING and now_s >= request.expires_at_s else state


def after_cancel(state: RequestState) -> RequestState:
    """Return the state after a cancellation; raises WrongState unless the request still waits for money."""
    if state not in WAITING:
        raise WrongState("only a request that waits for money can be cancelled", state=state.value)
    return RequestState.CANCELLED
