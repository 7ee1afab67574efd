"""Passkeys on the command line: made, confirmed, told to the signer, touched for a payment, and revoked."""

from tests.integration.cli.conftest import Desk
from tests.world import TOKEN


def test_a_passkey_from_its_making_to_its_end(desk: Desk) -> None:
    desk.world.limit(passkey_units=0)
    made = desk("passkey", "register", "--name", "blue key", "--json")
    key = made.json["id"]
    assert (made.json["state"], made.json["owner"]) == ("waiting", "tom")
    assert "touch your authenticator" in made.err
    assert desk("passkey", "confirm", key).error == "session.not_permitted"
    assert desk("passkey", "confirm", key, "--json", by="ann").json["state"] == "confirmed"
    (trusted,) = desk("passkey", "trust", "--json", by="ann").json["passkeys"]
    assert (trusted["id"], trusted["state"], trusted["confirmed_by"]) == (key, "active", "ann")
    anna, boris = f"customer/{desk.world.anna.id}", f"customer/{desk.world.boris.id}"
    paid = desk("payment", "pay", "--from", anna, "--to", boris, "--asset", "DEUR", "--amount", "20", "--json").json
    assert (paid["state"], paid["reasons"][0]["code"]) == ("held", "approval.passkey")
    confirmed = desk("payment", "confirm", paid["id"], "--json")
    assert confirmed.json["state"] == "final"
    assert f"20.000000 {TOKEN.symbol} to {boris}, from {anna}" in confirmed.err
    assert desk("passkey", "revoke", key, "--json", by="bob").json["revoked_by"] == "bob"
    assert desk("passkey", "list", "--json").json["passkeys"][0]["state"] == "revoked"


def test_a_second_person_touches_their_key_too(desk: Desk) -> None:
    held = desk.world.paid(200)
    assert desk("payment", "approve", held.id, "--passkey", by="ann").error == "session.not_permitted"
    key = desk("passkey", "register", "--name", "hers", "--json", by="ann").json["id"]
    assert desk("passkey", "confirm", key, by="bob").code == 0
    assert desk("passkey", "trust", by="bob").code == 0
    assert desk("payment", "approve", held.id, "--passkey", "--json", by="ann").json["state"] == "final"


def test_a_desk_without_authenticators_says_so_and_nothing_is_signed(desk: Desk) -> None:
    file = desk.folder / "bank.json"
    file.write_text(file.read_text().replace('"software"', '"usb"'))
    said = desk("passkey", "register", "--name", "blue key")
    assert said.error == "authenticator.unavailable"
    assert "no authenticator is plugged in" in said.err
    assert desk("passkey", "list", "--json").json == {"passkeys": []}
