"""One bank's day on the command line: every noun, and what scripts read from it."""

import json
from pathlib import Path

import pytest

import tokenpay as tp
from tests.integration.cli.conftest import Desk
from tests.world import CHAIN_ID, CONTRACT, LISTED, OUTSIDE, TOKEN, euro
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.grant import sign
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject
from tokenpay.requests.merchant import Merchant
from tokenpay.store.migrate import HEAD

EURO_1000 = {"asset": TOKEN.id, "units": "1000000000", "number": "1000.000000"}
EURO_1500 = {"asset": TOKEN.id, "units": "1500000000", "number": "1500.000000"}
EURO_500 = {"asset": TOKEN.id, "units": "500000000", "number": "500.000000"}


def settled(desk: Desk) -> None:
    """Mine and turn until all is final."""
    for _ in range(4):
        assert desk("engine", "run", "--once").code == 0
        desk.world.mine()


def anna(desk: Desk) -> str:
    """A customer who has money."""
    return f"customer/{desk.world.anna.id}"


def test_a_request_is_issued_drawn_read_and_paid(desk: Desk, tmp_path: Path) -> None:
    payee = desk.world.anna.id
    issued = desk(
        "request", "issue", payee, "--asset", "DEUR", "--amount", "500", "--remittance", "rent", "--json"
    ).json
    assert issued["amount"] == EURO_500
    image = tmp_path / "code.png"
    drawn = desk(
        "request", "qr", issued["id"], "--png", image, "--svg", tmp_path / "code.svg", "--as", "eip681", "--json"
    )
    assert drawn.json["text"].startswith("ethereum:")
    assert (tmp_path / "code.svg").read_text().startswith("<svg")
    read = desk("request", "read", "--image", image, "--json").json
    assert (read["kind"], read["units"]) == ("eip681", "500000000")
    resolved = desk("request", "resolve", drawn.json["text"], "--json").json
    assert (resolved["resolution"], resolved["trusted"], resolved["amount"]) == ("open", True, EURO_500)

    desk.world.chain.deposit(CONTRACT, tp.Address.parse(issued["deposit_address"]), 500 * 10**6)
    desk.world.mine()
    settled(desk)
    (swept,) = desk("chain", "sweep", "--asset", "DEUR", "--at-least", "500", "--json").json["sweeps"]
    assert (swept["purpose"], swept["amount"]) == ("sweep", EURO_500)
    shown = desk("request", "show", issued["reference"], "--json").json
    assert (shown["state"], shown["credited"], shown["deposits"][0]["state"]) == ("paid", EURO_500, "final")
    assert desk("customer", "balances", payee, "--json").json["balances"] == [EURO_1500]
    lines = desk("customer", "statement", payee, "--asset", TOKEN.id, "--json").json["lines"]
    assert [(line["came_in"], line["amount"]) for line in lines] == [(True, EURO_1000), (True, EURO_500)]
    of_anna = ("customer", "statement", payee, "--asset", TOKEN.id, "--limit", "1", "--json")
    assert [desk(*of_anna, *which).json["lines"] for which in ((), ("--newest",))] == [lines[:1], lines[1:]]


def test_a_code_on_the_terminal_is_read_back(desk: Desk) -> None:
    issued = desk("request", "issue", desk.world.anna.id, "--asset", "DEUR", "--json").json
    drawn = desk("request", "qr", issued["id"]).out
    assert drawn.splitlines()[-1] == issued["reference"]
    assert len(drawn.splitlines()[0]) == 25 + 8
    assert desk("request", "read", issued["reference"], "--json").json == {"kind": "reference", "id": issued["id"]}
    (listed,) = desk("request", "list", "--state", "open", "--customer", desk.world.anna.id, "--json").json["requests"]
    assert {**listed, "deposits": []} == desk("request", "show", issued["id"], "--json").json
    assert issued["id"] in desk("request", "list").out
    assert desk("request", "cancel", issued["id"], "--json").json["state"] == "cancelled"
    assert desk("request", "list", "--state", "open", "--json").json["requests"] == []


def test_a_request_is_signed_drawn_read_and_resolved(desk: Desk) -> None:
    issued = desk("request", "issue", desk.world.anna.id, "--asset", "DEUR", "--amount", "5", "--json").json
    text = desk("request", "sign", issued["reference"]).out.strip()
    key = tp.bank_key(desk.world.bank)
    assert tp.verify_request(text, trusted_keys=[key], now_s=desk.world.clock.now_s()).claims.id == issued["id"]
    assert desk("bank", "show", "--json").json["request_key"] == key.public_key.hex()
    drawn = desk("request", "sign", issued["id"], "--qr").out
    assert drawn.splitlines()[-1] == text
    assert len(drawn.splitlines()) > 30
    files = [desk.folder / "code.png", desk.folder / "code.svg"]
    said = desk("request", "sign", issued["id"], "--png", files[0], "--svg", files[1], "--json").json
    assert said == {"id": issued["id"], "text": text, "files": [str(path) for path in files]}
    assert desk("request", "read", "--image", files[0], "--json").json == {"kind": "signed", "text": text}
    assert files[1].read_text() == tp.qr_svg(text)
    resolved = desk("request", "resolve", text, "--json").json
    assert (resolved["resolution"], resolved["trusted"], resolved["request_id"]) == ("open", True, issued["id"])
    changed = desk("request", "resolve", text[:-8] + "AAAAAAAA", "--json").json
    assert (changed["resolution"], changed["trusted"], changed["payable"]) == ("not_genuine", False, False)
    desk("request", "cancel", issued["id"])
    again = desk("request", "sign", issued["id"], "--png", desk.folder / "late.png")
    assert (again.error, again.code) == ("state.wrong", 4)
    (desk.folder / "keys" / "wallet.json").unlink()
    assert desk("request", "sign", issued["id"]).error == "signer.unavailable"
    assert not list(desk.folder.glob("*late*"))


def test_what_others_show_is_read_and_resolved_in_words(desk: Desk) -> None:
    issued = desk("request", "issue", desk.world.anna.id, "--asset", "DEUR", "--amount", "500", "--json").json
    request = tp.get_request(desk.world.bank, issued["id"], by=desk.world.tom).request
    ours = EmvcoRequest.of(request, Merchant(name="ACME", city="Berlin", country="DE"))
    read = desk("request", "read", ours, "--json").json
    assert (read["kind"], read["merchant"]["name"], read["token"]["reference"]) == ("emvco", "ACME", issued["id"])
    assert (read["amount"], read["warnings"]) == (None, [])
    assert "name: ACME" in desk("request", "read", ours).out
    resolved = desk("request", "resolve", ours, "--json").json
    assert (resolved["resolution"], resolved["trusted"], resolved["payee_name"]) == ("open", True, None)

    fields = {found.id: found.value for found in ours.objects[:-1] if found.id not in {"27", "28"}}
    fields |= {"26": "0008com.acme", "53": "978", "54": "12.50"}
    theirs = EmvcoRequest.made_of(DataObject(id, value) for id, value in fields.items())
    resolved = desk("request", "resolve", theirs, "--json").json
    assert (resolved["resolution"], resolved["payable"], resolved["payee_name"]) == ("foreign_code", False, "ACME")
    assert resolved["amount"] == {"asset": "iso4217:EUR", "units": "1250", "number": "12.50"}

    assert desk("request", "read", "Shop.eth", "--json").json == {"kind": "ens_name", "name": "shop.eth"}
    assert desk("request", "read", TOKEN.id, "--json").json["kind"] == "asset"
    call = desk("request", "read", f"ethereum:{CONTRACT}@1/approve?address={CONTRACT}", "--json").json
    assert (call["kind"], call["function"], call["parameters"]) == (
        "contract_call", "approve", [["address", CONTRACT.text]]
    )  # fmt: skip
    refused = desk("request", "resolve", "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "--json")
    error = json.loads(refused.err)["error"]
    assert error["fields"] == {"reason": "other_network", "network": "Bitcoin"}
    assert desk("request", "resolve", "shop.eth", "--json").json["resolution"] == "ens_name"


def test_a_book_payment_is_final_at_once_and_happens_once(desk: Desk) -> None:
    debtor, creditor = anna(desk), f"customer/{desk.world.boris.id}"
    words = ("payment", "pay", "--from", debtor, "--to", creditor, "--asset", "DEUR", "--amount", "20", "--json")
    first = desk(*words)
    key = first.json["key"]
    assert (first.code, first.json["state"], f'"{key}"' in first.err) == (0, "final", True)
    assert desk(*words, "--key", key).json["id"] == first.json["id"]
    assert desk("payment", "show", "--key", key, "--json").json["id"] == first.json["id"]
    assert desk.world.units(desk.world.boris) == euro(20).units
    listed = desk("payment", "list", "--state", "final", "--json").json["payments"]
    assert [payment["id"] for payment in listed if payment["purpose"] == "payment"] == [first.json["id"]]
    assert first.json["id"] in desk("payment", "list").out


def test_a_held_payment_says_why_and_a_second_person_decides(desk: Desk) -> None:
    debtor = anna(desk)
    words = ("payment", "pay", "--from", debtor, "--to", OUTSIDE, "--asset", "DEUR", "--amount", "200")
    held = desk(*words)
    assert held.code == 0
    assert "state: held" in held.out
    assert "this payment needs a second person" in held.out
    payment = next(line for line in held.out.splitlines() if line.startswith("id: ")).removeprefix("id: ")
    assert desk("payment", "approve", payment).error == "session.not_permitted"
    assert desk("payment", "approve", payment, "--json", by="ann").json["state"] == "cleared"
    sent = desk("chain", "submit", CHAIN_ID, "--json").json
    assert (sent["assigned"], sent["sent"]) == (1, 1)
    desk.world.mine()
    assert desk("chain", "watch", CHAIN_ID, "--json").json["included"] == 1
    desk.world.mine(2)
    desk("chain", "watch", CHAIN_ID)
    assert desk("chain", "settle", CHAIN_ID, "--json").json["payments"] == 1
    assert desk("payment", "show", payment, "--json").json["state"] == "final"
    assert desk("ledger", "reconcile", "--json", by="ann").json["holds"] is True

    other = desk(*words, "--json").json["id"]
    assert desk("payment", "refuse", other, "--reason", "no", "--json", by="bob").json["state"] == "refused"
    last = desk(*words, "--json").json["id"]
    assert desk("payment", "cancel", last, "--json").json["state"] == "cancelled"


def test_a_refusal_prints_its_reasons_and_returns_one(desk: Desk) -> None:
    debtor = anna(desk)
    to = LISTED.caip10(CHAIN_ID)
    refused = desk("payment", "pay", "--from", debtor, "--to", to, "--asset", "DEUR", "--amount", "1", "--json")
    assert refused.code == 1
    assert (refused.json["state"], [r["code"] for r in refused.json["reasons"]]) == ("refused", ["screening.match"])
    plain = desk("payment", "pay", "--from", debtor, "--to", to, "--asset", "DEUR", "--amount", "1")
    assert "an address of this payment is on a screening list" in plain.out
    assert plain.code == 1


def test_refund_and_reverse(desk: Desk) -> None:
    debtor, creditor = anna(desk), f"customer/{desk.world.boris.id}"
    pay = ("payment", "pay", "--from", debtor, "--to", creditor, "--asset", "DEUR", "--amount", "20", "--json")
    first, second = desk(*pay).json["id"], desk(*pay).json["id"]
    back = desk("payment", "refund", first, "--to", debtor, "--asset", "DEUR", "--amount", "5", "--json").json
    assert (back["state"], back["purpose"], back["related"]) == ("final", "refund", first)
    proposed = desk("payment", "reverse", second, "--json", by="ann").json
    assert proposed["state"] == "held"
    assert desk("payment", "approve", proposed["id"], "--json", by="bob").json["state"] == "final"


def test_a_case_shows_its_money(desk: Desk) -> None:
    request = desk.world.request(5, payee=desk.world.boris)
    desk.world.deposit(request, 9)
    desk.world.to_finality()
    (case,) = desk("case", "list", "--json").json["cases"]
    shown = desk("case", "show", case["id"], "--json").json
    assert (shown["kind"], [amount["number"] for amount in shown["balances"]]) == ("overpayment", ["4.000000"])
    assert "balances: 4.00 DEUR" in desk("case", "show", case["id"]).out
    refused = desk("case", "resolve", case["id"], "--resolution", "done", by="ann")
    assert (refused.error, "4.00 DEUR" in refused.err) == ("state.wrong", True)


def test_what_waited_too_long_is_ended(desk: Desk) -> None:
    desk.world.request(5)
    desk.world.clock.advance(900)
    assert desk("engine", "expire", "--json").json == {"requests": 1, "payments": 0}


def test_customers_are_enrolled_found_frozen_and_closed(desk: Desk) -> None:
    number = desk("customer", "enrol", "Clara Ñ", "--key", "c1", "--json").json["id"]
    assert desk("customer", "enrol", "Clara Ñ", "--key", "c1", "--json").json["id"] == number
    assert desk("customer", "enrol", "Clara O", "--key", "c1").error == "key.reused"
    assert [c["id"] for c in desk("customer", "find", "clara", "--json").json["customers"]] == [number]
    assert "Clara Ñ" in desk("customer", "find", "clara").out
    for verb, status in (("freeze", "frozen"), ("unfreeze", "active"), ("close", "closed")):
        said = desk("customer", verb, number, "--reason", "asked", "--json", by="ann").json
        assert said["status"] == status


def test_cases_lists_brake_and_feed(desk: Desk, tmp_path: Path) -> None:
    case = desk("case", "open", "--subject", "a till", "--note", "look", "--json", by="ann").json["id"]
    assert case in desk("case", "list").out
    assert desk("case", "show", case, "--json").json["balances"] == []
    assert desk("case", "resolve", case, "--resolution", "looked", "--json", by="ann").json["resolved_by"] == "ann"
    assert desk("case", "list", "--json").json["cases"] == []
    denied = tmp_path / "denied.txt"
    denied.write_text(f"# ours\n{OUTSIDE.rpartition(':')[2].lower()}\n")
    loaded = desk("list", "load", denied, "--name", "own", "--dated", "2023-11-14", "--json", by="ann").json
    assert (loaded["screening_list"]["parties"], loaded["screening_list"]["dated_s"]) == (1, 1_699_920_000)
    shown = desk("list", "show", "--json").json
    assert {(known["name"], known["version"]) for known in shown["lists"]} == {("ofac", 1), ("own", 1)}
    asked = desk("list", "screen", OUTSIDE.upper().replace("EIP155", "eip155"), "--json")
    assert (asked.code, asked.json["screenings"][0]["verdict"], asked.json["screenings"][0]["list_name"]) == (
        1,
        "match",
        "own",
    )
    denied.write_text(f"{LISTED}\n")
    doubted = desk("list", "load", denied, "--name", "own", "--dated", "2023-11-14", "--json", by="ann")
    assert (doubted.code, doubted.json["doubts"]) == (
        1,
        ["fewer parties: 0 of 1", "fewer addresses: 0 of 1", "the same date and another content"],
    )
    assert "doubted" in desk("list", "show").out
    taken = desk("list", "load", denied, "--name", "own", "--dated", "2023-11-14", by="bob")
    assert taken.code == 0
    assert desk("bank", "stop", "--reason", "drill", by="ann").code == 0
    assert "second person" in desk("bank", "resume", by="ann").out
    assert desk("bank", "resume", "--json", by="bob").json == {"payments": "running"}
    assert desk("bank", "accept-clock", "--json", by="ann").json == {"accepted": []}
    first = desk("events", "read", "--limit", "2", "--json").json
    rest = desk("events", "read", "--after", first["cursor"], "--json").json
    assert len(first["events"]) == 2
    assert rest["events"][0]["cursor"] > first["cursor"]
    verified = desk("audit", "verify", "--json").json
    assert {stream["stream"] for stream in verified["streams"]} == {"main", "engine"}


def test_assets_are_registered_checked_and_imported(desk: Desk, tmp_path: Path) -> None:
    other, absent = tp.Address(b"\x22" * 20), tp.Address(b"\x33" * 20)
    desk.world.chain.add_token(other, symbol="TWO", decimals=2)
    named = ("asset", "register", f"eip155:{CHAIN_ID}/erc20:{other}", "--symbol", "TWO")
    assert desk(*named, "--decimals", "3", by="ann").error == "asset.invalid"
    assert desk(*named, by="ann").error == "input.invalid"
    listed = [
        {"chainId": CHAIN_ID, "address": a.text, "name": "Two", "symbol": "TWO", "decimals": 2} for a in (other, absent)
    ]
    listed.append({**listed[0], "chainId": 1})
    file = tmp_path / "list.json"
    document = {
        "name": "Test",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "version": {"major": 1, "minor": 0, "patch": 0},
    }
    file.write_text(json.dumps({**document, "tokens": listed}))
    said = desk("asset", "import", file, "--json", by="ann").json
    assert [asset["symbol"] for asset in said["registered"]] == ["TWO"]
    assert [left["address"] for left in said["left_out"]] == [absent.text]
    assert desk("asset", "check", "TWO", "--json", by="ann").json["active"] is True
    desk.world.chain.add_token(other, symbol="TWO", decimals=2, code=b"other code")
    assert desk("asset", "check", "TWO", "--json", by="ann").json["active"] is False
    assert desk("asset", "register", "iso4217:EUR", "--json", by="ann").json["kind"] == "cash"
    assert {"DEUR", "TWO", "EUR", "ETH"} == {
        asset["symbol"] for asset in desk("asset", "list", "--json").json["assets"]
    }


def test_the_treasury_is_funded(desk: Desk) -> None:
    desk.world.chain.deposit(None, desk.world.treasury, 5 * 10**18)
    desk.world.mine(3)
    desk("engine", "run", "--once")
    booked = desk("chain", "recognise", "--asset", "ETH", "--json", by="ann").json["booked"]
    assert booked["number"] == "5.000000000000000000"


def test_the_bank_shows_itself(desk: Desk) -> None:
    shown = desk("bank", "show", "--json").json
    assert (shown["name"], shown["demo"], shown["database"]) == ("Test", True, "sqlite")
    assert shown["chains"][0]["treasury"] == desk.world.treasury.text
    limit = {"asset": TOKEN.id, "units": "100000000", "number": "100.000000"}
    assert shown["policy"]["limits"][0]["alone"] == limit
    assert shown["policy"]["hours"]["closes_minute"] == 1440
    assert shown["lists"][0]["name"] == "ofac"
    told = desk("bank", "show").out
    for line in ("Mon Tue Wed Thu Fri Sat Sun 00:00-24:00 UTC+00:00", "100.00 DEUR", "dated_s", "2023-"):
        assert line in told
    gold = {"iso4217:XAU": tp.AssetLimits(payment_units=7)}
    desk.world.decree(limits=gold, hours=tp.Hours())
    assert "7 smallest units" in desk("bank", "show").out
    assert "never open" in desk("bank", "show").out
    unknown = {"asset": "iso4217:XAU", "units": "7", "number": None}
    assert desk("bank", "show", "--json").json["policy"]["limits"][0]["payment"] == unknown
    assert desk("bank", "migrate", "--json").json == {"before": HEAD, "revision": HEAD}


def test_a_payer_s_authorization_is_collected(desk: Desk, tmp_path: Path) -> None:
    key = PrivateKey.from_bytes(b"\x07" * 32)
    payer = tp.Address(key.public_key.address_bytes())
    issued = desk("request", "issue", desk.world.boris.id, "--asset", "DEUR", "--amount", "30", "--json").json
    (registered,) = [known for known in tp.list_assets(desk.world.bank) if known.asset == TOKEN]
    grant = Authorization(
        domain=registered.domain(),
        sender=payer,
        recipient=tp.Address.parse(issued["deposit_address"]),
        units=30 * 10**6,
        valid_after_s=0,
        valid_before_s=desk.world.clock.now_s() + 3600,
        nonce=b"\x01" * 32,
    )
    signature = sign(grant, key).signature
    file = tmp_path / "authorization.json"
    message = {
        "from": payer.text,
        "to": issued["deposit_address"],
        "value": "30000000",
        "validAfter": 0,
        "validBefore": str(grant.valid_before_s),
        "nonce": "0x" + "01" * 32,
        "signature": "0x"
        + signature.r.to_bytes(32).hex()
        + signature.s.to_bytes(32).hex()
        + f"{27 + signature.y_parity:x}",
    }
    file.write_text(json.dumps(message))
    desk.world.chain.deposit(CONTRACT, payer, 30 * 10**6)
    desk.world.mine()
    collected = desk("payment", "collect", issued["id"], "--authorization", file, "--json")
    assert (collected.code, collected.json["purpose"], collected.json["state"]) == (0, "collection", "cleared")
    settled(desk)
    assert desk.world.units(desk.world.boris) == 30 * 10**6
    file.write_text(json.dumps({**message, "value": "31000000"}))
    assert desk("payment", "collect", issued["id"], "--authorization", file).error == "authorization.invalid"


@pytest.mark.parametrize("words", [["--help"], ["payment", "--help"], ["payment", "pay", "--help"], ["demo", "--help"]])
def test_help_is_an_answer(run, words: list[str]) -> None:
    said = run(*words)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("usage: tokenpay")
