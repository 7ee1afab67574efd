"""What a customer is told of a payment: what they can act on, and nothing of what the bank looks for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import overload

from tokenpay.compliance.case import ROUTINE, Case, CaseKind
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.payments.deposit import Deposit, DepositOutcome, is_deposit_id
from tokenpay.payments.intent import BookParty, Party
from tokenpay.payments.journal import JournalEntry
from tokenpay.payments.payment import Payment, Reason, Refusal
from tokenpay.store.outbox_store import Event

# Whatever is not here, and whatever is added some day, stays with the bank: a screening, somebody else's account.
_TOLD = frozenset(
    {
        "approval.passkey",
        "approval.second_person",
        "asset.frozen",
        "chain.nothing_moved",
        "chain.reverted",
        "creditor.contract",
        "creditor.request",
        "creditor.treasury",
        "emergency.stop",
        "funds.insufficient",
        "hours.closed",
        "intent.expired",
        "limit.branch",
        "limit.customer",
        "limit.customer_day",
        "limit.operator",
        "limit.operator_day",
        "limit.payment",
        "limit.role",
        "payee.new",
        "payee.not_allowed",
        "payee.private",
        "payee.wait",
        "request.amount",
        "request.closed",
        "request.other",
        "request.under_way",
        "travel_rule.data_missing",
    }
)

_COUNTER = ROUTINE | {CaseKind.TRAVEL_RULE}
"""Cases that the counter does something about."""


@overload
def shown(operator: Operator, result: Payment) -> Payment: ...
@overload
def shown(operator: Operator, result: Payment | Refusal) -> Payment | Refusal: ...
def shown(operator: Operator, result: Payment | Refusal) -> Payment | Refusal:
    """Return a payment as this operator may see it."""
    reasons = reasons_shown(operator, result.reasons)
    return result if reasons == result.reasons else replace(result, reasons=reasons)


def reasons_shown(operator: Operator, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return reasons as this operator may see them: to a customer, one neutral one for all that are not theirs."""
    if operator.role is not Role.CUSTOMER:
        return reasons
    told = tuple(reason for reason in reasons if reason.code in _TOLD)
    if len(told) == len(reasons):
        return told
    return (*told, Reason(code="counter.ask", message="the bank looks at this payment: ask at the counter"))


def entry_shown(operator: Operator, entry: JournalEntry) -> JournalEntry:
    """Return a line of the journal as this operator may see it: a customer's own name stands there, nobody else's."""
    if operator.role is not Role.CUSTOMER:
        return entry
    intent = entry.payment.intent
    return replace(
        entry,
        payment=shown(operator, entry.payment),
        debtor_name=entry.debtor_name if _is(operator, intent.debtor) else "",
        creditor_name=entry.creditor_name if _is(operator, intent.creditor) else "",
    )


def deposit_shown(operator: Operator, deposit: Deposit) -> Deposit:
    """Return a deposit as this operator may see it: to a customer, what is blocked waits like all that waits."""
    waits = operator.role is Role.CUSTOMER and deposit.outcome is DepositOutcome.BLOCKED
    return replace(deposit, outcome=DepositOutcome.SUSPENSE) if waits else deposit


def case_shown(operator: Operator, case: Case) -> Case:
    """Return a case as this operator may see it: what the bank looks for is for who works on cases or reports on them.

    A deposit's stays its subject: who serves its payee is told that somebody looks at it.
    """
    if _looks_for(operator) or case.kind in _COUNTER:
        return case
    subject = case.subject if is_deposit_id(case.about) else ""
    return Case(
        id=case.id,
        kind=CaseKind.OTHER,
        subject=subject,
        note="",
        opened_at_s=case.opened_at_s,
        resolved_at_s=case.resolved_at_s,
    )


def event_shown(operator: Operator, event: Event) -> Event:
    """Return an event as this operator may see it: that there is a case, as `case_shown` tells it, and no hit of whom.

    The engine, and whoever follows the feed for the bank, is told all.
    """
    if _looks_for(operator) or operator.may(Permission.RUN_ENGINE):
        return event
    if event.kind.startswith("hit."):
        return replace(event, subject="", content={})
    if event.kind == "payment.previewed":  # it is recorded where somebody on a list was asked about, and says so
        return replace(event, content={})
    kind = event.content.get("kind") if event.kind == "case.opened" and isinstance(event.content, Mapping) else None
    return event if kind is None or kind in _COUNTER else replace(event, content={})


def _looks_for(operator: Operator) -> bool:
    return operator.may(Permission.CASE) or operator.may(Permission.REPORT)


def _is(operator: Operator, party: Party) -> bool:
    return party == BookParty(AccountKind.CUSTOMER, operator.customer_id)
