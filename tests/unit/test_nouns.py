"""Every noun of the ledger, the payments and the gate is frozen, says its names, and is nothing by default."""

import dataclasses
import importlib
from typing import Any

from tests.mutation.scope import files

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


def nouns() -> dict[str, type[Any]]:
    """Return the dataclasses of what is mutated, by name."""
    names = [path.removesuffix(".py").replace("/", ".") for path in files()]
    return {
        found.__name__: found
        for name in names
        for found in vars(importlib.import_module(name)).values()
        if dataclasses.is_dataclass(found) and isinstance(found, type) and found.__module__ == name
    }


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
