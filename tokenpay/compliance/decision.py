"""What the gate decides of an intent, and every reason of it: the rules of the policy over the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tokenpay.compliance.limits import UNLIMITED, reason_of
from tokenpay.compliance.name_verdict import Uncompared
from tokenpay.compliance.payee_rules import payee_allowed
from tokenpay.compliance.policy import TO_A_PAYEE, Policy
from tokenpay.compliance.risk.activity import is_scored
from tokenpay.compliance.risk.assessment import Assessment
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.compliance.scoped_limit import Period
from tokenpay.compliance.screening import Screening, Verdict
from tokenpay.compliance.travel_rule import TravelFacts, lacks_data
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.parties.customer import CustomerKind, CustomerStatus
from tokenpay.parties.operator import Role
from tokenpay.payments.intent import OWN_MONEY, BookParty, ChainParty, Intent, Party, Purpose
from tokenpay.payments.payment import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gate knows when it decides; `role` and `branch` are the maker's.

    `used_units` is what was used without this payment, by asset id, counter and period. `payee_known`: the debtor has
    paid this payee before, to the end and more than is free. `risk` is None where no scorer answered, `held_for` is why
    the payment waited until now.
    """

    now_s: int
    stopped: bool
    asset_usable: bool
    customers: Mapping[str, CustomerStatus]
    screenings: tuple[Screening, ...]
    used_units: Mapping[tuple[str, str, Period], int]
    second_person: bool
    role: Role
    branch: str
    kinds: Mapping[str, CustomerKind]
    payee_known: bool
    payee_units: int = 0
    """What went to this payee, or is on its way there, while it is new."""
    gone: bool = False
    """Somebody who signed may do so no more."""
    varied_units: int = 0
    """What other counts of the maker's differed by within a day, where this is a variance."""
    passkeys: bool = False
    """Everybody who signed so far did so with a passkey too."""
    sender_unknown: bool = False
    """It takes money from a case that nobody knows the sender of: there is nobody to screen."""
    travel: TravelFacts = field(default_factory=TravelFacts)
    risk: Assessment | None = None
    held_for: tuple[Reason, ...] = ()


class Answer(StrEnum):
    """What the gate says to a payment."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Allow, hold or refuse, with every reason there is. One refusal outweighs all holds.

    `grave` are those of the reasons that are a case besides.
    """

    answer: Answer
    reasons: tuple[Reason, ...]
    grave: tuple[Reason, ...] = ()


def decide(policy: Policy, intent: Intent, facts: Facts) -> Decision:
    """Decide on an intent from the policy and the facts alone."""
    refusals = [*_standing(intent, facts), *_hours(policy, intent, facts), *_limits(policy, intent, facts)]
    refusals += _payee(policy, intent, facts)
    holds: list[Reason] = []
    verdicts = {screening.verdict for screening in facts.screenings}
    if Verdict.MATCH in verdicts:
        # A customer who was refused what somebody else is not would learn who is on a list: their payment is held.
        (holds if facts.role is Role.CUSTOMER else refusals).append(
            Reason(code="screening.match", message="an address of this payment is on a screening list")
        )
    holds += list_reasons(intent, facts.screenings)
    alone_units = {asset_id: limit.alone_units for asset_id, limit in policy.limits.items()}
    varied = intent.purpose is Purpose.VARIANCE and (
        intent.amount.units + facts.varied_units > alone_units.get(intent.amount.asset.id, 0)
    )
    alone = not (facts.sender_unknown or varied or needs_second_person(intent, alone_units))
    if not alone and not facts.second_person:
        holds.append(Reason(code="approval.second_person", message="this payment needs a second person"))
    if needs_passkeys(intent, passkey_units_of(policy)) and not facts.passkeys:
        holds.append(Reason(code="approval.passkey", message="everybody who signs this payment does so with a passkey"))
    if lacks_data(policy.travel_rule, intent, facts.travel):
        holds.append(
            Reason(
                code="travel_rule.data_missing",
                message="data on who pays and who is paid is missing, or a wallet proof",
            )
        )
    holds += _new_payee(policy, intent, facts)
    risks, grave = _risk(policy, intent, facts)
    holds += risks
    if refusals:
        return Decision(answer=Answer.REFUSE, reasons=(*refusals, *holds), grave=grave)
    return Decision(answer=Answer.HOLD if holds else Answer.ALLOW, reasons=tuple(holds), grave=grave)


def needs_second_person(intent: Intent, alone_units: Mapping[str, int]) -> bool:
    """Tell whether one person may not pay this alone, where `alone_units` is what they may by asset id.

    The gate asks it of the policy and the signer of its own rules: the rule is the same.
    """
    if intent.purpose in OWN_MONEY or intent.purpose is Purpose.COLLECTION:
        return False
    blocked = isinstance(intent.debtor, BookParty) and intent.debtor.kind is AccountKind.BLOCKED
    above = any(amount.units > alone_units.get(amount.asset.id, 0) for amount in intent.amounts)
    return blocked or intent.purpose is Purpose.REVERSAL or above


def passkey_units_of(policy: Policy) -> dict[str, int]:
    """Return above how much of an asset a passkey is needed, by asset id, where the policy says so."""
    limits = policy.limits.items()
    return {asset_id: limit.passkey_units for asset_id, limit in limits if limit.passkey_units is not None}


def needs_passkeys(intent: Intent, passkey_units: Mapping[str, int]) -> bool:
    """Tell whether those who sign this intent do so with a passkey too; the gate asks it, and so does the signer."""
    if intent.purpose in OWN_MONEY or intent.purpose in (Purpose.COLLECTION, Purpose.VARIANCE):
        return False
    limited = ((amount.units, passkey_units.get(amount.asset.id)) for amount in intent.amounts)
    return any(most is not None and units > most for units, most in limited)


def _standing(intent: Intent, facts: Facts) -> list[Reason]:
    reasons = []
    if facts.gone:
        reasons.append(
            Reason(
                code="approval.gone", message="somebody who signed this payment may not do so any more: make it anew"
            )
        )
    if facts.stopped:
        reasons.append(Reason(code="emergency.stop", message="payments are stopped for the whole bank"))
    if not facts.asset_usable:
        symbols = " or ".join(amount.asset.symbol for amount in intent.amounts)
        reasons.append(Reason(code="asset.frozen", message=f"{symbols} is frozen at this bank"))
    if facts.now_s >= intent.expires_at_s:
        reasons.append(Reason(code="intent.expired", message="the payment was not started in time"))
    for customer_id, status in facts.customers.items():
        gives_back = intent.purpose is Purpose.REVERSAL and str(intent.debtor) == f"customer/{customer_id}"
        if status is not CustomerStatus.ACTIVE and not (gives_back and status is CustomerStatus.FROZEN):
            reasons.append(Reason(code=f"customer.{status}", message=f"a customer of this payment is {status}"))
    return reasons


_UNCOMPARED: Mapping[str, Reason] = {
    Uncompared.PENDING: Reason(
        code="screening.pending", message="a name of this payment is not compared with the screening lists yet"
    ),
    Uncompared.NO_PROGRAM: Reason(
        code="screening.unavailable",
        message='names cannot be compared: where the engine runs, the extra "names" is missing',
    ),
    Uncompared.UNREADABLE: Reason(
        code="screening.unavailable", message="a name of this payment has no letters that can be compared"
    ),
    Uncompared.FAILED: Reason(code="screening.unavailable", message="comparing a name of this payment failed"),
}
_POSSIBLE = Reason(code="screening.possible_match", message="a name of this payment may be one on a screening list")
_SILENT = Reason(code="screening.unavailable", message="a screening list is missing, too old or not accepted")


def list_reasons(intent: Intent, screenings: Sequence[Screening]) -> list[Reason]:
    """Return what holds a payment until its names are compared or released and its lists speak, each reason once."""
    found = [_POSSIBLE for each in screenings if each.verdict is Verdict.POSSIBLE_MATCH]
    found += [_UNCOMPARED[each.why] for each in screenings if each.why in _UNCOMPARED]
    silent = any(each.verdict is Verdict.UNAVAILABLE and each.why not in _UNCOMPARED for each in screenings)
    if silent or _unscreened(intent, screenings):
        found.append(_SILENT)
    return list(dict.fromkeys(found))


def is_of_names(reason: Reason) -> bool:
    """Tell whether a payment was held for this because of its names alone."""
    return reason == _POSSIBLE or reason in _UNCOMPARED.values()


def is_of_lists(reason: Reason) -> bool:
    """Tell whether a payment was held for this because of its names, or of a list that could say nothing."""
    return reason == _SILENT or is_of_names(reason)


def _unscreened(intent: Intent, screenings: Sequence[Screening]) -> bool:
    """Tell whether an address that is not the bank's own business alone went without a verdict."""
    if intent.purpose in OWN_MONEY:
        return False
    heard = {screening.subject for screening in screenings}
    return any(isinstance(party, ChainParty) and str(party) not in heard for party in (intent.debtor, intent.creditor))


def _risk(policy: Policy, intent: Intent, facts: Facts) -> tuple[list[Reason], tuple[Reason, ...]]:
    """Return what a customer's movements hold the payment for, and what of it is a case.

    A second person lets a score go, never a scorer's silence; what is grave and did not hold the payment before they
    consented is a case all the same. No score lets go what was held: one that has fallen since, as days went by, is no
    second person.
    """
    if not is_scored(intent):
        return [], ()
    held = {reason.code: reason for reason in facts.held_for if reason.code.startswith("risk.")}
    held.pop("risk.unavailable", None)
    if facts.risk is None:
        silent = Reason(code="risk.unavailable", message="what scores the risk of payments gave no answer")
        return [silent, *([] if facts.second_person else held.values())], ()
    lines = policy.risk or RiskLines()
    found = [finding for finding in facts.risk.findings if finding.score >= lines.second_person_score]
    unsaid = f" ({'; '.join(facts.risk.silent)})" if facts.risk.silent else ""
    reasons = [Reason(code=finding.code, message=finding.explanation + unsaid) for finding in found]
    grave = tuple(reason for finding, reason in zip(found, reasons, strict=True) if finding.score >= lines.case_score)
    if facts.second_person:
        return [], tuple(reason for reason in grave if reason.code not in held)
    return [*reasons, *(reason for code, reason in held.items() if code not in {new.code for new in reasons})], grave


def _hours(policy: Policy, intent: Intent, facts: Facts) -> list[Reason]:
    # A variance moves nothing: a drawer is counted after the last customer has gone.
    if intent.purpose in OWN_MONEY | {Purpose.VARIANCE} or policy.hours.open_at(facts.now_s):
        return []
    return [Reason(code="hours.closed", message="outside the bank's opening hours")]


def _limits(policy: Policy, intent: Intent, facts: Facts) -> list[Reason]:
    if intent.purpose in UNLIMITED:
        return []
    return [reason for amount in intent.amounts for reason in _limits_of(policy, intent, amount, facts)]


def _limits_of(policy: Policy, intent: Intent, amount: Amount, facts: Facts) -> list[Reason]:
    asset_id, units = amount.asset.id, amount.units
    of = f" of {amount.asset.symbol}" if intent.cash is not None else ""
    reasons = []
    if units > policy.limits_of(asset_id).payment_units:
        reasons.append(Reason(code="limit.payment", message=f"above the limit{of} for one payment"))
    for limit in policy.met(asset_id, intent, role=facts.role, branch=facts.branch):
        used_units = 0 if limit.period is Period.PAYMENT else facts.used_units.get(limit.counted(asset_id), 0)
        if used_units + units > limit.units:
            code, which = reason_of(limit)
            reasons.append(Reason(code=code, message=f"above the limit{of} for {which}"))
    return reasons


def _payee(policy: Policy, intent: Intent, facts: Facts) -> list[Reason]:
    customer = _chooses(intent)
    if customer is None:
        return []
    reasons = []
    if policy.payees and not payee_allowed(policy.payees, customer_id=customer.owner, payee=str(intent.creditor)):
        reasons.append(Reason(code="payee.not_allowed", message="this customer may not pay this payee: no list has it"))
    first = intent.purpose is Purpose.PAYMENT  # what was paid while it was allowed is paid back all the same
    if first and not policy.private_transfers and _private(customer, intent.creditor, facts):
        reasons.append(Reason(code="payee.private", message="private persons do not pay each other at this bank"))
    return reasons


def _chooses(intent: Intent) -> BookParty | None:
    """Return the customer who chose whom this payment is to, or None."""
    debtor = intent.debtor
    if intent.purpose not in TO_A_PAYEE or not isinstance(debtor, BookParty):
        return None
    return debtor if debtor.kind is AccountKind.CUSTOMER else None


def _private(debtor: BookParty, creditor: Party, facts: Facts) -> bool:
    if not isinstance(creditor, BookParty) or creditor.kind is not AccountKind.CUSTOMER:
        return False
    return all(facts.kinds.get(it.owner) is not CustomerKind.BUSINESS for it in (debtor, creditor))


def _new_payee(policy: Policy, intent: Intent, facts: Facts) -> list[Reason]:
    rules = policy.new_payee
    if rules is None or facts.payee_known or _chooses(intent) is None:
        return []
    if all(facts.payee_units + amount.units <= rules.free_units.get(amount.asset.id, 0) for amount in intent.amounts):
        return []
    reasons = []
    if rules.second_person and not facts.second_person:
        reasons.append(Reason(code="payee.new", message="the first payment to this payee needs a second person"))
    if facts.now_s < intent.created_at_s + rules.wait_s:
        reasons.append(Reason(code="payee.wait", message="the first payment to this payee waits for a while"))
    return reasons
