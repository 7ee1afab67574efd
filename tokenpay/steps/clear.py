"""The one gate: decides over an intent, and is the only place where a clearance is made."""

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Approval, Part
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.decision import Answer, Decision, Facts, decide
from tokenpay.compliance.policy import Policy
from tokenpay.errors import WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.customer import Customer
from tokenpay.payments.intent import BookParty, Intent, Purpose
from tokenpay.payments.payment import PaymentState, Reason
from tokenpay.steps.case_money import OF_A_CASE, sender_unknown
from tokenpay.steps.check_approvals import check_approvals, is_gone, with_passkeys
from tokenpay.steps.count_limits import used_units
from tokenpay.steps.enter_case import enter_risk_case
from tokenpay.steps.identifiers import new_id_in_time
from tokenpay.steps.score_risk import NOTHING, score_risk
from tokenpay.steps.screened_names import screened_parties
from tokenpay.steps.travel_facts import travel_facts
from tokenpay.store.unit_of_work import UnitOfWork

_DAY_S = 86_400
_FIRST = 100
"""So many payments to a payee tell, mostly, that they are known; only where they do not are all of them read."""


def clear(
    uow: UnitOfWork,
    bank: Bank,
    intent: Intent,
    *,
    approvals: tuple[Approval, ...],
    counted: bool = False,
    held_for: tuple[Reason, ...] = (),
    cleared: bool = False,
) -> Clearance | Decision:
    """Return a clearance, or the decision that holds or refuses the intent, with every reason.

    What is grave, and came after the consent that lets it go, is a case. Locks the day's limit counters, so that two
    tellers cannot each stay under one limit. `counted`: the intent already stands in them, and waited because of
    `held_for`. `cleared`: it was cleared before, and limits, its payee, its risk and who signed it were judged then.
    Whoever stores the payment stores the clearance with it.
    Raises NotFound for an unknown customer or case, IntegrityError for approvals that do not belong to the intent.
    """
    policy = uow.policies.newest()
    now_s = bank.clock.now_s()
    intent_hash = intent.hash()
    check_approvals(uow, intent, intent_hash, approvals)
    passkeys = with_passkeys(uow, bank, intent, approvals)
    used = {} if cleared else used_units(uow, policy, intent, counted=counted)
    maker = uow.operators.get(intent.maker)
    known, sent_units = (True, 0) if cleared else _payee(uow, policy, intent)
    customers = _customers(uow, intent)
    screenings = screened_parties(uow, bank, intent)
    decision = decide(
        policy,
        intent,
        Facts(
            now_s=now_s,
            stopped=bool(uow.facts.get("stopped", "")),
            asset_usable=all(uow.assets.get(amount.asset.id).active for amount in intent.amounts),
            customers={customer.id: customer.status for customer in customers},
            screenings=screenings,
            used_units=used,
            second_person=any(approval.part is Part.CHECKER for approval in approvals),
            varied_units=_varied_units(uow, intent, now_s=now_s),
            passkeys=passkeys,
            sender_unknown=sender_unknown(uow, intent),
            travel=travel_facts(uow, intent, now_s=now_s),
            role=maker.role,
            branch=maker.branch,
            kinds={customer.id: customer.kind for customer in customers},
            payee_known=known,
            payee_units=sent_units,
            gone=not cleared and any(is_gone(uow, approval) for approval in approvals),
            risk=NOTHING if cleared else score_risk(uow, bank, policy, intent, now_s=now_s, entered=counted),
            held_for=held_for,
        ),
    )
    if decision.answer is not Answer.ALLOW:
        return decision
    for checker in (approval for approval in approvals if approval.part is Part.CHECKER):
        enter_risk_case(uow, bank, uow.operators.get(checker.operator_id), intent, decision.grave)
    return Clearance(
        id=new_id_in_time(bank, "CL"),
        payment_id=intent.uetr,
        intent_hash=intent_hash,
        policy_version=policy.version,
        screenings=screenings,
        approvals=approvals,
        cleared_at_s=now_s,
    )


def _varied_units(uow: UnitOfWork, intent: Intent, *, now_s: int) -> int:
    """Return what the maker's other counts of a day differed by: large in parts is large."""
    if intent.purpose is not Purpose.VARIANCE:
        return 0
    others = uow.payments.variances_of(intent.maker, asset_id=intent.amount.asset.id, after_s=now_s - _DAY_S)
    return sum(other.units for other in others if other.id != intent.uetr)


def _payee(uow: UnitOfWork, policy: Policy, intent: Intent) -> tuple[bool, int]:
    """Return whether the debtor is past what is free to a new payee, and what went there; nobody looks unasked.

    Payments that are final together came to more than is free: then one of them was held as the first, or the payee was
    there before the rule. What is still held counts for neither.
    """
    if policy.new_payee is None:
        return False, 0
    amount = intent.amount
    free_units = policy.new_payee.free_units.get(amount.asset.id, 0)
    parties = (intent.debtor, intent.creditor)
    sent_units = 0
    for limit in (_FIRST, None):  # a payee of years is known by the first few payments
        sent = uow.payments.between(*parties, asset_id=amount.asset.id, limit=limit)
        final_units = sent_units = 0
        for earlier in sent:
            if earlier.id == intent.uetr:
                continue
            sent_units += earlier.units
            if earlier.state is PaymentState.FINAL and earlier.purpose is Purpose.PAYMENT:
                final_units += earlier.units
            if final_units > free_units:
                return True, sent_units
        if len(sent) < _FIRST:
            break
    return False, sent_units


def _customers(uow: UnitOfWork, intent: Intent) -> list[Customer]:
    customers = []
    for party in (intent.debtor, intent.creditor):
        if isinstance(party, BookParty) and party.kind is AccountKind.CUSTOMER:
            customers.append(uow.customers.get(party.owner, lock="to keep"))
        elif isinstance(party, BookParty) and party.kind in OF_A_CASE and not uow.cases.get(party.owner).is_open:
            raise WrongState("suspense and blocked money belongs to an open case", case=party.owner)
    return customers
