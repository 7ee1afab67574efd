"""The intent: what it refuses, and the one hash that people approve."""

from dataclasses import FrozenInstanceError, replace
from hashlib import sha256
from typing import Any

import pytest

from tests.unit.payments.samples import ANNA, BERT, CHAIN_ID, COIN, EURO, MONDAY_NOON_S, OUTSIDE, PAYEE, TOKEN, intent
from tokenpay.errors import AssetMismatch, InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.payments.cash_leg import CashLeg
from tokenpay.payments.intent import MAX_REFERENCE, MAX_REMITTANCE, BookParty, ChainParty, Purpose, Rail, parse_party

CONTENT = (
    '{"asset":"eip155:8453/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48","created_at_s":1790596800,'
    '"creditor":"customer/C00000002","debtor":"customer/C00000001","decimals":6,"domain":"tokenpay/intent/1",'
    '"expires_at_s":1790600400,"maker":"mia","purpose":"payment","related":"","remittance_information":"rent",'
    '"request_id":"","uetr":"0f8fad5b-d9cb-469f-a165-70867728950e","units":"12500000"}'
)


def test_the_hash_is_over_the_canonical_content() -> None:
    assert intent().hash() == sha256(CONTENT.encode()).digest()
    assert intent().hash().hex() == "7cf392f532e7e1bc349b9e9707fee83a2b8eadd93cb11162b741e112d4614972"


@pytest.mark.parametrize(
    "changes",
    [
        {"uetr": "0f8fad5b-d9cb-469f-a165-70867728950f"},
        {"purpose": Purpose.REFUND},
        {"debtor": BERT, "creditor": ANNA},
        {"debtor": BookParty(AccountKind.SUSPENSE, "C00000001")},
        {"creditor": PAYEE},
        {"amount": Amount(TOKEN, 12_500_001)},
        {"amount": Amount(replace(TOKEN, decimals=18), 12_500_000)},
        {"amount": Amount(COIN, 12_500_000)},
        {"maker": "moe"},
        {"created_at_s": 1_790_596_801},
        {"expires_at_s": 1_790_600_401},
        {"request_id": "R"},
        {"related": "P"},
        {"remittance_information": "rent "},
    ],
)
def test_every_part_of_the_content_is_in_the_hash(changes: dict[str, Any]) -> None:
    assert intent(**changes).hash() != intent().hash()


def test_the_symbol_is_a_label_and_not_in_the_hash() -> None:
    assert intent(amount=Amount(replace(TOKEN, symbol="USDY"), 12_500_000)).hash() == intent().hash()


@pytest.mark.parametrize(
    ("changes", "rail"),
    [
        ({}, Rail.BOOK),
        ({"amount": Amount(EURO, 1)}, Rail.BOOK),
        ({"creditor": PAYEE}, Rail.CHAIN),
        ({"debtor": PAYEE}, Rail.CHAIN),
    ],
)
def test_the_rail_follows_the_parties(changes: dict[str, Any], rail: Rail) -> None:
    assert intent(**changes).rail is rail


@pytest.mark.parametrize(
    "changes",
    [
        {"uetr": ""},
        {"uetr": "0F8FAD5B-D9CB-469F-A165-70867728950E"},
        {"uetr": "0f8fad5b-d9cb-169f-a165-70867728950e"},
        {"uetr": "0f8fad5b-d9cb-469f-c165-70867728950e"},
        {"uetr": "0f8fad5b-d9cb-469f-a165-70867728950e\n"},
        {"amount": Amount(TOKEN, 0)},
        {"creditor": ANNA},
        {"expires_at_s": 1_790_596_800},
        {"expires_at_s": 1},
        {"remittance_information": "x" * 141},
        {"request_id": "x" * (MAX_REFERENCE + 1)},
        {"related": "x" * (MAX_REFERENCE + 1)},
        {"remittance_information": "two\nlines"},
        {"remittance_information": "right\u202eto left"},
        {"creditor": ChainParty(CHAIN_ID + 1, OUTSIDE)},
        {"debtor": ChainParty(CHAIN_ID + 1, OUTSIDE)},
        {"creditor": PAYEE, "amount": Amount(EURO, 1)},
    ],
)
def test_what_cannot_be_an_intent(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        intent(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"remittance_information": "x" * MAX_REMITTANCE},
        {"remittance_information": ""},
        {"request_id": "x" * MAX_REFERENCE},
        {"related": "x" * MAX_REFERENCE},
        {"expires_at_s": MONDAY_NOON_S + 1},
        {"amount": Amount(TOKEN, 1)},
    ],
)
def test_the_last_that_can_be_an_intent(changes: dict[str, Any]) -> None:
    made = intent(**changes)
    assert {name: getattr(made, name) for name in changes} == changes


def test_what_people_approve_cannot_be_changed() -> None:
    for noun, name in ((intent(), "amount"), (ANNA, "owner"), (PAYEE, "chain_id")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, 1)


def test_a_fill_moves_nothing_from_the_treasury_to_itself() -> None:
    fill = intent(purpose=Purpose.FILL, debtor=PAYEE, creditor=PAYEE, amount=Amount(COIN, 0))
    assert fill.rail is Rail.CHAIN


@pytest.mark.parametrize(
    "party",
    [
        ANNA,
        BookParty(AccountKind.SUSPENSE, "CASE-1"),
        BookParty(AccountKind.BLOCKED, "x" * 64),
        BookParty(AccountKind.DRAWER, "drawer-1"),
        BookParty(AccountKind.VAULT, "main"),
        BookParty(AccountKind.FUNDING, "bank"),
        BookParty(AccountKind.VARIANCE, "bank"),
        PAYEE,
        ChainParty(1, Address(b"\xff" * 20)),
    ],
)
def test_a_party_reads_back_from_its_text(party: BookParty | ChainParty) -> None:
    assert parse_party(str(party)) == party


@pytest.mark.parametrize(
    "text",
    [
        "",
        "customer",
        "customer/",
        "/C1",
        "customer/C 1",
        "customer/C1/more",
        "customer/" + "x" * 65,
        "customer/C1\n",
        "Customer/C1",
        "custody/0x1",
        "drawer/",
        "fees/bank",
        "gas/bank",
        "eip155:",
        "eip155:8453:0x1",
        "eip155:0:0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "eip155:8453:0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5D359",
        "eip155:8453:0x0000000000000000000000000000000000000000",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    ],
)
def test_what_is_no_party(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_party(text)


@pytest.mark.parametrize("kind", ["custody", "fees", "gas"])
def test_no_other_account_is_a_party(kind: AccountKind) -> None:
    with pytest.raises(InvalidInput):
        BookParty(kind, "X")


FUNDING, VAULT = BookParty(AccountKind.FUNDING, "bank"), BookParty(AccountKind.VAULT, "main")
DRAWER, VARIANCE = BookParty(AccountKind.DRAWER, "drawer-1"), BookParty(AccountKind.VARIANCE, "bank")
CASH_ROUTES = {
    (Purpose.DELIVERY, FUNDING, VAULT),
    (Purpose.DELIVERY, VAULT, FUNDING),
    (Purpose.ALLOCATION, VAULT, DRAWER),
    (Purpose.ALLOCATION, DRAWER, VAULT),
    (Purpose.VARIANCE, DRAWER, VARIANCE),
    (Purpose.VARIANCE, VARIANCE, DRAWER),
}


@pytest.mark.parametrize("purpose", Purpose)
def test_the_banks_cash_moves_only_on_its_routes(purpose: Purpose) -> None:
    cash = Amount(EURO, 100)
    for debtor in (ANNA, FUNDING, VAULT, DRAWER, VARIANCE):
        for creditor in (FUNDING, VAULT, DRAWER, VARIANCE):
            change = {"purpose": purpose, "debtor": debtor, "creditor": creditor, "amount": cash}
            if (purpose, debtor, creditor) in CASH_ROUTES:
                assert intent(**change).drawer == ("drawer-1" if DRAWER in (debtor, creditor) else None)
                with pytest.raises(InvalidInput):
                    intent(**{**change, "amount": Amount(TOKEN, 100)})
            elif debtor != creditor:
                with pytest.raises(InvalidInput):
                    intent(**change)


POSITION = BookParty(AccountKind.CONVERSION, "bank")
HALF = CashLeg(drawer="drawer-1", amount=Amount(EURO, 1_000), fee=Amount(EURO, 100), quote_id="QU-1")
EXCHANGE: dict[str, Any] = {"purpose": Purpose.EXCHANGE, "amount": Amount(TOKEN, 5), "cash": HALF, "related": "SH-1"}


def test_an_exchange_is_of_a_customers_tokens_and_a_drawers_cash() -> None:
    into = intent(**EXCHANGE, debtor=POSITION, creditor=ANNA)
    out = intent(**EXCHANGE, debtor=ANNA, creditor=POSITION)
    assert (into.cash_comes_in, out.cash_comes_in) == (True, False)
    assert (into.drawer, into.rail, into.amounts) == ("drawer-1", Rail.BOOK, (Amount(TOKEN, 5), Amount(EURO, 1_000)))


@pytest.mark.parametrize(
    "change",
    [
        {"cash": None},
        {"amount": Amount(EURO, 5)},
        {"amount": Amount(COIN, 5)},
        {"creditor": BERT},
        {"creditor": DRAWER},
        {"creditor": PAYEE},
        {"debtor": FUNDING},
        {"purpose": Purpose.PAYMENT},
        {"purpose": Purpose.REVERSAL},
        {"purpose": Purpose.REVERSAL, "cash": None},
        {"purpose": Purpose.PAYMENT, "cash": None},
        {"purpose": Purpose.ALLOCATION, "debtor": VAULT, "creditor": DRAWER, "amount": Amount(EURO, 5)},
    ],
)
def test_nothing_else_is_an_exchange(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        intent(**{**EXCHANGE, "debtor": ANNA, "creditor": POSITION, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"drawer": "drawer-2"},
        {"amount": Amount(EURO, 1_001)},
        {"fee": Amount(EURO, 99)},
        {"quote_id": "QU-2"},
        {"amount": Amount(Asset.cash("USD"), 1_000), "fee": Amount(Asset.cash("USD"), 100)},
    ],
)
def test_the_hash_covers_the_cash_of_an_exchange(change: dict[str, Any]) -> None:
    before = intent(**EXCHANGE, debtor=ANNA, creditor=POSITION)
    assert replace(before, cash=replace(HALF, **change)).hash() != before.hash()


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Amount(EURO, 0)},
        {"amount": Amount(TOKEN, 5), "fee": Amount(TOKEN, 1)},
        {"drawer": ""},
        {"drawer": "a/b"},
        {"quote_id": ""},
    ],
)
def test_what_is_no_half_of_an_exchange(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        replace(HALF, **change)
    with pytest.raises(AssetMismatch):
        replace(HALF, fee=Amount(Asset.cash("USD"), 1))


def test_only_an_exchange_says_more_in_its_content() -> None:
    assert "quote_id" not in intent().content()
    assert intent(**EXCHANGE, debtor=ANNA, creditor=POSITION).content().items() >= HALF.content().items()
