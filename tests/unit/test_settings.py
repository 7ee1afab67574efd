"""A bank's settings: every value has its own type and bound, and an error names the place and never the value."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tokenpay.errors import InvalidInput
from tokenpay.settings import BankSettings, ChainSettings, read_settings, write_settings

CHAIN = {"chain_id": 1, "name": "main", "url": "https://user:hunter2@node", "confirmations": 12, "timeout_s": 2}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    settings = BankSettings(
        database="postgresql://h/b", chains=(ChainSettings(**CHAIN), ChainSettings(chain_id=2, name="x"))
    )
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chain_id", True),
        ("chain_id", 0),
        ("chain_id", 2**63),
        ("chain_id", 10**30),
        ("chain_id", "1"),
        ("chain_id", 1.0),
        ("name", ""),
        ("name", 5),
        ("name", "x" * 141),
        ("url", None),
        ("urls", ["http://a", "http://b"]),
        ("quorum", 2),
        ("quorum", 0),
        ("native_symbol", 7),
        ("confirmations", False),
        ("confirmations", "2"),
        ("confirmations", -1),
        ("confirmations", 10**9),
        ("fee_cap_wei", "1_000"),
        ("fee_cap_wei", 1e18),
        ("fee_cap_wei", 0),
        ("fee_cap_wei", 2**256),
        ("bump_after_s", True),
        ("bump_after_s", 10**30),
        ("resend_after_s", 0),
        ("timeout_s", True),
        ("timeout_s", "1"),
        ("timeout_s", 0),
        ("timeout_s", 1e308),
    ],
)
def test_each_value_has_its_type_and_its_bounds(name: str, value: Any, tmp_path: Path) -> None:
    text = json.dumps({"chains": [{**CHAIN, name: value}]})
    (tmp_path / "bank.json").write_text(text)
    with pytest.raises(InvalidInput, match=rf"wrong at chains\.0\.{name}$"):
        read_settings(tmp_path)
    with pytest.raises(ValidationError) as caught:
        ChainSettings(**{**CHAIN, name: value})
    assert "hunter2" not in str(caught.value)


MANY = {"chain_id": 1, "name": "main"}
A, B, C, D = (f"http://{name}.example" for name in "abcd")


@pytest.mark.parametrize(
    ("given", "nodes", "agreeing"),
    [
        ({}, (), 1),
        ({"quorum": 1}, (), 1),
        ({"url": A}, (A,), 1),
        ({"url": A, "quorum": 1}, (A,), 1),
        ({"urls": (A,)}, (A,), 1),
        ({"urls": (A, B)}, (A, B), 2),
        ({"urls": (A, B, C)}, (A, B, C), 2),
        ({"urls": (A, B, C), "quorum": 3}, (A, B, C), 3),
        ({"urls": (A, B, C, D)}, (A, B, C, D), 3),
        ({"urls": (f"{A}/one", f"{A}/two", "http://a.example:81")}, (f"{A}/one", f"{A}/two", f"{A}:81"), 2),
    ],
)
def test_how_many_nodes_have_to_agree(given: dict[str, Any], nodes: tuple[str, ...], agreeing: int) -> None:
    settings = ChainSettings(**MANY, **given)
    assert (settings.nodes, settings.agreeing, settings.embedded) == (nodes, agreeing, not nodes)
    assert ChainSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"urls": (A, B, C), "quorum": 1}, "quorum"),
        ({"urls": (A, B, C), "quorum": 4}, "quorum"),
        ({"urls": (A, B, C, D), "quorum": 2}, "quorum"),
        ({"urls": (A, B), "quorum": 1}, "quorum"),
        ({"urls": (A, B, C), "quorum": True}, "quorum"),
        ({"url": A, "quorum": 2}, "quorum"),
        ({"url": A, "urls": (B, C)}, "urls"),
        ({"urls": (A, B, A)}, "urls"),
        ({"urls": (A, "HTTP://A.Example./")}, "urls"),
        ({"urls": (A, "http://user:hunter2@a.example:80?key=hunter2#x")}, "urls"),
        ({"urls": ("http://[bad", "http://[bad")}, "urls"),
        ({"urls": (A, "")}, "urls.1"),
        ({"urls": tuple(f"{A}/{number}" for number in range(16))}, "urls"),
        ({"urls": A}, "urls"),
    ],
)
def test_nodes_that_are_no_quorum_are_refused(given: dict[str, Any], where: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        ChainSettings(**MANY, **given)
    assert "hunter2" not in str(caught.value)
    (tmp_path / "bank.json").write_text(json.dumps({"chains": [{**MANY, **given}]}))
    with pytest.raises(InvalidInput, match=rf"wrong at chains\.0\.{where}$"):
        read_settings(tmp_path)


def test_no_node_is_shown_with_its_password() -> None:
    assert "hunter2" not in repr(ChainSettings(**MANY, urls=("http://user:hunter2@a", "http://b")))


@pytest.mark.parametrize(
    ("content", "where"),
    [({"chains": [CHAIN, CHAIN]}, "chains"), ({"chains": {}}, "chains"), ({"database": 1}, "database")],
)
def test_the_whole_has_its_rules_too(content: dict[str, Any], where: str, tmp_path: Path) -> None:
    (tmp_path / "bank.json").write_text(json.dumps(content))
    with pytest.raises(InvalidInput, match=rf"wrong at {where}$"):
        read_settings(tmp_path)
