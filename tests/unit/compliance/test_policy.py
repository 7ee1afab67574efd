"""The gate's decision: every reason, alone and together."""

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from tests.unit.payments.samples import ANNA, BANK, COIN, EURO, MONDAY_NOON_S, PAYEE, TOKEN, intent
from tokenpay.compliance.decision import Answer, Facts, decide, is_of_names
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.compliance.risk.assessment import Assessment, Finding
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.compliance.scoped_limit import Period
from tokenpay.compliance.screening import Screening, Verdict
from tokenpay.compliance.travel_rule import TravelFacts, TravelRule
from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.money.tariff import Tariff
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.operator import Role
from tokenpay.payments.cash_leg import CashLeg
from tokenpay.payments.intent import BookParty, Intent, Purpose
from tokenpay.payments.payment import Reason
from tokenpay.primitives.canonical import canonical_text

LIMITS = AssetLimits(payment_units=100, alone_units=50, customer_day_units=200, operator_day_units=300)
OFFICE = Hours(opens_minute=9 * 60, closes_minute=17 * 60, weekdays=frozenset(range(5)))
POLICY = Policy(limits={TOKEN.id: LIMITS}, hours=OFFICE, list_max_age_s=86_400)
TILL = replace(POLICY, limits={EURO.id: replace(LIMITS, customer_day_units=0)})
NONE_SET = Policy()
PASSKEYS = replace(POLICY, limits={TOKEN.id: replace(LIMITS, passkey_units=40)})
TRAVELLING = replace(POLICY, travel_rule=TravelRule(units={TOKEN.id: 1}))
CLOSED = replace(POLICY, hours=Hours())

PAY = intent(amount=Amount(TOKEN, 50))
SEND = replace(PAY, creditor=PAYEE)
SWEEP = intent(purpose=Purpose.SWEEP, debtor=PAYEE, creditor=BANK, amount=Amount(TOKEN, 10**30))
FILL = intent(purpose=Purpose.FILL, debtor=BANK, creditor=BANK, amount=Amount(COIN, 0))
COLLECT = intent(purpose=Purpose.COLLECTION, debtor=PAYEE, creditor=ANNA, amount=Amount(TOKEN, 10**30))
BOTH = replace(POLICY, limits={TOKEN.id: LIMITS, EURO.id: LIMITS})
CASH_LEG = CashLeg(drawer="D1", amount=Amount(EURO, 50), fee=Amount(EURO, 1), quote_id="QU-1")
POSITION = BookParty(AccountKind.CONVERSION, "bank")
EXCHANGE = intent(
    purpose=Purpose.EXCHANGE, debtor=POSITION, creditor=ANNA, amount=Amount(TOKEN, 50), cash=CASH_LEG, related="SH-1"
)
VAULT, DRAWER = BookParty(AccountKind.VAULT, "main"), BookParty(AccountKind.DRAWER, "D1")
FOUND = BookParty(AccountKind.VARIANCE, "bank")
ALLOCATE = intent(purpose=Purpose.ALLOCATION, debtor=VAULT, creditor=DRAWER, amount=Amount(EURO, 50))
OVER = intent(purpose=Purpose.VARIANCE, debtor=FOUND, creditor=DRAWER, amount=Amount(EURO, 50))
MUCH_OVER = replace(OVER, amount=Amount(EURO, 10**6))
SECOND = {"second_person": True}
ALLOW, HOLD, REFUSE = Answer.ALLOW, Answer.HOLD, Answer.REFUSE


def named(verdict: Verdict, why: str) -> Screening:
    return Screening(subject="customer/C0000000001", verdict=verdict, why=why)


def says(verdict: Verdict, party: object = PAYEE) -> Screening:
    return Screening(subject=str(party), verdict=verdict)


TILL_ONLY = replace(POLICY, limits={EURO.id: LIMITS})
_EACH = ["limit.payment", "limit.customer_day", "limit.operator_day"]


def cash_of(units: int) -> Intent:
    return replace(EXCHANGE, cash=replace(CASH_LEG, amount=Amount(EURO, units)))


def of(purpose_intent: Intent, units: int) -> Intent:
    return replace(purpose_intent, amount=Amount(TOKEN, units))


CASES: list[tuple[str, Policy, Intent, dict[str, Any], Answer, list[str]]] = [
    ("book, within all limits", POLICY, PAY, {}, ALLOW, []),
    ("who signed is gone", POLICY, PAY, {"gone": True}, REFUSE, ["approval.gone"]),
    ("stopped", POLICY, PAY, {"stopped": True}, REFUSE, ["emergency.stop"]),
    ("stopped, sweep too", POLICY, SWEEP, {"stopped": True}, REFUSE, ["emergency.stop"]),
    ("stopped, fill too", POLICY, FILL, {"stopped": True}, REFUSE, ["emergency.stop"]),
    ("asset frozen", POLICY, PAY, {"asset_usable": False}, REFUSE, ["asset.frozen"]),
    ("last second", POLICY, PAY, {"now_s": PAY.expires_at_s - 1}, ALLOW, []),
    ("expired", POLICY, PAY, {"now_s": PAY.expires_at_s}, REFUSE, ["intent.expired"]),
    ("frozen debtor", POLICY, PAY, {"customers": {"C1": CustomerStatus.FROZEN}}, REFUSE, ["customer.frozen"]),
    ("closed creditor", POLICY, PAY, {"customers": {"C2": CustomerStatus.CLOSED}}, REFUSE, ["customer.closed"]),
    ("closed", CLOSED, PAY, {}, REFUSE, ["hours.closed"]),
    ("closed, collection", CLOSED, COLLECT, {"screenings": (says(Verdict.CLEAR),)}, REFUSE, ["hours.closed"]),
    ("closed, sweep goes on", CLOSED, SWEEP, {}, ALLOW, []),
    ("closed, fill goes on", CLOSED, FILL, {}, ALLOW, []),
    (
        "nothing set",
        NONE_SET,
        of(PAY, 1),
        {},
        REFUSE,
        ["hours.closed", "limit.payment", "limit.customer_day", "limit.operator_day", "approval.second_person"],
    ),
    ("at one payment's limit", POLICY, of(PAY, 100), SECOND, ALLOW, []),
    ("above it", POLICY, of(PAY, 101), SECOND, REFUSE, ["limit.payment"]),
    ("at the customer's day", POLICY, PAY, {"customer_used_units": {TOKEN.id: 150}}, ALLOW, []),
    ("above it", POLICY, PAY, {"customer_used_units": {TOKEN.id: 151}}, REFUSE, ["limit.customer_day"]),
    ("at the operator's day", POLICY, PAY, {"operator_used_units": {TOKEN.id: 250}}, ALLOW, []),
    ("above it", POLICY, PAY, {"operator_used_units": {TOKEN.id: 251}}, REFUSE, ["limit.operator_day"]),
    ("a refund is limited", POLICY, replace(of(PAY, 101), purpose=Purpose.REFUND), SECOND, REFUSE, ["limit.payment"]),
    ("alone up to the limit", POLICY, of(PAY, 50), {}, ALLOW, []),
    ("above: not alone", POLICY, of(PAY, 51), {}, HOLD, ["approval.second_person"]),
    ("above: with a second", POLICY, of(PAY, 51), SECOND, ALLOW, []),
    ("cash, alone up to the limit", TILL, ALLOCATE, {}, ALLOW, []),
    ("cash, above", TILL, replace(ALLOCATE, amount=Amount(EURO, 51)), {}, HOLD, ["approval.second_person"]),
    ("cash, above one payment", TILL, replace(ALLOCATE, amount=Amount(EURO, 101)), SECOND, REFUSE, ["limit.payment"]),
    ("cash, above the day", TILL, ALLOCATE, {"operator_used_units": {EURO.id: 251}}, REFUSE, ["limit.operator_day"]),
    ("cash, closed", replace(TILL, hours=Hours()), ALLOCATE, {}, REFUSE, ["hours.closed"]),
    ("cash, stopped", TILL, ALLOCATE, {"stopped": True}, REFUSE, ["emergency.stop"]),
    (
        "a variance, whatever the day and hour",
        replace(TILL, hours=Hours()),
        OVER,
        {"operator_used_units": {TOKEN.id: 300, EURO.id: 300}},
        ALLOW,
        [],
    ),
    ("a large variance: not alone", TILL, MUCH_OVER, {}, HOLD, ["approval.second_person"]),
    ("a large variance: with a second", TILL, MUCH_OVER, SECOND, ALLOW, []),
    ("a variance, nothing set", NONE_SET, OVER, {}, HOLD, ["approval.second_person"]),
    ("a variance, stopped", TILL, OVER, {"stopped": True}, REFUSE, ["emergency.stop"]),
    ("never alone: reversal", POLICY, replace(PAY, purpose=Purpose.REVERSAL), {}, HOLD, ["approval.second_person"]),
    (
        "never alone: blocked money",
        POLICY,
        replace(PAY, debtor=BookParty(AccountKind.BLOCKED, "K1")),
        {},
        HOLD,
        ["approval.second_person"],
    ),
    ("passkeys, up to their limit", PASSKEYS, of(PAY, 40), {}, ALLOW, []),
    ("above it", PASSKEYS, of(PAY, 41), {}, HOLD, ["approval.passkey"]),
    ("above it, with everybody's", PASSKEYS, of(PAY, 41), {"passkeys": True}, ALLOW, []),
    ("data, in the books", TRAVELLING, PAY, {}, ALLOW, []),
    (
        "data, over a chain",
        TRAVELLING,
        SEND,
        {"screenings": (says(Verdict.CLEAR),)},
        HOLD,
        ["travel_rule.data_missing"],
    ),
    (
        "data, and there it is",
        TRAVELLING,
        SEND,
        {"screenings": (says(Verdict.CLEAR),), "travel": TravelFacts(data=True)},
        ALLOW,
        [],
    ),
    ("clear", POLICY, SEND, {"screenings": (says(Verdict.CLEAR),)}, ALLOW, []),
    ("match", POLICY, SEND, {"screenings": (says(Verdict.MATCH),)}, REFUSE, ["screening.match"]),
    *(
        (f"name: {why or 'a hit'}", POLICY, PAY, {"screenings": (named(verdict, why),)}, HOLD, [f"screening.{code}"])
        for verdict, why, code in (
            (Verdict.POSSIBLE_MATCH, "", "possible_match"),
            (Verdict.UNAVAILABLE, "pending", "pending"),
            (Verdict.UNAVAILABLE, "unreadable", "unavailable"),
            (Verdict.UNAVAILABLE, "failed", "unavailable"),
            (Verdict.UNAVAILABLE, "no_program", "unavailable"),
            (Verdict.UNAVAILABLE, "stale", "unavailable"),
        )
    ),
    ("name: clear", POLICY, PAY, {"screenings": (named(Verdict.CLEAR, ""),)}, ALLOW, []),
    ("no answer", POLICY, SEND, {"screenings": (says(Verdict.UNAVAILABLE),)}, HOLD, ["screening.unavailable"]),
    ("not asked", POLICY, SEND, {}, HOLD, ["screening.unavailable"]),
    (
        "asked about another",
        POLICY,
        SEND,
        {"screenings": (says(Verdict.CLEAR, BANK),)},
        HOLD,
        ["screening.unavailable"],
    ),
    ("a sweep stays at home", POLICY, SWEEP, {}, ALLOW, []),
    ("a collection has no limit", POLICY, COLLECT, {"screenings": (says(Verdict.CLEAR),)}, ALLOW, []),
    ("but is screened", POLICY, COLLECT, {"screenings": (says(Verdict.MATCH),)}, REFUSE, ["screening.match"]),
    ("an exchange within both limits", BOTH, EXCHANGE, {}, ALLOW, []),
    ("without one for its cash", POLICY, EXCHANGE, {}, REFUSE, [*_EACH, "approval.second_person"]),
    ("without one for its tokens", TILL_ONLY, EXCHANGE, {}, REFUSE, [*_EACH, "approval.second_person"]),
    ("more cash than alone", BOTH, cash_of(51), {}, HOLD, ["approval.second_person"]),
    ("more tokens than alone", BOTH, of(EXCHANGE, 51), {}, HOLD, ["approval.second_person"]),
    ("and with two people", BOTH, cash_of(51), SECOND, ALLOW, []),
    ("the customer's day in cash", BOTH, EXCHANGE, {"customer_used_units": {EURO.id: 151}}, REFUSE, _EACH[1:2]),
    ("the customer's day in tokens", BOTH, EXCHANGE, {"customer_used_units": {TOKEN.id: 151}}, REFUSE, _EACH[1:2]),
    ("the operator's day in cash", BOTH, EXCHANGE, {"operator_used_units": {EURO.id: 251}}, REFUSE, _EACH[2:]),
]


@pytest.mark.parametrize(
    ("policy", "asked", "changes", "answer", "codes"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_decision_and_its_reasons(
    policy: Policy, asked: Intent, changes: dict[str, Any], answer: Answer, codes: list[str]
) -> None:
    decision = decide(policy, asked, facts(**changes))
    assert decision.answer is answer
    assert [reason.code for reason in decision.reasons] == codes


def facts(**changes: Any) -> Facts:
    parts: dict[str, Any] = {
        "now_s": MONDAY_NOON_S,
        "stopped": False,
        "asset_usable": True,
        "customers": {"C1": CustomerStatus.ACTIVE, "C2": CustomerStatus.ACTIVE},
        "screenings": (),
        "used_units": {},
        "second_person": False,
        "role": Role.TELLER,
        "branch": "main",
        "kinds": {},
        "payee_known": False,
        "risk": Assessment(),
    }
    for asset_id, units in changes.pop("customer_used_units", {}).items():
        parts["used_units"][asset_id, f"customer/{ANNA.owner}", Period.DAY] = units
    for asset_id, units in changes.pop("operator_used_units", {}).items():
        parts["used_units"][asset_id, f"operator/{PAY.maker}", Period.DAY] = units
    return Facts(**(parts | changes))


def found(typology: str, score: int) -> Assessment:
    return Assessment(findings=(Finding(typology=typology, score=score, rules=("burst",), explanation="much at once"),))


HELD_FOR = tuple(Reason(code=code, message="before") for code in ("risk.unavailable", "risk.drained", "hours.closed"))
STRICT = RiskLines(second_person_score=10, case_score=20)
RISKS: list[tuple[str, Intent, RiskLines | None, dict[str, Any], list[str], list[str]]] = [
    ("nobody scored", PAY, None, {"risk": None}, ["risk.unavailable"], []),
    ("nobody scored, two people", PAY, None, {"risk": None, **SECOND}, ["risk.unavailable"], []),
    ("the bank's own", SWEEP, None, {"risk": None}, [], []),
    ("money comes in", COLLECT, None, {"risk": None, "screenings": (says(Verdict.CLEAR),)}, [], []),
    ("below the line", PAY, None, {"risk": found("drained", 599)}, [], []),
    ("at the line", PAY, None, {"risk": found("drained", 600)}, ["risk.drained"], []),
    ("not yet a case", PAY, None, {"risk": found("drained", 799)}, ["risk.drained"], []),
    ("a case", PAY, None, {"risk": found("drained", 800)}, ["risk.drained"], ["risk.drained"]),
    ("two people, who did not see it", PAY, None, {"risk": found("drained", 800), **SECOND}, [], ["risk.drained"]),
    ("two people, no case", PAY, None, {"risk": found("drained", 799), **SECOND}, [], []),
    ("two people, who saw it", PAY, None, {"risk": found("drained", 800), "held_for": HELD_FOR, **SECOND}, [], []),
    ("held before", PAY, None, {"held_for": HELD_FOR}, ["risk.drained"], []),
    ("held before, and again", PAY, None, {"held_for": HELD_FOR, "risk": found("drained", 600)}, ["risk.drained"], []),
    ("held before, two people", PAY, None, {"held_for": HELD_FOR, **SECOND}, [], []),
    ("held, nobody scores", PAY, None, {"held_for": HELD_FOR, "risk": None}, ["risk.unavailable", "risk.drained"], []),
    ("lines of its own", PAY, STRICT, {"risk": found("own", 19)}, ["risk.own"], []),
    ("no score lets go", of(PAY, 51), None, {"risk": found("own", 1)}, ["approval.second_person"], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "lines", "changes", "holds", "grave"), [row[1:] for row in RISKS], ids=[r[0] for r in RISKS]
)
def test_a_score_holds_and_never_lets_go(
    asked: Intent, lines: RiskLines | None, changes: dict[str, Any], holds: list[str], grave: list[str]
) -> None:
    decision = decide(replace(POLICY, risk=lines), asked, facts(**changes))
    assert decision.answer is (HOLD if holds else ALLOW)
    assert [reason.code for reason in decision.reasons] == holds
    assert [reason.code for reason in decision.grave] == grave


def test_a_refused_payment_tells_its_risk_too() -> None:
    decision = decide(POLICY, of(PAY, 101), facts(risk=found("structuring", 900), stopped=True))
    assert decision.answer is REFUSE
    assert [reason.code for reason in decision.grave] == ["risk.structuring"]


def test_risk_lines_stand_in_a_policy_where_they_are_set() -> None:
    assert "risk" not in POLICY.content()
    assert replace(POLICY, risk=STRICT).content()["risk"] == {"second_person_score": 10, "case_score": 20}
    assert RiskLines(habit=True).content() == {"second_person_score": 600, "case_score": 800, "habit": True}


def test_who_reads_a_score_reads_which_scorer_had_no_opinion() -> None:
    told = replace(found("drained", 700), silent=("no opinion by habit: 3 are known",))
    (reason,) = decide(POLICY, PAY, facts(risk=told)).reasons
    assert reason.message == "much at once (no opinion by habit: 3 are known)"
    assert decide(POLICY, PAY, facts(risk=replace(told, findings=()))).reasons == ()


def test_what_waits_for_its_names_is_told_from_the_rest() -> None:
    """The engine asks the gate again about these alone."""
    names = (named(Verdict.POSSIBLE_MATCH, ""), named(Verdict.UNAVAILABLE, "pending"))
    reasons = decide(TRAVELLING, SEND, facts(screenings=(says(Verdict.CLEAR), *names))).reasons
    assert [(reason.code, is_of_names(reason)) for reason in reasons] == [
        ("screening.possible_match", True),
        ("screening.pending", True),
        ("travel_rule.data_missing", False),
    ]


def test_one_refusal_outweighs_all_holds_and_every_reason_is_told() -> None:
    decision = decide(
        POLICY,
        of(SEND, 101),
        facts(stopped=True, asset_usable=False, screenings=(says(Verdict.MATCH), says(Verdict.UNAVAILABLE, BANK))),
    )
    assert decision.answer is REFUSE
    assert [reason.code for reason in decision.reasons] == [
        "emergency.stop",
        "asset.frozen",
        "limit.payment",
        "screening.match",
        "screening.unavailable",
        "approval.second_person",
    ]


@pytest.mark.parametrize("scope", ["payment_units", "customer_day_units", "operator_day_units"])
def test_the_first_payment_of_a_day_may_use_the_whole_of_a_limit_and_no_more(scope: str) -> None:
    policy = replace(POLICY, limits={TOKEN.id: replace(LIMITS, **{scope: 50})})
    assert decide(policy, of(PAY, 50), facts()).answer is ALLOW
    one_more = decide(policy, of(PAY, 51), facts(**SECOND))
    assert one_more.answer is REFUSE
    assert [reason.code for reason in one_more.reasons] == [f"limit.{scope.removesuffix('_units')}"]


def test_a_reason_says_which_limit_is_passed() -> None:
    policy = replace(
        POLICY, limits={TOKEN.id: replace(LIMITS, payment_units=1, customer_day_units=1, operator_day_units=1)}
    )
    reasons = decide(policy, PAY, facts()).reasons
    for reason, scope in zip(reasons, ("one payment", "this customer's day", "this operator's day"), strict=True):
        assert reason.message == f"above the limit for {scope}"


def test_what_the_gate_decides_by_cannot_be_changed() -> None:
    for noun, name in (
        (LIMITS, "alone_units"),
        (OFFICE, "opens_minute"),
        (POLICY, "version"),
        (facts(), "stopped"),
        (decide(POLICY, PAY, facts()), "answer"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, 1)


def test_reasons_name_no_customer() -> None:
    decision = decide(POLICY, PAY, facts(customers={ANNA.owner: CustomerStatus.FROZEN}))
    assert ANNA.owner not in str(decision.reasons)


HOUR_S = 3_600


@pytest.mark.parametrize(
    ("now_s", "offset_minutes", "open_"),
    [
        (MONDAY_NOON_S - 3 * HOUR_S - 1, 0, False),
        (MONDAY_NOON_S - 3 * HOUR_S, 0, True),
        (MONDAY_NOON_S + 5 * HOUR_S - 1, 0, True),
        (MONDAY_NOON_S + 5 * HOUR_S, 0, False),
        (MONDAY_NOON_S - 24 * HOUR_S, 0, False),  # Sunday
        (MONDAY_NOON_S + 4 * 24 * HOUR_S, 0, True),  # Friday
        (MONDAY_NOON_S, 5 * 60, False),  # 17:00 there
        (MONDAY_NOON_S, -3 * 60, True),  # 09:00 there
        (MONDAY_NOON_S, -3 * 60 - 1, False),
        (MONDAY_NOON_S - 13 * HOUR_S, 14 * 60, True),  # Sunday 23:00 in UTC, Monday 13:00 there
    ],
)
def test_opening_hours(now_s: int, offset_minutes: int, open_: bool) -> None:
    assert replace(OFFICE, utc_offset_minutes=offset_minutes).open_at(now_s) is open_


def test_hours_unset_are_never_and_always_is_always() -> None:
    moments = range(MONDAY_NOON_S, MONDAY_NOON_S + 7 * 24 * HOUR_S, HOUR_S - 7)
    assert not any(Hours().open_at(now_s) for now_s in moments)
    assert all(Hours.always().open_at(now_s) for now_s in moments)


@pytest.mark.parametrize(("offset_minutes", "day"), [(0, "2026-09-28"), (720, "2026-09-29"), (-721, "2026-09-27")])
def test_limits_count_by_the_local_day(offset_minutes: int, day: str) -> None:
    assert Hours(utc_offset_minutes=offset_minutes).day(MONDAY_NOON_S) == day


@pytest.mark.parametrize(
    "hours",
    [
        {"opens_minute": -1},
        {"opens_minute": 60, "closes_minute": 59},
        {"closes_minute": 1_441},
        {"weekdays": frozenset({7})},
        {"weekdays": frozenset({-1})},
        {"utc_offset_minutes": 841},
        {"utc_offset_minutes": -841},
        {"opens_minute": False},
        {"closes_minute": 60.0},
        {"weekdays": frozenset({True})},
        {"weekdays": frozenset({"1"})},
        {"utc_offset_minutes": 0.5},
    ],
)
def test_hours_that_cannot_be(hours: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Hours(**hours)


@pytest.mark.parametrize(
    "name",
    ["payment_units", "alone_units", "customer_day_units", "operator_day_units", "passkey_units", "rekey_units"],
)
@pytest.mark.parametrize("units", [-1, 1.5, True, "5", 10**78])
def test_a_limit_is_a_whole_number(name: str, units: Any) -> None:
    assert getattr(AssetLimits(**{name: 10**78 - 1}), name) == 10**78 - 1
    with pytest.raises(InvalidInput):
        AssetLimits(**{name: units})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("version", (0, -1, 2**31, True)),
        ("list_max_age_s", (-1, 10**30, 1.5, "86400")),
        ("held_for_s", (0, -1, 367 * 86_400, 10**30, 1.5, True)),
    ],
)
def test_a_policys_numbers_have_bounds(name: str, wrong: tuple[Any, ...]) -> None:
    for number in wrong:
        with pytest.raises(InvalidInput, match=name):
            Policy(**{name: number})


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("version", 1, 2**31 - 1), ("list_max_age_s", 0, 36_600 * 86_400), ("held_for_s", 1, 366 * 86_400)],
)
def test_a_policys_numbers_go_to_their_bounds(name: str, least: int, most: int) -> None:
    def with_number(number: int) -> Policy:
        changes: dict[str, Any] = {name: number}
        return Policy(**changes)

    assert [getattr(with_number(number), name) for number in (least, most)] == [least, most]
    with pytest.raises(InvalidInput, match=name):
        with_number(most + 1)


def test_a_policys_content_is_canonical_and_whole() -> None:
    content = json.loads(canonical_text(POLICY.content()))
    assert content == {
        "version": 1,
        "limits": {
            TOKEN.id: {
                "payment_units": "100",
                "alone_units": "50",
                "customer_day_units": "200",
                "operator_day_units": "300",
            }
        },
        "hours": {"opens_minute": 540, "closes_minute": 1020, "weekdays": [0, 1, 2, 3, 4], "utc_offset_minutes": 0},
        "list_max_age_s": 86_400,
        "held_for_s": 86_400,
    }


def test_fee_caps_stand_in_the_content_where_there_are_any() -> None:
    content = json.loads(canonical_text(replace(POLICY, fee_caps_wei={1: 2**255, 10: 1}).content()))
    assert content["fee_caps_wei"] == {"1": str(2**255), "10": "1"}
    wrong: list[Any] = [{1: 0}, {1: 2**256}, {0: 5}, {1: 1.5}, {"1": 5}, {1: True}]
    for caps in wrong:
        with pytest.raises(InvalidInput, match="fee cap"):
            replace(POLICY, fee_caps_wei=caps)


TARIFF = Tariff(
    token=TOKEN.id, currency="EUR", sell_basis_points=1, buy_basis_points=2, quote_lifetime_s=3, rate_max_age_s=4
)


def test_tariffs_stand_in_the_content_where_there_are_any() -> None:
    content = json.loads(canonical_text(replace(POLICY, tariffs=(TARIFF,)).content()))
    assert content.pop("tariffs") == [
        {
            "token": TOKEN.id,
            "currency": "EUR",
            "sell_basis_points": 1,
            "buy_basis_points": 2,
            "fee_basis_points": 0,
            "fee_minimum_units": "0",
            "quote_lifetime_s": 3,
            "rate_max_age_s": 4,
        }
    ]
    assert content == json.loads(canonical_text(POLICY.content()))


def test_a_pair_has_one_tariff_and_others_none() -> None:
    policy = replace(POLICY, tariffs=(TARIFF,))
    assert policy.tariff(TOKEN.id, "EUR") is TARIFF
    assert (policy.tariff(TOKEN.id, "USD"), policy.tariff(EURO.id, "EUR"), POLICY.tariff(TOKEN.id, "EUR")) == (
        None,
    ) * 3
    with pytest.raises(InvalidInput, match="one tariff"):
        replace(POLICY, tariffs=(TARIFF, replace(TARIFF, fee_minimum_units=1)))


def test_both_assets_of_an_exchange_are_named_where_one_is_frozen() -> None:
    (said,) = [it for it in decide(BOTH, EXCHANGE, facts(asset_usable=False)).reasons if it.code == "asset.frozen"]
    assert said.message == "USDX or EUR is frozen at this bank"
