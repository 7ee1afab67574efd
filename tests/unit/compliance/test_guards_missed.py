"""Every guard of the decision, taken away by itself, changes what the scenarios say: none stands there for nothing.

All guards of the gate, against the whole suite's quick tests: python -m tests.benchmarks.guards
"""

import sys
from dataclasses import replace
from itertools import count
from types import ModuleType
from typing import Any

import pytest

from tests.mutation.guards import guards
from tests.mutation.operators import Mutant
from tests.mutation.scope import REPOSITORY
from tests.unit.compliance import test_limits, test_policy
from tests.unit.payments.samples import ANNA, BERT, TOKEN
from tokenpay.compliance import decision as real
from tokenpay.compliance.policy import Policy
from tokenpay.money.amount import Amount
from tokenpay.payments.intent import Intent, Purpose

PATH = "tokenpay/compliance/decision.py"
SOURCE = (REPOSITORY / PATH).read_text()
RULES = {
    "decide", "needs_second_person", "_standing", "_unscreened", "_hours", "_limits", "_limits_of", "_payee",
    "_new_payee", "list_reasons",
}  # fmt: skip
GUARDS = [guard for guard in guards(PATH, SOURCE) if guard.function in RULES]
_NUMBERS = count()


def scenarios() -> list[tuple[Policy, Intent, real.Facts]]:
    """What the tables of the other tests decide on."""
    found = [(policy, intent, test_policy.facts(**changes)) for _, policy, intent, changes, *_ in test_policy.CASES]
    wide, pay = test_limits.WIDE, test_policy.PAY
    for scoped, used, _ in test_limits.CASES.values():
        units = {(TOKEN.id, *counted): many for counted, many in used.items()}
        found.append((replace(wide, scoped=tuple(scoped)), pay, test_policy.facts(used_units=units)))
    for listed, _ in test_limits.LISTS.values():
        payees = {of: frozenset(payees) for of, payees in listed.items()}
        found.append((replace(wide, payees=payees), pay, test_policy.facts()))
    for intent in (pay, replace(pay, purpose=Purpose.REFUND)):
        found.append((replace(wide, private_transfers=False), intent, test_policy.facts()))
    for first_units, changes, _ in test_limits.FIRST.values():
        intent = replace(pay, amount=Amount(TOKEN, first_units))
        found.append((replace(wide, new_payee=test_limits.NEW), intent, test_policy.facts(**changes)))
    found.append((wide, pay, test_policy.facts(risk=None)))
    return found


SCENARIOS = scenarios()


def said(module: Any) -> list[tuple[str, list[str]]]:
    """What a module decides, scenario by scenario."""
    decisions = [module.decide(*scenario) for scenario in SCENARIOS]
    return [(str(it.answer), [reason.code for reason in it.reasons]) for it in decisions]


SAID = said(real)


def without(guard: Mutant) -> ModuleType:
    """The module as it is without one guard."""
    module = ModuleType(f"policy_without_{next(_NUMBERS)}")
    sys.modules[module.__name__] = module  # its dataclasses look themselves up there
    try:
        exec(compile(guard.of(SOURCE), PATH, "exec"), module.__dict__)  # noqa: S102
    finally:
        del sys.modules[module.__name__]
    return module


def test_the_guards_are_those_that_the_rules_have() -> None:
    assert len(GUARDS) > 30
    assert {guard.function for guard in GUARDS} == RULES - {"_unscreened", "_limits"}
    assert {str(ANNA), str(BERT)} == {str(test_policy.PAY.debtor), str(test_policy.PAY.creditor)}


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.id.partition("policy.py:")[2])
def test_a_guard_taken_away_is_missed(guard: Mutant) -> None:
    assert said(without(guard)) != SAID
