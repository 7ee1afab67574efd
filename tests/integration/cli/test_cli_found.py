"""A bank is founded by a ceremony: from a file, or asked of two people."""

import getpass
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from tests.integration.cli.conftest import Said
from tests.integration.cli.test_cli_odd_places import FOUNDERS
from tokenpay.errors import InvalidInput
from tokenpay.testing import FakeChain

Run = Callable[..., Said]
PEOPLE = [
    {"id": "eva", "name": "Eva", "password": "password1"},
    {"id": "kim", "name": "Kim", "password": "password2"},
    {"id": "tom", "name": "Tom", "password": "password3", "role": "teller"},
]
LIMITS = {"payment_units": "50000", "alone_units": 1000, "customer_day_units": "100000", "operator_day_units": 100_000}
TARIFF = {
    "token": "eip155:31337/erc20:0x1111111111111111111111111111111111111111",
    "currency": "EUR",
    "sell_basis_points": 50,
    "buy_basis_points": 60,
    "fee_minimum_units": "100",
    "quote_lifetime_s": 300,
    "rate_max_age_s": 3600,
}
CEREMONY: dict[str, Any] = {
    "name": "First Bank",
    "founders": PEOPLE,
    "chains": [{"chain_id": 31_337, "name": "fake", "url": "http://fake", "confirmations": 2}],
    "policy": {
        "limits": {"iso4217:EUR": LIMITS},
        "hours": {"opens_minute": 0, "closes_minute": 1440, "weekdays": [0, 1, 2, 3, 4, 5, 6]},
        "list_max_age_s": 86_400,
        "tariffs": [TARIFF],
    },
}


def written(folder: Path, ceremony: Any) -> Path:
    path = folder / "ceremony.json"
    path.write_text(json.dumps(ceremony))
    return path


def test_a_ceremony_from_a_file(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "bank"
    said = run(
        "bank", "found", "--ceremony", written(tmp_path, CEREMONY), "--bank", place, chain_ports={31_337: FakeChain()}
    )
    assert (said.code, said.err) == (0, "")
    words = next(line.strip() for line in said.out.splitlines() if line.startswith("  "))
    assert len(words.split()) == 12
    assert not [path for path in place.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
    assert (place / "bank.json").stat().st_mode & 0o077 == 0
    enrolled = run("customer", "enrol", "Anna", "--bank", place, by="tom", password="password3")
    assert enrolled.code == 0
    again = run("bank", "found", "--ceremony", tmp_path / "ceremony.json", "--bank", place)
    assert again.error == "input.invalid"


def test_people_are_asked_for_what_no_file_says(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["Small Bank", "eva", "Eva", "kim", "Kim"])
    secrets = iter(["password1", "password1", "password2", "password2"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr(getpass, "getpass", lambda _: next(secrets))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    said = run("bank", "found", "--bank", tmp_path / "bank", "--json")
    assert said.json["operators"] == ["eva", "kim"]
    assert run("case", "list", "--bank", tmp_path / "bank", by="kim", password="password2").code == 0


def test_two_passwords_that_differ_found_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [{**PEOPLE[0], "password": None}, *PEOPLE[1:]]
    secrets = iter(["password1", "passwort1"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(secrets))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    said = run(
        "bank", "found", "--ceremony", written(tmp_path, {**CEREMONY, "founders": people}), "--bank", tmp_path / "b"
    )
    assert (said.error, "password1" in said.err) == ("input.invalid", False)
    assert not (tmp_path / "b").exists()


def test_no_founder_takes_the_password_of_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One variable would give two supervisors one password: where nobody can be asked, the file says each."""
    people = [{**PEOPLE[0], "password": None}, *PEOPLE[1:]]
    monkeypatch.setenv("TOKENPAY_PASSWORD", "password1")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    said = run(
        "bank", "found", "--ceremony", written(tmp_path, {**CEREMONY, "founders": people}), "--bank", tmp_path / "b"
    )
    assert (said.code, "write each founder's into the ceremony's file" in said.err) == (2, True)
    assert not (tmp_path / "b").exists()


def _founders(**change: Any) -> dict[str, Any]:
    return {**CEREMONY, "founders": [{**PEOPLE[0], **change}, *PEOPLE[1:]]}


@pytest.mark.parametrize(
    "ceremony",
    [
        [],
        {},
        {**CEREMONY, "name": ""},
        {**CEREMONY, "founders": PEOPLE[:1]},
        {**CEREMONY, "founders": [PEOPLE[0], PEOPLE[0]]},
        {**CEREMONY, "founders": PEOPLE[1:]},
        {**CEREMONY, "policies": {}},
        {**CEREMONY, "policy": {"limits": {"iso4217:EUR": {"payment_units": -1}}}},
        {**CEREMONY, "policy": {"limits": {"iso4217:EUR": {"payment_units": 1.5}}}},
        {**CEREMONY, "policy": {"hours": {"opens_minute": 600, "closes_minute": 60, "weekdays": []}}},
        {**CEREMONY, "chains": [{"chain_id": 0, "name": "none"}]},
        {**CEREMONY, "database": "mysql://somewhere/bank"},
        {**CEREMONY, "policy": {"limits": {"iso4217:EUR": {"payment_units": "1_000"}}}},
        {**CEREMONY, "policy": {"limits": {"iso4217:EUR": {"payment_units": True}}}},
        {**CEREMONY, "policy": {"held_for_s": 0}},
        {**CEREMONY, "policy": {"tariffs": [{**TARIFF, "quote_lifetime_s": 0}]}},
        {**CEREMONY, "policy": {"tariffs": [{**TARIFF, "buy_basis_points": 10_000}]}},
        {**CEREMONY, "policy": {"tariffs": [{**TARIFF, "sell_basis_points": 1.5}]}},
        {**CEREMONY, "policy": {"tariffs": [{"token": "eip155:1/erc20:0x"}]}},
        {**CEREMONY, "policy": {"tariffs": [TARIFF, TARIFF]}},
        {**CEREMONY, "policy": {"held_for_s": 10**30}},
        {**CEREMONY, "policy": {"list_max_age_s": -1}},
        {**CEREMONY, "chains": [{"chain_id": 10**30, "name": "far"}]},
        {**CEREMONY, "chains": [{"chain_id": 1, "name": "a"}, {"chain_id": 1, "name": "b"}]},
        {**CEREMONY, "chains": [{"chain_id": 1, "name": "a", "native_symbol": "ÄÖ "}]},
        {**CEREMONY, "name": "\0"},
        {**CEREMONY, "database": "postgresql://u:short-1@h:port/db"},
        _founders(id=""),
        _founders(id="KIM"),
        _founders(id="engine"),
        _founders(branch="engine"),
        _founders(name=" "),
        _founders(password="short-1"),
        _founders(id="Eva Maria"),
        _founders(role="king"),
        _founders(role="engine"),
    ],
)
def test_a_ceremony_that_is_wrong_founds_nothing(run: Run, tmp_path: Path, ceremony: Any) -> None:
    said = run("bank", "found", "--ceremony", written(tmp_path, ceremony), "--bank", tmp_path / "bank", chain_ports={})
    assert (said.error, said.code) == ("input.invalid", 2)
    assert "short-1" not in said.err
    assert not (tmp_path / "bank").exists() or not list((tmp_path / "bank").iterdir())


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "\ud800"},
        {"key_password": ""},
        {"key_password": "short-1"},
        {"password_cost": 3},
        {"password_cost": 3_000},
        {"founders": [replace(FOUNDERS[0], id="\ud800"), FOUNDERS[1]]},
        {"founders": [replace(FOUNDERS[0], id="Bob"), FOUNDERS[1]]},
        {"founders": [replace(FOUNDERS[0], branch="engine"), FOUNDERS[1]]},
    ],
)
def test_what_cannot_be_is_refused_by_the_library_too(change: dict[str, Any], tmp_path: Path) -> None:
    given: dict[str, Any] = {"name": "B", "founders": FOUNDERS, "policy": tp.Policy(), "chains": [], **change}
    with pytest.raises(InvalidInput):
        tp.found_bank(tmp_path / "bank", demo=True, **{"password_cost": 2**10, **given})
    assert not list((tmp_path / "bank").glob("*"))


def test_several_nodes_and_their_quorum_stand_in_the_settings(run: Run, tmp_path: Path) -> None:
    urls, place = ["http://a", "http://user:hunter2@b", "http://c"], tmp_path / "bank"
    chain = {"chain_id": 31_337, "name": "fake", "urls": urls, "quorum": 3, "confirmations": 2}
    file = written(tmp_path, {**CEREMONY, "chains": [chain]})
    said = run("bank", "found", "--ceremony", file, "--bank", place, chain_ports={31_337: FakeChain()})
    assert (said.code, "hunter2" in said.out) == (0, False)
    (kept,) = json.loads((place / "bank.json").read_text())["chains"]
    assert (kept["url"], kept["urls"], kept["quorum"]) == ("", urls, 3)
    file = written(tmp_path, {**CEREMONY, "chains": [{**chain, "quorum": 1}]})
    said = run("bank", "found", "--ceremony", file, "--bank", tmp_path / "other", chain_ports={})
    assert "the ceremony is wrong at chains.0.quorum" in said.err


@pytest.mark.parametrize(("trouble", "code"), [("unreachable", "chain.unavailable"), ("node_chain_id", "integrity")])
def test_a_chain_in_trouble_founds_nothing(run: Run, tmp_path: Path, trouble: str, code: str) -> None:
    chain = FakeChain()
    setattr(chain, trouble, 1)
    place = tmp_path / "bank"
    said = run("bank", "found", "--ceremony", written(tmp_path, CEREMONY), "--bank", place, chain_ports={31_337: chain})
    assert said.error == code
    assert not list(place.iterdir())
