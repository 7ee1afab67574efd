"""Cash against tokens on the command line: a rate, a quote, and the quote taken."""

import json
from dataclasses import replace

import tokenpay as tp
from tests.integration.cli.conftest import Desk
from tests.world import CONTRACT, LIMITS, TOKEN, euro

EUR = tp.Asset.cash("EUR")
TARIFF = tp.Tariff(
    token=TOKEN.id,
    currency="EUR",
    sell_basis_points=100,
    buy_basis_points=100,
    fee_minimum_units=100,
    quote_lifetime_s=300,
    rate_max_age_s=600,
)


def with_a_drawer(desk: Desk) -> str:
    """Let Tom have a shift with 100 EUR, at a bank that has 400 tokens of its own; return the shift's id."""
    world = desk.world
    world.decree(limits={TOKEN.id: LIMITS, EUR.id: replace(LIMITS, alone_units=20_000)}, tariffs=(TARIFF,))
    world.chain.deposit(CONTRACT, world.treasury, euro(400).units)
    world.to_finality()
    tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=world.ann)
    assert desk("asset", "register", "iso4217:EUR", by="ann").code == 0
    assert desk("vault", "receive", "EUR:2x50", by="ann").code == 0
    opened = desk("shift", "open", "d1", "--terminal", "till-1", "--json").json
    assert desk("shift", "allocate", "d1", "--asset", "EUR", "--amount", "100").code == 0
    return str(opened["id"])


def test_from_a_rate_to_the_report(desk: Desk) -> None:
    shift = with_a_drawer(desk)
    (silent,) = desk("rate", "show", "--json").json["rates"]
    assert (silent["price"], silent["why_not"]) == (None, "the rate table is missing, or is no text")
    price = ("--asset", "DEUR", "--against", "EUR", "--price", "1", "--source", "desk")
    said = desk("rate", "set", *price, "--json", by="ann").json
    assert (said["price"], said["at_s"], said["set"]) == ("1", desk.world.clock.now_s(), True)
    assert desk("rate", "set", *price).error == "session.not_permitted"
    (offered,) = desk("rate", "show", "--json").json["rates"]
    assert (offered["price"], offered["source"], offered["sell_basis_points"]) == ("1", "desk", 100)
    assert "desk" in desk("rate", "show").out

    anna, at = desk.world.anna.id, ("--terminal", "till-1")
    wanted = ("exchange", "quote", anna, "--direction", "cash_in", "--asset", "EUR", "--amount", "102")
    quote = desk(*wanted, "--against", "DEUR", *at, "--json").json
    assert (quote["tokens"]["number"], quote["cash"]["number"], quote["fee"]["number"]) == (
        "100.000000",
        "102.00",
        "1.00",
    )
    assert desk("exchange", "accept", quote["id"], "--json").json["reasons"][0]["code"] == "shift.elsewhere"
    taken = desk("exchange", "accept", quote["id"], *at, "--key", "e1", "--json").json
    assert (taken["state"], taken["purpose"], taken["related"]) == ("final", "exchange", shift)
    assert (taken["cash"]["amount"]["number"], taken["cash"]["quote_id"]) == ("102.00", quote["id"])
    assert desk("exchange", "accept", quote["id"], *at, "--key", "e1", "--json").json["id"] == taken["id"]
    again = desk("exchange", "accept", quote["id"], *at, "--json")
    assert (again.code, again.json["reasons"][0]["code"]) == (1, "quote.taken")
    (line,) = desk("shift", "report", shift, "--json", by="ann").json["cash"]
    assert (line["cash_in"]["number"], line["fees"]["number"], line["expected"]["number"]) == (
        "102.00",
        "1.00",
        "202.00",
    )
    assert desk("ledger", "reconcile", by="ann").code == 0
    assert desk("bank", "show", "--json").json["policy"]["tariffs"][0]["currency"] == "EUR"


def test_what_is_no_exchange(desk: Desk) -> None:
    with_a_drawer(desk)
    anna = desk.world.anna.id
    wanted = ("exchange", "quote", anna, "--direction", "cash_out", "--asset", "DEUR", "--terminal", "till-1")
    assert desk(*wanted, "--amount", "10", "--against", "EUR").error == "rate.unavailable"
    (desk.folder / "rates.json").write_text(json.dumps({"source": "desk"}))
    assert desk(*wanted, "--amount", "10", "--against", "EUR").error == "rate.unavailable"
    price = ("rate", "set", "--asset", "DEUR", "--against", "EUR", "--source", "desk", "--price")
    assert desk(*price, "1", by="ann").error == "rate.unavailable", "a file that is no table is not written over"
    (desk.folder / "rates.json").unlink()
    for wrong in ("1,5", "0", "-1", "NaN", "1e999", "a lot"):
        assert desk(*price, wrong, by="ann").error == "input.invalid"
    assert desk(*price, "1", "--at", str(desk.world.clock.now_s() - 601), by="ann").code == 0
    assert desk(*wanted, "--amount", "10", "--against", "EUR").error == "rate.unavailable"
    assert desk(*price, "1", by="ann").code == 0
    jump = desk(*price, "1.2", "--json", by="ann")
    assert (jump.code, jump.json["set"]) == (0, False)
    assert desk(*wanted, "--amount", "0.5", "--against", "EUR").error == "input.invalid"
    assert desk(*wanted, "--amount", "10", "--against", "ETH").error == "not_found"
    assert desk("exchange", "accept", "QU-1", "--terminal", "till-1").error == "not_found"
