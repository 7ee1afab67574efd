"""Made-up assets and a request that the tests of this room share."""

from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject
from tokenpay.requests.merchant import Merchant
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reference import reference_id

CONTRACT = Address(bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"))
PAYEE = Address(bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"))
TOKEN = Asset.token(8453, CONTRACT, symbol="USDX", decimals=6)
COIN = Asset.native(8453)
EURO = Asset.cash("EUR")
ACME = Merchant(name="ACME", city="Berlin", country="DE", category="5812")
FOREIGN = EmvcoRequest.made_of(
    DataObject(id, value)
    for id, value in (
        *(("00", "01"), ("26", "0008com.acme0105shop1"), ("52", "5812"), ("53", "978"), ("54", "12.50")),
        *(("58", "DE"), ("59", "ACME"), ("60", "Berlin")),
    )
)
"""A code of another scheme, for 12.50 euro."""


def request(**changes: object) -> PaymentRequest:
    parts: dict[str, object] = {
        "id": reference_id(bytes(range(16))),
        "payee": "customer:C7K2",
        "asset": TOKEN,
        "amount": Amount(TOKEN, 100),
        "created_at_s": 1_000,
        "expires_at_s": 2_000,
        "deposit_address": PAYEE,
    }
    return PaymentRequest(**(parts | changes))  # type: ignore[arg-type]
