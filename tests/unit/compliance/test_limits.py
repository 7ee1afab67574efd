"""Limits for a role, a branch, an operator or a customer; payees; private persons; and old policies as they were."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.unit.compliance.test_policy import EXCHANGE, LIMITS, PAY, POLICY, REFUSE, SECOND, facts
from tests.unit.payments.samples import ANNA, BERT, EURO, MONDAY_NOON_S, PAYEE, TOKEN
from tokenpay.compliance.decision import Answer, decide
from tokenpay.compliance.list_rule import ListRule
from tokenpay.compliance.payee_rules import NewPayee
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.policy_change import policy_changes
from tokenpay.compliance.rekeyed import Rekeyed
from tokenpay.compliance.scoped_limit import Period, Scope, ScopedLimit
from tokenpay.compliance.travel_rule import TravelRule
from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.parties.customer import CustomerKind
from tokenpay.payments.intent import BookParty, Intent, Purpose
from tokenpay.primitives.canonical import canonical_text
from tokenpay.store.policy_store import _policy

WIDE = replace(POLICY, limits={TOKEN.id: replace(LIMITS, payment_units=10**9, alone_units=10**9)}, held_for_s=86_400)
OPERATOR, CUSTOMER, BRANCH = f"operator/{PAY.maker}", f"customer/{ANNA.owner}", "branch/main"


def limit(of: Scope, period: Period, units: int, name: str = "", asset_id: str = TOKEN.id) -> ScopedLimit:
    return ScopedLimit(asset_id=asset_id, of=of, name=name, period=period, units=units)


def codes(policy: Policy, intent: Intent = PAY, **changes: Any) -> list[str]:
    return [reason.code for reason in decide(policy, intent, facts(**changes)).reasons]


S, P = Scope, Period
# What is limited, what was used (by counter and period), and what a payment of 50 meets.
CASES: dict[str, tuple[list[ScopedLimit], dict[tuple[str, Period], int], list[str]]] = {
    "a teller's payment": ([limit(S.ROLE, P.PAYMENT, 49, "teller")], {}, ["limit.role"]),
    "a teller's payment, at it": ([limit(S.ROLE, P.PAYMENT, 50, "teller")], {}, []),
    "a supervisor's": ([limit(S.ROLE, P.PAYMENT, 0, "supervisor")], {}, []),
    "a teller's day": ([limit(S.ROLE, P.DAY, 70, "teller")], {(OPERATOR, P.DAY): 21}, ["limit.role"]),
    "a teller's week": ([limit(S.ROLE, P.WEEK, 70, "teller")], {(OPERATOR, P.WEEK): 20}, []),
    "each operator's week": ([limit(S.OPERATOR, P.WEEK, 70)], {(OPERATOR, P.WEEK): 21}, ["limit.operator"]),
    "this operator's week instead": (
        [limit(S.OPERATOR, P.WEEK, 70), limit(S.OPERATOR, P.WEEK, 71, PAY.maker)],
        {(OPERATOR, P.WEEK): 21},
        [],
    ),
    "this operator's day instead of each one's": (
        [limit(S.OPERATOR, P.DAY, 500, PAY.maker)],
        {(OPERATOR, P.DAY): 400},
        [],
    ),
    "and less": ([limit(S.OPERATOR, P.DAY, 49, PAY.maker)], {}, ["limit.operator_day"]),
    "another operator's": ([limit(S.OPERATOR, P.DAY, 0, "eve")], {}, []),
    "a customer's payment": ([limit(S.CUSTOMER, P.PAYMENT, 49)], {}, ["limit.customer"]),
    "this customer's, and more": (
        [limit(S.CUSTOMER, P.PAYMENT, 49), limit(S.CUSTOMER, P.PAYMENT, 50, ANNA.owner)],
        {},
        [],
    ),
    "a customer's month": ([limit(S.CUSTOMER, P.MONTH, 99)], {(CUSTOMER, P.MONTH): 50}, ["limit.customer"]),
    "this customer's day, and more": (
        [limit(S.CUSTOMER, P.DAY, 1_000, ANNA.owner)],
        {(CUSTOMER, P.DAY): 900},
        [],
    ),
    "the payee's limits are not the payer's": ([limit(S.CUSTOMER, P.DAY, 0, BERT.owner)], {}, []),
    "the branch's payment": ([limit(S.BRANCH, P.PAYMENT, 49)], {}, ["limit.branch"]),
    "the branch's day": ([limit(S.BRANCH, P.DAY, 99)], {(BRANCH, P.DAY): 50}, ["limit.branch"]),
    "another branch's": ([limit(S.BRANCH, P.DAY, 0, "north")], {}, []),
    "set and zero": ([limit(S.BRANCH, P.MONTH, 0)], {}, ["limit.branch"]),
    "the asset's own day beside them": (
        [limit(S.BRANCH, P.DAY, 10**6)],
        {(CUSTOMER, P.DAY): 151},
        ["limit.customer_day"],
    ),
    "of another asset": ([limit(S.BRANCH, P.DAY, 0, asset_id=EURO.id)], {}, []),
    "all at once": (
        [limit(S.OPERATOR, P.DAY, 1), limit(S.ROLE, P.DAY, 1, "teller"), limit(S.BRANCH, P.WEEK, 1),
         limit(S.CUSTOMER, P.MONTH, 1)],
        {},
        ["limit.customer", "limit.operator_day", "limit.role", "limit.branch"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_limit_and_whom_it_counts(case: str) -> None:
    scoped, used, said = CASES[case]
    units = {(TOKEN.id, *counted): many for counted, many in used.items()}
    assert codes(replace(WIDE, scoped=tuple(scoped)), used_units=units) == said


def test_a_reason_says_which_period() -> None:
    policy = replace(WIDE, scoped=(limit(S.ROLE, P.WEEK, 0, "teller"), limit(S.BRANCH, P.PAYMENT, 0)))
    messages = [reason.message for reason in decide(policy, PAY, facts()).reasons]
    assert messages == ["above the limit for this role's week", "above the limit for this branch's payment"]


def test_what_no_limit_counts_meets_none_of_these_either() -> None:
    policy = replace(WIDE, scoped=(limit(S.BRANCH, P.PAYMENT, 0),))
    assert codes(policy, replace(PAY, purpose=Purpose.REVERSAL), **SECOND) == []


def test_an_exchange_counts_both_halves() -> None:
    both = replace(WIDE, limits={TOKEN.id: WIDE.limits[TOKEN.id], EURO.id: WIDE.limits[TOKEN.id]})
    policy = replace(both, scoped=(limit(S.CUSTOMER, P.WEEK, 49, asset_id=EURO.id),))
    (reason,) = decide(policy, EXCHANGE, facts()).reasons
    assert (reason.code, reason.message) == ("limit.customer", "above the limit of EUR for this customer's week")


@pytest.mark.parametrize(
    ("period", "day", "first"),
    [
        (P.DAY, "2026-11-29", "2026-11-29"),
        (P.WEEK, "2026-11-29", "2026-11-23"),  # a Sunday
        (P.WEEK, "2026-11-30", "2026-11-30"),  # a Monday
        (P.WEEK, "2027-01-02", "2026-12-28"),
        (P.MONTH, "2028-02-29", "2028-02-01"),
    ],
)
def test_periods_are_of_the_calendar(period: Period, day: str, first: str) -> None:
    assert period.first_day(day) == first


# --- whom a customer may pay --------------------------------------------------------------------

LISTS: dict[str, tuple[dict[str, set[str]], list[str]]] = {
    "nobody listed": ({}, []),
    "the bank lists them": ({"": {str(BERT)}}, []),
    "the bank lists others": ({"": {"customer/C9"}}, ["payee.not_allowed"]),
    "the customer's own list": ({ANNA.owner: {str(BERT)}}, []),
    "either list": ({"": {"customer/C9"}, ANNA.owner: {str(BERT)}}, []),
    "another customer's list": ({BERT.owner: {str(ANNA)}}, []),
    "a list of nobody": ({ANNA.owner: set()}, ["payee.not_allowed"]),
}


@pytest.mark.parametrize("case", LISTS)
def test_payees_are_listed_for_all_or_for_one(case: str) -> None:
    listed, said = LISTS[case]
    assert codes(replace(WIDE, payees={of: frozenset(payees) for of, payees in listed.items()})) == said


def test_a_list_holds_for_refunds_and_not_for_what_nobody_chose() -> None:
    policy = replace(WIDE, payees={"": frozenset()})
    assert codes(policy, replace(PAY, purpose=Purpose.REFUND)) == ["payee.not_allowed"]
    assert codes(policy, replace(PAY, purpose=Purpose.REVERSAL), **SECOND) == []


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ((CustomerKind.PRIVATE, CustomerKind.PRIVATE), ["payee.private"]),
        ((CustomerKind.PRIVATE, CustomerKind.BUSINESS), []),
        ((CustomerKind.BUSINESS, CustomerKind.PRIVATE), []),
    ],
)
def test_private_persons_and_each_other(kinds: tuple[CustomerKind, CustomerKind], said: list[str]) -> None:
    known: dict[str, Any] = {"kinds": dict(zip((ANNA.owner, BERT.owner), kinds, strict=True))}
    off = replace(WIDE, private_transfers=False)
    assert codes(off, **known) == said
    assert codes(WIDE, **known) == []
    assert codes(off, replace(PAY, purpose=Purpose.REFUND), **known) == []
    for nobody in (PAYEE, BookParty(AccountKind.SUSPENSE, "CS-1")):
        assert "payee.private" not in codes(off, replace(PAY, creditor=nobody), **known)


def test_a_kind_that_is_not_known_is_private() -> None:
    assert codes(replace(WIDE, private_transfers=False)) == ["payee.private"]


NEW = NewPayee(free_units={TOKEN.id: 49}, second_person=True, wait_s=600)
FIRST: dict[str, tuple[int, dict[str, Any], list[str]]] = {
    "free": (49, {}, []),
    "above": (50, {}, ["payee.new", "payee.wait"]),
    "with a second person": (50, SECOND, ["payee.wait"]),
    "and after the wait": (50, {**SECOND, "now_s": PAY.created_at_s + 600}, []),
    "a second before": (50, {**SECOND, "now_s": PAY.created_at_s + 599}, ["payee.wait"]),
    "paid before": (50, {"payee_known": True}, []),
    "free, together": (9, {"payee_units": 40}, []),
    "above, together": (10, {"payee_units": 40}, ["payee.new", "payee.wait"]),
}


@pytest.mark.parametrize("case", FIRST)
def test_the_first_payment_to_a_payee(case: str) -> None:
    units, changes, said = FIRST[case]
    policy = replace(WIDE, new_payee=NEW)
    intent = replace(PAY, amount=Amount(TOKEN, units))
    decision = decide(policy, intent, facts(**changes))
    assert [reason.code for reason in decision.reasons] == said
    assert decision.answer is (Answer.HOLD if said else Answer.ALLOW)


def test_a_new_payee_is_held_beside_refusals() -> None:
    decision = decide(replace(WIDE, new_payee=NEW, payees={"": frozenset()}), PAY, facts())
    assert decision.answer is REFUSE
    assert [reason.code for reason in decision.reasons] == ["payee.not_allowed", "payee.new", "payee.wait"]


# --- typed again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "asks"), [(None, False), (50, False), (49, True), (0, True)])
def test_which_payments_are_typed_again(most: int | None, asks: bool) -> None:
    policy = replace(WIDE, limits={TOKEN.id: replace(LIMITS, rekey_units=most)})
    assert policy.asks_rekeying(PAY) is asks
    assert policy.asks_rekeying(replace(PAY, purpose=Purpose.REVERSAL)) is False


@pytest.mark.parametrize(
    ("units", "payee", "agrees"),
    [
        (50, str(BERT), True),
        (50, BERT.owner, True),
        (50, f" {BERT.owner} ", True),
        (51, str(BERT), False),
        (50, str(ANNA), False),
        (50, "", False),
        (50, "customer/", False),
        (50, "suspense/" + BERT.owner, False),
    ],
)
def test_what_was_typed(units: int, payee: str, agrees: bool) -> None:
    assert Rekeyed(amount=Amount(TOKEN, units), payee=payee).agrees(PAY) is agrees


def test_an_address_is_typed_whole() -> None:
    sent = replace(PAY, creditor=PAYEE)
    for text in (str(PAYEE), PAYEE.address.text):
        assert Rekeyed(amount=PAY.amount, payee=text).agrees(sent)
    assert not Rekeyed(amount=PAY.amount, payee=PAYEE.address.text[:-1]).agrees(sent)
    assert not Rekeyed(amount=Amount(EURO, 50), payee=str(PAYEE)).agrees(sent)


# --- the policy itself ---------------------------------------------------------------------------

FULL = replace(
    WIDE,
    limits={TOKEN.id: replace(LIMITS, rekey_units=7)},
    scoped=(limit(S.ROLE, P.WEEK, 5, "teller"), limit(S.BRANCH, P.DAY, 10**70)),
    payees={"": frozenset({str(PAYEE)}), ANNA.owner: frozenset({str(BERT), str(PAYEE)})},
    new_payee=NEW,
    private_transfers=False,
    fee_caps_wei={1: 2**255},
)


def test_an_old_policy_keeps_its_content_and_its_hash() -> None:
    old = (
        '{"held_for_s":86400,"hours":{"closes_minute":1020,"opens_minute":540,"utc_offset_minutes":0,'
        f'"weekdays":[0,1,2,3,4]}},"limits":{{"{TOKEN.id}":{{"alone_units":"50","customer_day_units":"200",'
        '"operator_day_units":"300","payment_units":"100"}},"list_max_age_s":86400,"version":1}'
    )
    assert canonical_text(POLICY.content()) == old
    assert POLICY.hash() == sha256(old.encode()).digest()
    assert _policy(old) == POLICY


def test_a_full_policy_comes_back_as_it_was_stored() -> None:
    assert _policy(canonical_text(FULL.content())) == FULL
    assert json.loads(canonical_text(FULL.content()))["payees"][""] == [str(PAYEE)]
    reordered = replace(FULL, scoped=FULL.scoped[::-1])
    assert reordered.hash() == FULL.hash()


def test_each_change_has_a_line_of_its_own() -> None:
    changed = replace(FULL, version=2, scoped=(limit(S.ROLE, P.WEEK, 6, "teller"),), private_transfers=True)
    assert [(change.rule, change.was, change.becomes) for change in policy_changes(FULL, changed)] == [
        (("private_transfers",), False, None),
        (("scoped", TOKEN.id, "branch", "", "day"), str(10**70), None),
        (("scoped", TOKEN.id, "role", "teller", "week"), "5", "6"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scoped": (limit(S.BRANCH, P.DAY, 1), limit(S.BRANCH, P.DAY, 2))},
        {"new_payee": replace(NEW, wait_s=86_400)},
        {"payees": {"": frozenset({"somebody"})}},
        {"lists": (ListRule(name="ofac"), ListRule(name="ofac", keeps_percent=50))},
    ],
)
def test_what_a_policy_cannot_say(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        replace(WIDE, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": -1},
        {"units": 10**78},
        {"units": True},
        {"of": S.ROLE},
        {"of": S.ROLE, "name": "boss"},
        {"name": "x" * 65},
        {"asset_id": ""},
    ],
)
def test_limits_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        replace(limit(S.OPERATOR, P.DAY, 1), **wrong)


@pytest.mark.parametrize("wrong", [{"wait_s": -1}, {"wait_s": 0, "second_person": False}, {"free_units": {"a": -1}}])
def test_holds_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        replace(NEW, **wrong)


def test_the_most_and_the_least_that_rules_may_say() -> None:
    assert limit(S.OPERATOR, P.DAY, 10**78 - 1, "x" * 64).units == 10**78 - 1
    assert TravelRule(units={"a": 10**78 - 1, "b": 0}).units["b"] == 0
    year_s = 366 * 86_400
    assert [TravelRule(kept_s=years * year_s).kept_s for years in (5, 100)] == [5 * year_s, 100 * year_s]
    for kept_s in (5 * year_s - 1, 100 * year_s + 1, 5.5 * year_s, True):
        with pytest.raises(InvalidInput):
            TravelRule(kept_s=kept_s)  # type: ignore[arg-type]
    assert NewPayee(free_units={"a": 0}).free_units == {"a": 0}
    assert [ListRule(name=name).name for name in ("x", "x" * 64)] == ["x", "x" * 64]
    for name in ("", "x" * 65, " x", "x\n"):
        with pytest.raises(InvalidInput):
            ListRule(name=name)
    assert [ListRule(name="ofac", keeps_percent=percent).keeps_percent for percent in (0, 100)] == [0, 100]
    with pytest.raises(InvalidInput):
        TravelRule(units={"a": 10**78})


def test_the_samples_are_of_one_moment() -> None:
    assert PAY.created_at_s <= MONDAY_NOON_S < PAY.created_at_s + NEW.wait_s
