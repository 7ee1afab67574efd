"""Digests of nested typed messages, and a signed EIP-3009 authorization, beside eth-account and bare libsecp256k1.

eth-account runs with coincurve as its backend, which is its fastest.
"""

import json
from collections.abc import Callable
from typing import Any

from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_typed_data
from eth_keys.backends.coincurve import CoinCurveECCBackend
from eth_keys.main import lazy_key_api as keys

from tests.benchmarks import Row
from tests.benchmarks.interleaved import bare_signing, measure, ratio_row, repeat, time_row
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.typed_data import Domain, TypedData
from tokenpay.ethereum.typed_data_parts.struct_type import compile_types
from tokenpay.ethereum.typed_json import parse_typed_data
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey

_SECRET = b"\x46" * 32
_CONTRACT = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
_DOMAIN = {"name": "Exchange", "version": "1", "chainId": 1, "verifyingContract": _CONTRACT}
_PARTY = {"name": "Anna", "wallets": [_CONTRACT, "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"]}
_ITEM = {"token": _CONTRACT, "amount": "12500000", "proof": "0x" + "ab" * 70}


def _members(text: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), part.split(" "), strict=True)) for part in text.split(",")]


_ORDER: dict[str, Any] = {
    "types": {
        "Order": _members(
            "Party maker,Party taker,Item[] offered,Item[] wanted,uint256 salt,uint64 until,bool partial"
        ),
        "Party": _members("string name,address[] wallets"),
        "Item": _members("address token,uint256 amount,bytes proof"),
    },
    "primaryType": "Order",
    "domain": _DOMAIN,
    "message": {
        "maker": _PARTY,
        "taker": _PARTY,
        "offered": [_ITEM, _ITEM],
        "wanted": [_ITEM],
        "salt": str(2**200),
        "until": 1_700_000_000,
        "partial": False,
    },
}
_DOMAIN_TYPE = _members("string name,string version,uint256 chainId,address verifyingContract")
_TEXT = json.dumps({**_ORDER, "types": {**_ORDER["types"], "EIP712Domain": _DOMAIN_TYPE}})
_AUTHORIZATION_TYPE = {
    "TransferWithAuthorization": _members(
        "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
    )
}


def run() -> list[Row]:
    """Measure and return the rows."""
    if not isinstance(keys.backend, CoinCurveECCBackend):
        raise RuntimeError("eth-account does not use coincurve: the comparison would flatter tokenpay")
    key, account = PrivateKey.from_bytes(_SECRET), Account.from_key(_SECRET)
    fields = _authorization_fields(key)
    bare = bare_signing(_SECRET, Authorization(**fields).digest())
    if _order_digest() != _eth_account_order_digest() or parse_typed_data(_TEXT).digest() != _order_digest():
        raise RuntimeError("the two digests differ: there is nothing to compare")
    seconds = measure(
        {
            "digest": lambda: repeat(200, _order_digest),
            "eth-account digest": lambda: repeat(20, _eth_account_order_digest),
            "json": lambda: repeat(200, lambda: parse_typed_data(_TEXT).digest()),
            "eth-account json": lambda: repeat(20, _eth_account_json_digest),
            "new types": lambda: repeat(50, _digest_of_new_types),
            "bare": lambda: repeat(300, bare),
            "sign": lambda: repeat(300, lambda: sign(Authorization(**fields), key)),
            "eth-account sign": lambda: repeat(50, _eth_account_signing(account, fields)),
        }
    )
    faster = "… times as fast as eth-account"
    return [
        time_row("digest of an order of nested structs and arrays", seconds["digest"]),
        ratio_row(faster, seconds["eth-account digest"], seconds["digest"], at_least=4),
        time_row("… where its types are met for the first time", seconds["new types"]),
        time_row("the same order from JSON", seconds["json"]),
        ratio_row(faster, seconds["eth-account json"], seconds["json"], at_least=4),
        time_row("sign an EIP-3009 authorization, the domain known", seconds["sign"]),
        ratio_row(faster, seconds["eth-account sign"], seconds["sign"], at_least=9),
        ratio_row("… share of it that bare libsecp256k1 takes", seconds["bare"], seconds["sign"], at_least=0.65),
    ]


def _order_digest() -> bytes:
    return TypedData(
        types=_ORDER["types"], primary_type="Order", domain=_ORDER["domain"], message=_ORDER["message"]
    ).digest()


def _digest_of_new_types() -> bytes:
    compile_types.cache_clear()
    return _order_digest()


def _eth_account_order_digest() -> bytes:
    encoded = encode_typed_data(
        domain_data=_ORDER["domain"], message_types=_ORDER["types"], message_data=_ORDER["message"]
    )
    return bytes(_hash_eip191_message(encoded))


def _eth_account_json_digest() -> bytes:
    return bytes(_hash_eip191_message(encode_typed_data(full_message=json.loads(_TEXT))))


def _authorization_fields(key: PrivateKey) -> dict[str, Any]:
    return {
        "domain": Domain(name="USD Coin", version="2", chain_id=1, verifying_contract=Address.parse(_CONTRACT)),
        "sender": Address(key.public_key.address_bytes()),
        "recipient": Address(b"\x35" * 20),
        "units": 12_345_678,
        "valid_after_s": 0,
        "valid_before_s": 1_900_000_000,
        "nonce": b"\x01" * 32,
    }


def _eth_account_signing(account: Any, fields: dict[str, Any]) -> Callable[[], object]:
    domain = {"name": "USD Coin", "version": "2", "chainId": 1, "verifyingContract": _CONTRACT}
    message = {
        "from": fields["sender"].text,
        "to": fields["recipient"].text,
        "value": fields["units"],
        "validAfter": fields["valid_after_s"],
        "validBefore": fields["valid_before_s"],
        "nonce": fields["nonce"],
    }
    return lambda: account.sign_typed_data(domain_data=domain, message_types=_AUTHORIZATION_TYPE, message_data=message)
