"""Each red flag where it fires and where it just does not, and what they make up together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.payments.samples import ANNA, BERT, COIN, MONDAY_NOON_S, PAYEE, TOKEN, intent
from tokenpay.compliance.risk import red_flags as flags
from tokenpay.compliance.risk.activity import REMEMBERED, Activity, Movement, is_scored
from tokenpay.compliance.risk.assessment import Assessment, Finding
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.compliance.risk.typology import TYPOLOGIES, assess
from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.payments.intent import BookParty, Intent, Purpose

HOUR, DAY = 3_600, 86_400
NOW = MONDAY_NOON_S
LINES = RiskLines()


def out(hours: float, units: int, to: str = "customer/C9", *, settled: bool = True, asset: str = TOKEN.id) -> Movement:
    return Movement(NOW - int(hours * HOUR), units, asset, to, settled)


def came(hours: float, units: int, payer: str = "customer/C8") -> Movement:
    return Movement(NOW - int(hours * HOUR), units, TOKEN.id, payer)


def payers(count: int, units: int = 40, hours: float = 24) -> list[Movement]:
    return [came(hours, units, f"customer/P{number}") for number in range(count)]


def known(outgoing: Sequence[Movement] = (), incoming: Sequence[Movement] = (), **changes: Any) -> Activity:
    """A customer of two years who may pay 100 alone and has 1,000."""
    parts: dict[str, Any] = {"enrolled_at_s": NOW - 700 * DAY, "available_units": 1_000, "alone_units": 100}
    return Activity(outgoing=tuple(outgoing), incoming=tuple(incoming), **(parts | changes))


def pay(units: int = 50, **changes: Any) -> Intent:
    return intent(amount=Amount(TOKEN, units), **changes)


EVERY_NOON = [out(24 * day, 5) for day in range(14, 1, -1)]
FIRES: list[tuple[str, flags.Rule, Intent, Activity, str]] = [
    ("third", flags.just_under, pay(70), known([out(70, 100), out(2, 70)]), "3 payments in 3 days, each at 70 %"),
    ("one above", flags.just_under, pay(80), known([out(9, 300), out(2, 80), out(1, 80)]), "3 payments in 3 days"),
    ("burst", flags.burst, pay(), known([out(1, 1)] * 4), "5 payments within an hour"),
    ("woken now", flags.dormant, pay(), known([out(90 * 24, 1)]), "no movement for 90 days"),
    ("woken by money", flags.dormant, pay(), known([out(91 * 24, 1)], [came(2, 9)]), "no movement for 90 days"),
    ("never moved", flags.dormant, pay(), known(enrolled_at_s=NOW - 90 * DAY), "no movement for 90 days"),
    ("four payers", flags.fan_in, pay(), known([], payers(4)), "from 4 payers in 7 days"),
    ("leaves", flags.leaving, pay(51), known([], [came(24, 85)]), "leave in 3 days of"),
    ("leaves in two", flags.leaving, pay(51), known([out(71, 50)], [came(160, 168)]), "leave in 3 days of"),
    ("what came is gone", flags.emptying, pay(101), known([], [came(24, 168)]), "leave in 3 days of"),
    (
        "twice round",
        flags.round_trip,
        pay(40),
        known([out(200, 40), out(100, 40)], [came(190, 38), came(90, 39)]),
        "went out and came back 2 times",
    ),
    ("one payee", flags.same_payee, pay(), known([out(2, 1, str(BERT)), out(1, 1, str(BERT))]), "3 payments to one"),
    ("never paid", flags.fresh_payee, pay(), known([out(99, 1)]), "not paid until"),
    ("paid since", flags.fresh_payee, pay(), known([out(72, 1, str(BERT))]), "not paid until 3 days ago"),
    ("only promised", flags.fresh_payee, pay(), known([out(99, 1, str(BERT), settled=False)]), "not paid until"),
    ("89 days", flags.new_customer, pay(), known(enrolled_at_s=NOW - 90 * DAY + 1), "a customer for 89 days"),
    ("nearly all leaves", flags.passing, pay(68), known([], [came(24, 85)]), "leave in 3 days of"),
    ("most of it", flags.drain, pay(101), known(available_units=168), "leave in a day"),
    (
        "to strangers",
        flags.strangers,
        pay(40),
        known([*EVERY_NOON, *[out(12, 40, "customer/S")] * 2]),
        "in 3 payments within 12",
    ),
    ("by night", flags.odd_hour, pay(), known([out(24 * day + 9, 5) for day in range(14, 1, -1)]), "9 hours from any"),
]
SILENT: list[tuple[str, flags.Rule, Intent, Activity]] = [
    ("second only", flags.just_under, pay(80), known([out(2, 80)])),
    ("not so near", flags.just_under, pay(69), known([out(2, 80)] * 5)),
    ("others not near", flags.just_under, pay(80), known([out(2, 69)] * 5)),
    ("more above", flags.just_under, pay(80), known([*[out(9, 300)] * 3, out(2, 80), out(1, 80)])),
    ("above the line", flags.just_under, pay(101), known([out(2, 80)] * 5)),
    ("long ago", flags.just_under, pay(80), known([out(73, 80)] * 5)),
    ("of another asset", flags.just_under, pay(80), known([out(2, 80, asset=COIN.id)] * 5)),
    ("no line", flags.just_under, pay(80), known([out(2, 80)] * 5, alone_units=0)),
    ("four an hour", flags.burst, pay(), known([out(1.1, 1), out(1, 1), out(1, 1), out(1, 1)])),
    ("still 89 days", flags.dormant, pay(), known([out(90 * 24 - 1, 1)])),
    ("awake a week", flags.dormant, pay(), known([out(200 * 24, 1), out(100, 1)])),
    ("too much to remember", flags.dormant, pay(), known([out(2, 1)] * REMEMBERED)),
    ("three payers", flags.fan_in, pay(), known([], [*payers(3), came(2, 5, "customer/P0")])),
    ("paid back", flags.fan_in, pay(), known([out(300, 1, "customer/P0")], payers(4))),
    ("last week", flags.fan_in, pay(), known([], payers(5, hours=169))),
    ("nobody knows who", flags.fan_in, pay(), known([], [came(24, 40, "")] * 9)),
    ("little", flags.leaving, pay(50), known([], [came(24, 50)])),
    ("within one person's", flags.emptying, pay(100), known([], [came(24, 100)])),
    ("most stays", flags.leaving, pay(101), known([], [came(24, 169)])),
    ("once round", flags.round_trip, pay(40), known([out(200, 40), out(100, 40)], [came(190, 38)])),
    (
        "back before it went",
        flags.round_trip,
        pay(40),
        known([out(90, 40), out(80, 40)], [came(100, 40), came(95, 40)]),
    ),
    ("others' sums", flags.round_trip, pay(40), known([out(200, 40), out(100, 40)], [came(190, 30), came(90, 50)])),
    ("small change", flags.round_trip, pay(4), known([out(200, 4), out(100, 4)], [came(190, 4), came(90, 4)])),
    ("two to one", flags.same_payee, pay(), known([out(1, 1, str(BERT))])),
    ("many payees", flags.same_payee, pay(), known([out(1, 1, str(BERT))] * 2 + [out(1, 1)] * 2)),
    ("paid before", flags.fresh_payee, pay(), known([out(73, 1, str(BERT))])),
    ("three months", flags.new_customer, pay(), known(enrolled_at_s=NOW - 90 * DAY)),
    ("a fifth stays", flags.passing, pay(67), known([], [came(24, 85)])),
    ("enough stays", flags.drain, pay(101), known(available_units=169)),
    ("two strangers", flags.strangers, pay(90), known([*EVERY_NOON, out(2, 90, "customer/S")])),
    ("over days", flags.strangers, pay(90), known([*EVERY_NOON, out(13, 90, "customer/S"), out(2, 90, "customer/S")])),
    ("small sums", flags.strangers, pay(30), known([*EVERY_NOON, *[out(12, 35, "customer/S")] * 2])),
    (
        "to a friend",
        flags.strangers,
        pay(90),
        known([*EVERY_NOON, out(99, 1, str(BERT)), *[out(2, 90, "customer/S")] * 2]),
    ),
    ("a new account", flags.strangers, pay(90), known([*EVERY_NOON[:8], *[out(2, 90, "customer/S")] * 2])),
    ("small", flags.drain, pay(100), known(available_units=100)),
    ("at noon", flags.odd_hour, pay(), known(EVERY_NOON)),
    ("too little known", flags.odd_hour, pay(), known([out(24 * day + 9, 5) for day in range(10, 1, -1)])),
]


@pytest.mark.parametrize(("rule", "asked", "activity", "says"), [row[1:] for row in FIRES], ids=[r[0] for r in FIRES])
def test_a_flag_fires_and_says_why(rule: flags.Rule, asked: Intent, activity: Activity, says: str) -> None:
    said = rule(asked, activity, NOW)
    assert says in said
    assert "C0000" not in said
    assert "customer/" not in said


@pytest.mark.parametrize(("rule", "asked", "activity"), [row[1:] for row in SILENT], ids=[row[0] for row in SILENT])
def test_a_flag_is_silent(rule: flags.Rule, asked: Intent, activity: Activity) -> None:
    assert rule(asked, activity, NOW) == ""


PAID_BEFORE = [out(500 + n, 1) for n in range(10)]
ROBBED = [*PAID_BEFORE, *[out(6, 40, "customer/S")] * 2]
EMPTIED = [*PAID_BEFORE, *[out(0.5, 190, str(BERT))] * 4]
STRUCTURED = known([out(50, 90), out(26, 95), out(2, 92)])
FOUND: list[tuple[str, Intent, Activity, str, int]] = [
    ("under the line", pay(94), STRUCTURED, "structuring", 700),
    ("to one payee", pay(94), known([out(50 - n, 90, str(BERT)) for n in range(3)]), "structuring", 800),
    ("gathered and gone", pay(190), known([out(500, 1)], payers(5)), "fan_in_exit", 700),
    ("woken and emptied", pay(900), known([out(95 * 24, 1)]), "dormant_waking", 750),
    ("new, and most of it", pay(200), known([], [came(3, 210)], enrolled_at_s=NOW - DAY), "pass_through", 650),
    (
        "round and round",
        pay(80),
        known([out(200, 79, str(BERT)), out(100, 79, str(BERT))], [came(190, 78), came(90, 79)]),
        "round_trip",
        600,
    ),
    ("paid to strangers", pay(60), known(ROBBED), "drained", 600),
    ("emptied within the hour", pay(200), known(EMPTIED, available_units=300), "drained", 850),
]


@pytest.mark.parametrize(("asked", "activity", "name", "score"), [row[1:] for row in FOUND], ids=[r[0] for r in FOUND])
def test_flags_make_up_a_typology(asked: Intent, activity: Activity, name: str, score: int) -> None:
    found = {finding.typology: finding.score for finding in assess(asked, activity, NOW).findings}
    assert found == {name: score}


def test_what_fits_several_typologies_is_told_as_each_the_gravest_first() -> None:
    activity = known([], payers(5), enrolled_at_s=NOW - DAY, available_units=200)
    found = assess(pay(190), activity, NOW)
    assert [(finding.typology, finding.score) for finding in found.findings] == [
        ("fan_in_exit", 850),
        ("pass_through", 800),
    ]
    assert found.score == 850
    assert found.findings[0].rules == ("fan_in", "leaving", "fresh_payee", "new_customer")
    assert found.findings[0].explanation.count("; ") == 3
    assert found.findings[0].code == "risk.fan_in_exit"


def test_no_weak_flag_reaches_a_line_alone() -> None:
    strong = {flags.just_under, flags.round_trip, flags.strangers}  # which are made of several payments each
    for typology in TYPOLOGIES:
        for rule, weight in (*typology.needs, *typology.adds):
            assert rule in strong or weight < LINES.second_person_score


def test_an_ordinary_month_is_nothing() -> None:
    wages, rent = came(24 * 20, 2_000, "customer/EMPLOYER"), out(24 * 19, 95, str(PAYEE))
    shopping = [out(24 * day, 12, f"customer/SHOP{day % 3}") for day in range(18, 0, -1)]
    assert (
        assess(pay(12, creditor=BookParty(AccountKind.CUSTOMER, "SHOP1")), known([rent, *shopping], [wages]), NOW)
        == Assessment()
    )


@pytest.mark.parametrize(
    ("asked", "scored"),
    [
        (pay(), True),
        (pay(purpose=Purpose.REFUND), True),
        (pay(purpose=Purpose.REVERSAL), False),
        (pay(debtor=BookParty(AccountKind.SUSPENSE, "CS-1")), False),
        (intent(purpose=Purpose.COLLECTION, debtor=PAYEE, creditor=ANNA), False),
    ],
)
def test_what_a_customer_decides_is_scored(asked: Intent, scored: bool) -> None:
    assert is_scored(asked) is scored


@pytest.mark.parametrize(
    "changes",
    [
        {"typology": "Structuring"},
        {"typology": ""},
        {"rules": ("a b",)},
        {"score": 0},
        {"score": 1_001},
        {"score": True},
        {"score": 600.0},
        {"explanation": ""},
        {"explanation": "x" * 501},
        {"explanation": "a\nb"},
    ],
)
def test_a_finding_is_well_formed(changes: dict[str, Any]) -> None:
    finding = Finding(typology="structuring", score=600, rules=("just_under",), explanation="why")
    with pytest.raises(InvalidInput):
        replace(finding, **changes)


@pytest.mark.parametrize("asked", [1, None, "yes"])
def test_habits_are_asked_or_not(asked: Any) -> None:
    with pytest.raises(InvalidInput):
        RiskLines(habit=asked)


@pytest.mark.parametrize("scores", [(0, 800), (600, 1_001), (700, 600), (600.0, 800), (True, 800)])
def test_risk_lines_stand_in_their_order(scores: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidInput):
        RiskLines(second_person_score=scores[0], case_score=scores[1])
