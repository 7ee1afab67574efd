"""The rules on the command line: exported, changed, proposed by one person and approved by another."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Desk
from tests.world import TOKEN
from tokenpay import bootstrap


def changed(desk: Desk, folder: Path, **units: str) -> Path:
    """Export the policy in force, and write what is to be changed beside it."""
    exported, file = folder / "now.json", folder / "next.json"
    assert desk("policy", "export", exported, by="ann").code == 0
    rules = json.loads(exported.read_text())
    exported.unlink()
    rules["limits"][TOKEN.id].update(units)
    rules["risk"] |= {"second_person_score": 700, "habit": True}
    file.write_text(json.dumps(rules))
    return file


def test_rules_are_exported_changed_proposed_and_approved(desk: Desk, tmp_path: Path) -> None:
    file = changed(desk, tmp_path, alone_units="500000000")
    proposed = desk("policy", "propose", file, by="ann")
    assert "DEUR, one person alone: 100.00 DEUR -> 500.00 DEUR" in proposed.out
    (listed,) = desk("policy", "list", "--json").json["proposals"]
    assert (listed["state"], listed["version"], listed["proposed_by"]) == ("open", 2, "ann")
    assert desk("policy", "diff", listed["id"], "--json").json["changes"] == [
        {"rule": ["limits", TOKEN.id, "alone_units"], "was": "100000000", "becomes": "500000000"},
        {"rule": ["risk", "habit"], "was": None, "becomes": True},
        {"rule": ["risk", "second_person_score"], "was": 1000, "becomes": 700},
    ]
    assert desk("policy", "approve", listed["id"], by="ann").error == "session.not_permitted"
    assert desk("policy", "approve", listed["id"], by="tom").error == "session.not_permitted"
    assert desk("policy", "approve", listed["id"], "--json", by="bob").json["state"] == "in_force"
    shown = desk("policy", "show", "--json").json
    assert (shown["version"], shown["limits"][0]["alone"]["number"]) == (2, "500.000000")
    assert shown["risk"] == {"second_person_score": 700, "case_score": 1000, "habit": True}
    assert "DEUR" in desk("policy", "diff", listed["id"]).out  # still against the version before it


def test_who_makes_rules_that_this_machine_cannot_keep_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = 'need the extra "risk" on every machine'
    file = changed(desk, tmp_path)
    monkeypatch.setattr(bootstrap, "find_spec", lambda _: None)
    proposed = desk("policy", "propose", file, "--json", by="ann")
    assert missing in proposed.err
    assert missing in desk("policy", "approve", proposed.json["id"], by="bob").err
    assert 'warn  policy: version 2 needs the extra "risk"' in desk("doctor").out
    monkeypatch.setattr(bootstrap, "find_spec", lambda _: True)
    assert missing not in desk("policy", "approve", proposed.json["id"], by="bob").err
    assert "ok    policy: version 2 is in force" in desk("doctor").out


def test_the_signer_is_told_of_the_policy_in_force(desk: Desk, tmp_path: Path) -> None:
    assert desk("policy", "seal", by="ann").error == "state.wrong"
    proposal = desk("policy", "propose", changed(desk, tmp_path, alone_units="5"), "--json", by="ann").json["id"]
    assert desk("policy", "approve", proposal, by="bob").code == 0
    assert desk("policy", "seal", by="tom").error == "session.not_permitted"
    sealed = desk("policy", "seal", "--json", by="bob").json
    assert sealed["version"] == 2
    rules = json.loads((desk.folder / "keys" / "signer.json").read_text())["rules"]
    assert (rules["policy_version"], rules["alone_units"][TOKEN.id]) == (2, "5")


def test_a_proposal_is_tried_before_anybody_decides(desk: Desk, tmp_path: Path) -> None:
    held = desk.world.paid(200)
    file = changed(desk, tmp_path, alone_units="500000000")
    proposal = desk("policy", "propose", file, "--json", by="ann").json["id"]
    (tried,) = desk("policy", "preview", proposal, "--json", by="bob").json["payments"]
    assert (tried["payment"], tried["now"], tried["then"]) == (held.id, "hold", "allow")
    anna, boris = (f"customer/{it.id}" for it in (desk.world.anna, desk.world.boris))
    line = ("payment", "preview", "--from", anna, "--to", boris, "--asset", "DEUR", "--amount", "300")
    assert desk(*line).out == "it would be held:\n  - this payment needs a second person\n"
    assert desk(*line, "--proposal", proposal, by="bob").out == "it would be paid\n"
    assert desk(*line, "--proposal", proposal).error == "session.not_permitted"
    said = desk(*line[:-1], "99999", "--json").json
    assert (said["answer"], next(it["code"] for it in said["reasons"])) == ("refuse", "funds.insufficient")
    assert desk.world.now(held) == held


def test_a_large_payment_is_typed_again(desk: Desk) -> None:
    desk.world.limit(rekey_units=0)
    held = desk.world.paid(200)
    assert desk("payment", "approve", held.id, by="ann").error == "approval.not_rekeyed"
    typed = ("--asset", "DEUR", "--amount", "200", "--to")
    assert desk("payment", "approve", held.id, *typed[:2], by="ann").error == "input.invalid"
    assert desk("payment", "approve", held.id, *typed, desk.world.anna.id, by="ann").error == "approval.not_rekeyed"
    assert desk("payment", "approve", held.id, *typed, desk.world.boris.id, "--json", by="ann").json["state"] == "final"


def test_the_same_key_proposes_once(desk: Desk, tmp_path: Path) -> None:
    file = changed(desk, tmp_path, alone_units="7")
    line = ("policy", "propose", file, "--key", "once", "--version", "2", "--json")
    first = desk(*line, by="ann").json
    assert desk(*line, by="ann").json == first
    assert desk("policy", "propose", file, by="bob").err.count("\n") == 2  # the new key, and one line why not


def test_a_proposal_is_refused_or_withdrawn(desk: Desk, tmp_path: Path) -> None:
    file = changed(desk, tmp_path, alone_units="7")
    first = desk("policy", "propose", file, "--json", by="ann").json["id"]
    refused = desk("policy", "refuse", first, "--reason", "why so low?", "--json", by="bob").json
    assert (refused["state"], refused["reason"]) == ("refused", "why so low?")
    second = desk("policy", "propose", file, "--json", by="ann").json["id"]
    assert desk("policy", "withdraw", second, by="bob").error == "session.not_permitted"
    assert desk("policy", "withdraw", second, "--json", by="ann").json["state"] == "withdrawn"
