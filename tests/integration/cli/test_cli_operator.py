"""Staff on the command line: admitted by two, told to the signer, dismissed by one; no password is an argument."""

import json

from tests.integration.cli.conftest import Desk

NEW = "another-secret"  # what conftest has the newcomer type
CAROL = ("operator", "admit", "carol", "--name", "Carol Vane", "--role", "supervisor")


def test_somebody_comes_is_told_to_the_signer_and_goes(desk: Desk) -> None:
    assert desk(*CAROL, by="tom").error == "session.not_permitted"
    proposed = desk(*CAROL, "--json", by="ann")
    change = proposed.json["id"]
    assert (proposed.json["state"], proposed.json["branch"], NEW in proposed.out + proposed.err) == (
        "open",
        "main",
        False,
    )
    assert desk("operator", "approve", change, by="ann").error == "session.not_permitted"
    assert desk("operator", "approve", change, "--json", by="bob").json["state"] == "in_force"
    assert "carol" in desk("operator", "list", by="carol", password=NEW).out

    told = desk("operator", "trust", "--json", by="ann").json["changes"]
    assert [(it["operator"], it["kind"]) for it in told] == [("carol", "admit")]
    rules = json.loads((desk.folder / "keys" / "signer.json").read_text())["rules"]
    assert rules["operators"]["carol"]["role"] == "supervisor"

    gone = desk("operator", "dismiss", "carol", "--reason", "left", "--json", by="bob").json
    assert (gone["state"], gone["kind"], gone["reason"]) == ("in_force", "dismiss", "left")
    assert desk("operator", "list", by="carol", password=NEW).error == "password.wrong"
    listed = desk("operator", "changes", "--json").json["changes"]
    assert sorted(it["kind"] for it in listed) == ["admit", "dismiss"]
    assert len(desk("operator", "changes", "--limit", "1", "--json").json["changes"]) == 1
    assert desk("operator", "trust", "--json", by="ann").json["changes"][0]["kind"] == "dismiss"
    assert desk("operator", "trust", "--json", by="ann").json == {"changes": [], "left_out": []}


def test_an_admission_is_refused_or_taken_back(desk: Desk) -> None:
    first = desk(*CAROL, "--branch", "north", "--json", by="ann").json
    assert first["branch"] == "north"
    assert desk("operator", "refuse", first["id"], "--reason", "not yet", "--json", by="bob").json["state"] == "refused"
    second = desk(*CAROL, "--json", by="ann").json["id"]
    assert desk("operator", "withdraw", second, "--json", by="ann").json["state"] == "withdrawn"
    assert "carol" not in desk("operator", "list").out


def test_the_same_key_is_the_same_act(desk: Desk) -> None:
    said = [desk(*CAROL, "--key", "once", "--json", by="ann").json for _ in range(2)]
    assert said[0] == said[1]
    assert desk("operator", "admit", "dora", *CAROL[3:], "--key", "once", by="ann").error == "key.reused"
