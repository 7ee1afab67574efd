"""Assets: tokens and native coins by CAIP-19, cash by ISO 4217."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tokenpay.errors import InvalidAsset, InvalidInput
from tokenpay.money.address import MAX_CHAIN_ID, Address
from tokenpay.money.asset import MAX_DECIMALS, Asset, AssetKind, parse_caip19
from tokenpay.money.currency import CURRENCIES

CONTRACT = Address.parse("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
CONTRACTS = st.binary(min_size=20, max_size=20).filter(any).map(Address)
USDC = Asset.token(1, CONTRACT, symbol="USDC", decimals=6)


def test_the_three_kinds() -> None:
    assert USDC.id == f"eip155:1/erc20:{CONTRACT.text}"
    assert (USDC.kind, USDC.chain_id, USDC.contract, USDC.decimals) == (AssetKind.TOKEN, 1, CONTRACT, 6)
    ether = Asset.native(1)
    assert (ether.id, ether.kind, ether.contract, ether.decimals) == ("eip155:1/slip44:60", AssetKind.NATIVE, None, 18)
    euro = Asset.cash("EUR")
    assert (euro.id, euro.kind, euro.chain_id, euro.decimals) == ("iso4217:EUR", AssetKind.CASH, None, 2)
    assert [str(asset) for asset in (USDC, ether, euro)] == ["USDC", "ETH", "EUR"]


def test_the_symbol_decides_nothing() -> None:
    same = Asset.token(1, CONTRACT, symbol="USDC.e", decimals=6)
    assert same == USDC
    assert hash(same) == hash(USDC)


@pytest.mark.parametrize(
    "other",
    [
        Asset.token(1, CONTRACT, symbol="USDC", decimals=18),
        Asset.token(5, CONTRACT, symbol="USDC", decimals=6),
        Asset.token(1, Address(b"\7" * 20), symbol="USDC", decimals=6),
        Asset.native(1, symbol="USDC"),
        Asset.cash("USD"),
    ],
)
def test_other_assets_differ(other: Asset) -> None:
    assert other != USDC


@given(st.integers(1, MAX_CHAIN_ID), CONTRACTS, st.integers(0, MAX_DECIMALS))
def test_a_token_id_reads_back(chain_id: int, contract: Address, decimals: int) -> None:
    asset = Asset.token(chain_id, contract, symbol="T", decimals=decimals)
    assert parse_caip19(asset.id) == (chain_id, contract)
    assert pickle.loads(pickle.dumps(asset)) == asset


@given(st.integers(1, MAX_CHAIN_ID), st.integers(0, 2**31 - 1))
def test_a_native_id_reads_back(chain_id: int, slip44: int) -> None:
    assert parse_caip19(Asset.native(chain_id, slip44=slip44).id) == (chain_id, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "eip155:1",
        "eip155:1/",
        "eip155:1/erc20",
        "eip155:1/erc20:",
        f"eip155:1/erc721:{CONTRACT}",
        f"eip155:1/erc20:{CONTRACT}/1",
        f"eip155:1/erc20:{CONTRACT.text.replace('A', 'a')}",
        f"eip155:0/erc20:{CONTRACT}",
        f"EIP155:1/erc20:{CONTRACT}",
        f" eip155:1/erc20:{CONTRACT}",
        "eip155:1/slip44:",
        "eip155:1/slip44:060",
        "eip155:1/slip44:-60",
        "eip155:1/slip44:六十",
        "eip155:1/slip44:60\n",
        "iso4217:EUR",
    ],
)
def test_what_is_no_caip19(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_caip19(text)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (f"eip155:1/erc721:{CONTRACT}/771769", {"standard": "erc721"}),
        (f"eip155:1/erc1155:{CONTRACT}", {"standard": "erc1155"}),
        ("bip122:000000000019d6689c085ae165831e93/slip44:0", {"namespace": "bip122"}),
        (
            "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            {"namespace": "solana"},
        ),
        ("eip155:1/token:x", {}),
        (f"eip155:1/erc20:{CONTRACT}:1", None),
        (f"eip155:1/ERC20:{CONTRACT}", {}),
        ("eip155:1/slip44:60/1", {}),
    ],
)
def test_what_is_known_and_is_no_asset_here_is_refused_by_its_name(text: str, fields: dict[str, str] | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_caip19(text)
    assert fields is None or refused.value.fields == fields


@pytest.mark.parametrize("symbol", ["", "x" * 21, "US DC", "USD\n", "USD\u202eC", "UЅDC"])
def test_symbols_that_could_mislead(symbol: str) -> None:
    with pytest.raises(InvalidAsset, match="symbol"):
        Asset.token(1, CONTRACT, symbol=symbol, decimals=6)


@pytest.mark.parametrize("decimals", [-1, MAX_DECIMALS + 1, 255])
def test_decimals_out_of_range(decimals: int) -> None:
    with pytest.raises(InvalidAsset, match="decimals"):
        Asset.token(1, CONTRACT, symbol="T", decimals=decimals)


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": AssetKind.TOKEN, "id": "eip155:1/slip44:60", "chain_id": 1},
        {"kind": AssetKind.TOKEN, "id": USDC.id, "chain_id": 2, "contract": CONTRACT},
        {"kind": AssetKind.TOKEN, "id": USDC.id, "contract": CONTRACT},
        {"kind": AssetKind.TOKEN, "id": USDC.id.lower(), "chain_id": 1, "contract": CONTRACT},
        {"kind": AssetKind.NATIVE, "id": "eip155:1/slip44:60", "chain_id": 1, "contract": CONTRACT},
        {"kind": AssetKind.NATIVE, "id": "eip155:1/slip44:x", "chain_id": 1},
        {"kind": AssetKind.NATIVE, "id": "eip155:1/slip44:060", "chain_id": 1},
        {"kind": AssetKind.CASH, "id": "iso4217:EUR"},
        {"kind": AssetKind.CASH, "id": "iso4217:T"},
    ],
)
def test_parts_that_do_not_agree(parts: dict) -> None:
    with pytest.raises(InvalidAsset):
        Asset(**({"symbol": "T", "decimals": 6} | parts))


@pytest.mark.parametrize("parts", [{"decimals": 6}, {"chain_id": 1}, {"contract": CONTRACT}])
def test_cash_is_as_its_currency_says(parts: dict) -> None:
    right: dict[str, Any] = {"kind": AssetKind.CASH, "id": "iso4217:EUR", "symbol": "EUR", "decimals": 2}
    assert Asset(**right) == Asset.cash("EUR")
    with pytest.raises(InvalidAsset):
        Asset(**(right | parts))


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "BTC", "USDC", "XXX", "XTS", "978", "EUR "])
def test_what_is_no_currency(currency: str) -> None:
    with pytest.raises(InvalidAsset):
        Asset.cash(currency)


# ISO 4217: the currencies that do not have two decimals, and a few that do, with their numeric codes.
@pytest.mark.parametrize(
    ("currency", "numeric", "decimals"),
    [("JPY", "392", 0), ("KRW", "410", 0), ("CLP", "152", 0), ("ISK", "352", 0), ("UGX", "800", 0), ("VND", "704", 0)]
    + [("KWD", "414", 3), ("BHD", "048", 3), ("OMR", "512", 3), ("TND", "788", 3), ("JOD", "400", 3)]
    + [
        ("EUR", "978", 2),
        ("USD", "840", 2),
        ("GBP", "826", 2),
        ("CHF", "756", 2),
        ("ALL", "008", 2),
        ("XCG", "532", 2),
    ],
)
def test_minor_units(currency: str, numeric: str, decimals: int) -> None:
    assert CURRENCIES[currency] == (numeric, decimals)
    assert Asset.cash(currency).decimals == decimals


def test_the_currency_table_is_well_formed() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    numerics = [numeric for numeric, _ in CURRENCIES.values()]
    assert len(set(numerics)) == len(numerics)
    assert all(len(numeric) == 3 and numeric.isdecimal() for numeric in numerics)
    assert {decimals for _, decimals in CURRENCIES.values()} == {0, 2, 3}


def test_published_token_lists(vectors: Path) -> None:
    lists = [json.loads(path.read_text()) for path in sorted((vectors / "tokenlists").glob("*example*.tokenlist.json"))]
    tokens = [token for tokens in lists for token in tokens["tokens"]]
    readable = [token for token in tokens if token["symbol"].isascii()]
    assert len(readable) > 100
    for token in tokens:
        contract, chain_id = Address.parse(token["address"]), token["chainId"]
        if token in readable:
            asset = Asset.token(chain_id, contract, symbol=token["symbol"], decimals=token["decimals"])
            assert parse_caip19(asset.id) == (chain_id, contract)
        else:
            with pytest.raises(InvalidAsset, match="symbol"):
                Asset.token(chain_id, contract, symbol=token["symbol"], decimals=token["decimals"])
