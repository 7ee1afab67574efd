"""Whole smallest units, no float: what does not fit is said, never rounded in silence."""

import tokenpay as tp

euro = tp.Asset.cash("EUR")
token = tp.Asset.token(1, tp.Address(b"\x01" * 20), symbol="DEUR", decimals=6)

price = tp.Amount.parse("0.10", euro)
print(price + tp.Amount.parse("0.20", euro), "and not", 0.1 + 0.2)
print(tp.Amount.parse("12.5", token).units, "units are", tp.Amount(token, 12_500_000))

for attempt in (
    lambda: tp.Amount.parse("0.105", euro),
    lambda: tp.Amount.parse("1,000.00", euro),
    lambda: tp.Amount.of(0.1, euro),
    lambda: price + tp.Amount.parse("1", token),
    lambda: price - tp.Amount.parse("0.11", euro),
):
    try:
        print(attempt())
    except tp.TokenpayError as error:
        print(error.code, "-", error)

for rounding in ("down", "up", "half_even"):
    print(f"rounded {rounding}:", tp.Amount.parse("0.105", euro, rounding=rounding))
