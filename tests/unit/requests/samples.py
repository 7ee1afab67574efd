"""Made-up assets and a request that the tests of this room share."""

from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reference import reference_id

CONTRACT = Address(bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"))
PAYEE = Address(bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"))
TOKEN = Asset.token(8453, CONTRACT, symbol="USDX", decimals=6)
COIN = Asset.native(8453)
EURO = Asset.cash("EUR")


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
