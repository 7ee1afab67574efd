"""Token lists: what is refused and where, and what is listed without being usable."""

import json
from typing import Any

import pytest

from tokenpay.errors import InvalidAsset
from tokenpay.money.asset import Asset
from tokenpay.money.token_list import MAX_CHARACTERS, TokenList, parse_token_list

USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
CUSDC = "0x39AA39c021dfbaE8faC545936693aC917d5E7563"
SECRET = "do-not-quote-me"


def token(**changed: Any) -> dict[str, Any]:
    return {"chainId": 1, "address": USDC, "decimals": 6, "name": "USD Coin", "symbol": "USDC", **changed}


def document(*tokens: Any, **changed: Any) -> dict[str, Any]:
    return {
        "name": "My Token List",
        "timestamp": "2020-06-12T00:00:00+00:00",
        "version": {"major": 1, "minor": 2, "patch": 3},
        "tokens": list(tokens) or [token()],
        **changed,
    }


def read(*tokens: Any, **changed: Any) -> TokenList:
    return parse_token_list(json.dumps(document(*tokens, **changed)))


def test_a_list_is_read() -> None:
    found = read(token(), token(address=CUSDC, symbol="cUSDC", decimals=8))
    assert (found.name, found.timestamp_s, found.version) == ("My Token List", 1_591_920_000, (1, 2, 3))
    usdc, cusdc = found.tokens
    assert (usdc.chain_id, usdc.address, usdc.name, usdc.reason) == (1, USDC, "USD Coin", "")
    assert isinstance(usdc.asset, Asset)
    assert (usdc.asset.id, usdc.asset.decimals) == (f"eip155:1/erc20:{USDC}", 6)
    assert cusdc.asset is not None
    assert cusdc.asset.symbol == "cUSDC"


@pytest.mark.parametrize(
    ("text", "timestamp_s"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00.999+01:00", 0),
        ("2023-10-14T00:00:00-00:30", 1_697_243_400),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_times(text: str, timestamp_s: int) -> None:
    assert read(timestamp=text).timestamp_s == timestamp_s


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        ("name must be text of 1 to 30", {"name": ""}),
        ("name must be text of 1 to 30", {"name": "a" * 31}),
        ("name is not written", {"name": "a-b"}),
        ("name is not written", {"name": "liste élue"}),
        ("name is not written", {"name": "a\n"}),
        ("timestamp must be text", {"timestamp": 1_591_920_000}),
        ("timestamp is not written", {"timestamp": "2020-06-12 00:00:00Z"}),
        ("timestamp is not written", {"timestamp": "2020-06-12T00:00:00.0"}),
        ("timestamp is not a time", {"timestamp": "2020-02-30T00:00:00Z"}),
        ("timestamp is not a time", {"timestamp": "2020-02-03T00:00:00+25:00"}),
        ("version must be an object", {"version": "1.0.0"}),
        ("version has no minor", {"version": {"major": 1, "patch": 0}}),
        ("version has a field", {"version": {"major": 1, "minor": 0, "patch": 0, "build": 1}}),
        ("version.minor must be a whole number", {"version": {"major": 1, "minor": -1, "patch": 0}}),
        ("version.major must be a whole number", {"version": {"major": True, "minor": 0, "patch": 0}}),
        ("tokens must be a list of 1 to 10000", {"tokens": []}),
        ("tokens must be a list of 1 to 10000", {"tokens": [token()] * 10_001}),
        ("tokens must be a list", {"tokens": {"0": token()}}),
        ("tokenMap must be an object of 1", {"tokenMap": {}}),
        ("tokenMap[1].decimals", {"tokenMap": {"1_" + USDC: token(), SECRET: token(decimals=-1)}}),
        ("keywords[1] must be text", {"keywords": ["audited", ""]}),
        ("keywords holds one twice", {"keywords": ["audited", "audited"]}),
        ("keywords must be a list of 0 to 20", {"keywords": [str(n) for n in range(21)]}),
        ("tags: the name of member 0", {"tags": {SECRET: {"name": "a", "description": "b"}}}),
        ("tags.coin has no description", {"tags": {"coin": {"name": "a"}}}),
        ("tags.coin.name must be text of 1 to 20", {"tags": {"coin": {"name": "a" * 21, "description": "b"}}}),
        ("tags.coin.description is not", {"tags": {"coin": {"name": "a", "description": "b!"}}}),
        ("logoURI is not written", {"logoURI": "hello"}),
        ("logoURI is not written", {"logoURI": "https://test/%zz"}),
    ],
)
def test_refused_lists(place: str, changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidAsset) as refused:
        read(**changed)
    assert refused.value.message.startswith(f"token list: {place}")
    assert SECRET not in refused.value.message


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        (" must be an object", None),
        (" has a field", {SECRET: 1}),
        (".chainId must be", {"chainId": 0}),
        (".chainId must be", {"chainId": "1"}),
        (".address is not written", {"address": "0x" + "0" * 39 + "_"}),
        (".address must be text of 32 to 44", {"address": "0x" + "0" * 43}),
        (".decimals must be a whole number from 0 to 255", {"decimals": 256}),
        (".decimals must be", {"decimals": 18.0}),
        (".decimals must be", {"decimals": False}),
        (".name must be text of 0 to 60", {"name": "a" * 61}),
        (".name is not written", {"name": "a\tb"}),
        (".name is not written", {"name": "safe\u202ename"}),
        (".name is not written", {"name": "\x1b[2J"}),
        (".symbol is not written", {"symbol": "US D"}),
        (".symbol must be text of 0 to 20", {"symbol": "a" * 21}),
        (".logoURI is not written", {"logoURI": SECRET}),
        (".tags must be a list of 0 to 10", {"tags": [str(n) for n in range(11)]}),
        (".tags[0] must be text of 1 to 10", {"tags": ["a" * 11]}),
        (".tags[0] is not written", {"tags": ["a b"]}),
        (".extensions must be an object of 0 to 10", {"extensions": {str(n): 1 for n in range(11)}}),
        (".extensions: the name of member 0", {"extensions": {SECRET: 1}}),
        (".extensions.a must be text of 1 to 42", {"extensions": {"a": "b" * 43}}),
        (".extensions.a must be", {"extensions": {"a": [1]}}),
        (".extensions.a.b.c must be", {"extensions": {"a": {"b": {"c": {}}}}}),
    ],
)
def test_refused_tokens(place: str, changed: dict[str, Any] | None) -> None:
    with pytest.raises(InvalidAsset) as refused:
        read(token(address=CUSDC), SECRET if changed is None else token(**changed))
    assert refused.value.message.startswith(f"token list: tokens[1]{place}")
    assert SECRET not in refused.value.message


@pytest.mark.parametrize("name", ["name", "timestamp", "version", "tokens"])
def test_what_a_list_must_have(name: str) -> None:
    whole = document()
    del whole[name]
    with pytest.raises(InvalidAsset, match=f"it has no {name}"):
        parse_token_list(json.dumps(whole))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        (f'{{"{SECRET}', "not JSON"),
        ("[" * 1_000_000, "more than 32 levels"),
        ('{"a":[' * 16 + "{}" + "]}" * 16, "more than 32 levels"),
        ('"' + "[" * 100, "not JSON"),
        ("9" * 5_000, "not JSON"),
        (json.dumps(document(token(extensions={"a": float("nan")}))), "not JSON"),
        (json.dumps(document(token(name="\ud800"))), "not JSON"),
        (json.dumps(document()).replace('"symbol"', '"decimals": 18, "symbol"'), "a name twice"),
        ("[]", "must be an object"),
        (" " * (MAX_CHARACTERS + 1), "is longer"),
    ],
)
def test_refused_text(text: str, why: str) -> None:
    with pytest.raises(InvalidAsset, match=why) as refused:
        parse_token_list(text)
    assert SECRET not in refused.value.message
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"address": USDC.replace("A", "a", 1)}, "wrong checksum"),
        ({"address": "0x" + "0" * 40}, "zero address"),
        ({"address": "So11111111111111111111111111111111111111112"}, "hexadecimal"),
        ({"chainId": 2**63}, "chain id"),
        ({"decimals": 37}, "0 to 36 decimals"),
        ({"symbol": ""}, "symbol"),
        ({"symbol": "天津神"}, "symbol"),
    ],
)
def test_listed_but_not_usable(changed: dict[str, Any], reason: str) -> None:
    good, bad = read(token(address=CUSDC), token(**changed)).tokens
    assert good.asset is not None
    assert bad.asset is None
    assert reason in bad.reason


def test_a_contract_named_twice_is_not_usable_whichever_is_right() -> None:
    same = [token(), token(address=USDC.lower(), decimals=18), token(address=CUSDC), token(chainId=10)]
    first, second, other_contract, other_chain = read(*same).tokens
    assert first.asset is None
    assert second.asset is None
    assert "more than once" in first.reason
    assert other_contract.asset is not None
    assert other_chain.asset is not None


def test_what_a_list_may_hold_besides() -> None:
    extensions = {"bridge": {"10": {"address": USDC}}, "n": 1.5, "no": None, "yes": True}
    rich = token(tags=["stablecoin"], logoURI="ipfs://Qm/a%20b#c", extensions=extensions)
    ours = {"any": json.loads("[" * 30 + "]" * 30), "brackets in text": '[[[{{{ \\" [[['}
    found = read(rich, tokenMap={SECRET: rich}, keywords=["special tokens"], logoURI="https://test", ours=ours)
    assert found.tokens[0].asset is not None
