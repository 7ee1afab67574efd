"""A made-up token, parties and an intent that the tests of payments, compliance and the store share."""

from typing import Any

from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.payments.intent import BookParty, ChainParty, Intent, Purpose

CHAIN_ID = 8453
CONTRACT = Address(bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"))
TREASURY = Address(bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"))
OUTSIDE = Address(bytes.fromhex("fb6916095ca1df60bb79ce92ce3ea74c37c5d359"))
TOKEN = Asset.token(CHAIN_ID, CONTRACT, symbol="USDX", decimals=6)
COIN = Asset.native(CHAIN_ID)
EURO = Asset.cash("EUR")

ANNA = BookParty(AccountKind.CUSTOMER, "C00000001")
BERT = BookParty(AccountKind.CUSTOMER, "C00000002")
PAYEE = ChainParty(CHAIN_ID, OUTSIDE)
BANK = ChainParty(CHAIN_ID, TREASURY)
UETR = "0f8fad5b-d9cb-469f-a165-70867728950e"
MONDAY_NOON_S = 1_790_596_800  # 2026-09-28 12:00 UTC


def intent(**changes: Any) -> Intent:
    parts: dict[str, Any] = {
        "uetr": UETR,
        "purpose": Purpose.PAYMENT,
        "debtor": ANNA,
        "creditor": BERT,
        "amount": Amount(TOKEN, 12_500_000),
        "maker": "mia",
        "created_at_s": MONDAY_NOON_S,
        "expires_at_s": MONDAY_NOON_S + 3_600,
        "remittance_information": "rent",
    }
    return Intent(**(parts | changes))
