"""A drawer's day on the command line."""

from dataclasses import replace

import tokenpay as tp
from tests.integration.cli.conftest import Desk
from tests.world import LIMITS

EUR = tp.Asset.cash("EUR")


def test_a_shift_from_delivery_to_z_report(desk: Desk) -> None:
    desk.world.decree(limits={EUR.id: replace(LIMITS, alone_units=10_000, payment_units=10**6)})
    assert desk("asset", "register", "iso4217:EUR", by="ann").code == 0
    delivered = desk("vault", "receive", "EUR:4x50", "--key", "v1", "--json", by="ann").json
    assert (delivered["state"], delivered["purpose"]) == ("held", "delivery")
    assert desk("payment", "approve", delivered["id"], by="bob").code == 0

    opened = desk("shift", "open", "d1", "--terminal", "till-1", "--key", "o1", "--json").json
    assert (opened["state"], opened["terminal"], opened["opening"]) == ("open", "till-1", {})
    assert desk("shift", "open", "d1", "--terminal", "till-1", "--key", "o1", "--json").json["id"] == opened["id"]
    assert desk("shift", "open", "d2").error == "state.wrong"
    moved = desk("shift", "allocate", "d1", "--asset", "EUR", "--amount", "70", "--json").json
    assert (moved["state"], moved["related"]) == ("final", opened["id"])
    assert desk("shift", "allocate", "d1", "--back", "--asset", "EUR", "--amount", "20").code == 0
    refused = desk("shift", "allocate", "d2", "--asset", "EUR", "--amount", "20", "--json")
    assert (refused.code, refused.json["reasons"][0]["code"]) == (1, "shift.closed")
    told = desk("shift", "report", opened["id"], "--json").json
    assert (told["letter"], told["cash"][0]["expected"]) == ("X", None)

    closed = desk("shift", "close", opened["id"], "--count", "EUR:2x20,1x5", "--json").json
    assert (closed["state"], closed["closing"]) == ("closed", {"EUR": "2x20.00, 1x5.00"})
    told = desk("shift", "report", opened["id"], "--json").json
    (line,) = told["cash"]
    assert (told["letter"], line["expected"]["number"], line["short"]["number"]) == ("Z", "50.00", "5.00")
    assert "5.00 EUR" in desk("shift", "report", opened["id"]).out


def test_what_is_no_count(desk: Desk) -> None:
    before = desk.rows()
    for text in ("10x50", "EUR:10x30", "AED:1x50", "EUR:1x50,1x50"):
        assert desk("shift", "open", "d1", "--count", text).error == "input.invalid"
        assert desk("vault", "receive", text, by="ann").error == "input.invalid"
    assert desk("shift", "open", "d1", "--count", "XXX:1x50").error == "asset.invalid"
    assert desk("shift", "open", "d 1").error == "input.invalid"
    assert desk("shift", "open", "d1", "--count", "EUR:1x50", "--count", "EUR:1x50").error == "input.invalid"
    assert desk.rows() == before
