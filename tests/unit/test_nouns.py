"""Every noun of the ledger, the payments and the gate is frozen, says its names, and is nothing by default.

What is signed or hashed begins with what it is and its version.
"""

import dataclasses
import importlib
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.mutation.scope import REPOSITORY, files

SAID = {
    "Aside.outcome": "suspense",
    "ListRule.keeps_percent": 80,
    "ListedParty.kind": "unknown",
    "NewPayee.second_person": True,
    "Policy.version": 1,
    "Policy.held_for_s": 24 * 3_600,
    "Policy.private_transfers": True,
    "PolicyProposal.state": "open",
    "StaffChange.state": "open",
    "TravelRule.kept_s": 5 * 366 * 24 * 3_600,
}
"""What something is where nobody says so. All else is nothing then: no units, no names, no time."""

DOMAINS = {
    "audit.text": "tokenpay/audit-text/1",
    "compliance.approval": "tokenpay/approval/1",
    "compliance.name_release": "tokenpay/name-release/1",
    "compliance.name_verdict": "tokenpay/screened-name/1",
    "compliance.passkey_consent": "tokenpay/passkey-consent/1",
    "compliance.policy_proposal": "tokenpay/policy-approval/1",
    "compliance.staff_change": "tokenpay/staff-change/1",
    "compliance.travel_message": "tokenpay/travel-message/1",
    "compliance.travel_record": "tokenpay/travel-rule/1",
    "counter.receipt": "tokenpay/receipt/1",
    "parties.introduction": "tokenpay/introduction/1",
    "parties.passkey": "tokenpay/passkey/1",
    "payments.intent": "tokenpay/intent/1",
}
"""Another one would make all that was signed before void."""


def classes() -> dict[str, type[Any]]:
    """Return the classes of what is mutated, by name."""
    names = [path.removesuffix(".py").replace("/", ".") for path in files()]
    return {
        found.__name__: found
        for name in names
        for found in vars(importlib.import_module(name)).values()
        if isinstance(found, type) and found.__module__ == name
    }


def nouns() -> dict[str, type[Any]]:
    return {name: found for name, found in classes().items() if dataclasses.is_dataclass(found)}


def test_nothing_changes_once_it_is_made() -> None:
    assert len(nouns()) > 50
    for name, noun in nouns().items():
        assert noun.__dataclass_params__.frozen, name
        assert "__slots__" in vars(noun), name


def test_more_than_three_things_are_told_apart_by_their_names() -> None:
    places = {
        name: [field for field in dataclasses.fields(noun) if not field.kw_only] for name, noun in nouns().items()
    }
    assert {name for name, fields in places.items() if len(fields) > 3} == set()
    assert {name for name, fields in places.items() if fields} == {"BookParty", "ChainParty", "Leg", "Waiting"}


def test_what_is_not_said_is_nothing() -> None:
    defaults = {
        f"{name}.{field.name}": field.default
        for name, noun in nouns().items()
        for field in dataclasses.fields(noun)
        if field.default is not dataclasses.MISSING
    }
    said = {name: default for name, default in defaults.items() if default not in (None, "", b"", 0, (), frozenset())}
    assert said == SAID


def test_a_word_is_written_as_it_is_named() -> None:
    words = [word for found in classes().values() if issubclass(found, StrEnum) for word in found]
    assert len(words) > 100
    assert [word for word in words if word.value != word.name.lower()] == []


def test_no_domain_is_another_or_new_without_a_line_here() -> None:
    house = REPOSITORY / "tokenpay"
    texts = {_name(path.relative_to(house)): path.read_text() for path in house.rglob("*.py")}
    named = {name for name, text in texts.items() if "\n_DOMAIN = " in text}
    assert {name: importlib.import_module(f"tokenpay.{name}")._DOMAIN for name in named} == DOMAINS
    assert len(set(DOMAINS.values())) == len(DOMAINS)


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)
