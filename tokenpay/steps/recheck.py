"""The gate's second look, before a payment takes its nonce and before it is signed: much may have changed since."""

from collections.abc import Iterable
from enum import StrEnum

from tokenpay.bank import Bank
from tokenpay.compliance.clearance import Clearance
from tokenpay.errors import IntegrityError
from tokenpay.parties.operator import Operator
from tokenpay.payments.intent import Intent, Purpose
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.primitives.canonical import Value
from tokenpay.steps import movements
from tokenpay.steps.authorization_use import may_be_used
from tokenpay.steps.clear import clear
from tokenpay.steps.enter_case import enter_hit_cases, enter_match_case
from tokenpay.steps.record import record
from tokenpay.steps.request_payment import ended_reasons, under_way_reasons
from tokenpay.store.unit_of_work import UnitOfWork

_ENDS = frozenset({
    "approval.passkey", "asset.frozen", "customer.closed", "customer.frozen", "request.closed", "screening.match",
})  # fmt: skip
"""Reasons that end a cleared payment: its asset, parties, lists, passkeys or request are no longer what was cleared."""
_WAITS = frozenset({
    "emergency.stop", "intent.expired", "request.under_way", "screening.pending", "screening.possible_match",
    "screening.unavailable", "travel_rule.data_missing",
})  # fmt: skip
"""Reasons that keep it cleared: until payments run again, until `expire` ends it, what was seen is final, a list
answers or a name is compared, two people release a hit, or data stands."""
_ENDS_ASSIGNED = _ENDS | {"intent.expired", "screening.possible_match"}
"""Reasons that end one with a nonce that was never signed: `expire` does not, and people take hours over a name. What
is behind its nonce would wait with it."""
_PASSED = frozenset({
    "hours.closed", "limit.branch", "limit.customer", "limit.customer_day", "limit.operator", "limit.operator_day",
    "limit.payment", "limit.role", "payee.new", "payee.not_allowed", "payee.private", "payee.wait",
})  # fmt: skip
"""Reasons that were for the moment it was cleared."""


class Look(StrEnum):
    """What the second look comes to."""

    GOES = "goes"
    WAITS = "waits"
    ENDS = "ends"


def look_again(uow: UnitOfWork, bank: Bank, payment: Payment) -> tuple[Look, tuple[Reason, ...]]:
    """Tell what the gate says now of a locked payment that is cleared or on its way, and all its reasons.

    Nothing is written. Raises IntegrityError for a reason of any other kind: what cleared it, such as an approval, is
    gone from the books.
    """
    reasons = _reasons(uow, bank, payment)
    if payment.state is PaymentState.CLEARED:  # what has its nonce is carried: no gap is left for it
        reasons = (*_request_reasons(uow, payment.intent, at_s=bank.clock.now_s()), *reasons)
    codes = {reason.code for reason in reasons}
    if codes - _ENDS - _WAITS - _PASSED:
        raise IntegrityError("the books no longer hold what cleared this payment", payment=payment.id)
    only_late = payment.state is PaymentState.ASSIGNED and codes & (_ENDS_ASSIGNED | _WAITS) == {"intent.expired"}
    if only_late and may_be_used(uow, payment):  # nothing else is collected in its place: its authorization ends it
        codes -= {"intent.expired"}
    return _said(payment, codes), reasons


def _request_reasons(uow: UnitOfWork, intent: Intent, *, at_s: int) -> tuple[Reason, ...]:
    """Return why a request takes nothing more, now or, of what is collected for it, beside what was seen or sent."""
    ended = ended_reasons(uow, intent, at_s=at_s)
    if ended or intent.purpose is not Purpose.COLLECTION:
        return ended
    return under_way_reasons(uow, intent, at_s=at_s)


def _said(payment: Payment, codes: set[str]) -> Look:
    if payment.intent.purpose is Purpose.FILL:  # it moves nothing, and every payment behind its nonce waits for it
        return Look.WAITS if "emergency.stop" in codes else Look.GOES
    if codes & (_ENDS_ASSIGNED if payment.state is PaymentState.ASSIGNED else _ENDS):
        return Look.ENDS
    started = payment.state is not PaymentState.CLEARED
    return Look.WAITS if codes & (_WAITS - {"intent.expired"} if started else _WAITS) else Look.GOES


def _reasons(uow: UnitOfWork, bank: Bank, payment: Payment) -> tuple[Reason, ...]:
    """Ask the gate by the policy in force, but whose consent was needed by the version that cleared the payment."""
    reasons = _asked(uow, bank, payment)
    if not any(_is_consent(reason) for reason in reasons):
        return reasons
    in_force, version = uow.policies.newest(), uow.clearances.of(payment.id).policy_version
    if version == in_force.version:
        return reasons
    uow.policies.suppose(uow.policies.get(version))
    missing = tuple(reason for reason in _asked(uow, bank, payment) if _is_consent(reason))
    uow.policies.suppose(in_force)
    return (*(reason for reason in reasons if not _is_consent(reason)), *missing)


def _asked(uow: UnitOfWork, bank: Bank, payment: Payment) -> tuple[Reason, ...]:
    gate = clear(uow, bank, payment.intent, approvals=uow.approvals.of(payment.id), counted=True, cleared=True)
    return () if isinstance(gate, Clearance) else gate.reasons


def _is_consent(reason: Reason) -> bool:
    return reason.code.startswith("approval.")


def recheck(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment) -> bool:
    """Tell whether a locked, cleared payment may go on; one that may not ever is refused, its funds given back.

    One that waits says for what. Raises what `look_again` raises.
    """
    look, reasons = look_again(uow, bank, payment)
    if look is Look.WAITS:
        say_it_waits(uow, bank, operator, payment, reasons)
    if look is Look.ENDS:
        movements.give_back(uow, payment)
        enter_match_case(uow, bank, operator, payment.intent, reasons)
        refused = payment.to(PaymentState.REFUSED, at_s=bank.clock.now_s(), reasons=reasons)
        uow.payments.update(refused, was=PaymentState.CLEARED)
        record(uow, bank, operator, "payment.refused", payment.id, {"reasons": codes_of(reasons)})
    return look is Look.GOES


def say_it_waits(
    uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, reasons: tuple[Reason, ...]
) -> Payment:
    """Write down, once, what a locked payment waits for where it stands, and return it."""
    if reasons == payment.reasons:
        return payment
    enter_hit_cases(uow, bank, operator, payment.intent, reasons)
    waits = payment.waiting(reasons, at_s=bank.clock.now_s())
    uow.payments.update(waits, was=payment.state)
    record(uow, bank, operator, "payment.waits", payment.id, {"reasons": codes_of(reasons)})
    return waits


def codes_of(reasons: Iterable[Reason]) -> list[Value]:
    """Return the codes of reasons, as records tell of them."""
    return [*sorted({reason.code for reason in reasons})]
