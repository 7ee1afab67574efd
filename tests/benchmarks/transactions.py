"""Signing an EIP-1559 token transfer and reading one strictly, beside eth-account, viem, ethers and bare libsecp256k1.

eth-account runs with coincurve as its backend, which is its fastest; the peers of Node are timed inside Node. What
is counted is CPU time, of Node its main thread's alone, and rounds are interleaved, so that a busy moment of the
machine meets all of them alike.
"""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from eth_account import Account
from eth_keys.backends.coincurve import CoinCurveECCBackend

from tests.benchmarks import Row
from tests.peers import Peers, open_peers
from tokenpay.ethereum import erc20
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction, decode, sign, signing_digest
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey

ROUNDS = 15
_SECRET = b"\x46" * 32
_TOKEN = b"\xa0" * 20
_CALL = erc20.transfer(Address(b"\x35" * 20), 12_345_678)
_FIELDS: dict[str, Any] = {
    "chain_id": 1,
    "nonce": 1_234,
    "max_priority_fee_wei": 1_500_000_000,
    "max_fee_wei": 32_000_000_000,
    "gas_limit": 65_000,
    "to": _TOKEN,
    "data": _CALL,
}


def run() -> list[Row]:
    """Measure and return the rows."""
    key, account = PrivateKey.from_bytes(_SECRET), Account.from_key(_SECRET)
    if not isinstance(account._key_obj.backend, CoinCurveECCBackend):
        raise RuntimeError("eth-account does not use coincurve: the comparison would flatter tokenpay")
    signed = sign(DynamicFeeTransaction(**_FIELDS), key)
    with open_peers() as peers:
        seconds = _measure(
            {
                "bare": lambda: _repeat(1_000, _bare_signing(signing_digest(signed.transaction))),
                "sign": lambda: _repeat(1_000, lambda: sign(DynamicFeeTransaction(**_FIELDS), key)),
                "eth-account sign": lambda: _repeat(100, lambda: _eth_account_sign(account)),
                "viem sign": lambda: _peer(peers, 200, "viem", "sign", _node_request()),
                "ethers sign": lambda: _peer(peers, 200, "ethers", "sign", _node_request()),
                "read": lambda: _repeat(500, lambda: preflight(decode(signed.raw).transaction)),
                "eth-account read": lambda: _repeat(100, lambda: Account.recover_transaction(signed.raw)),
                "viem read": lambda: _peer(peers, 50, "viem", "read", {"raw": "0x" + signed.raw.hex()}),
                "ethers read": lambda: _peer(peers, 50, "ethers", "read", {"raw": "0x" + signed.raw.hex()}),
            }
        )

    def ratio(slow: str, fast: str) -> str:
        return f"{median(s / f for s, f in zip(seconds[slow], seconds[fast], strict=True)):.2f}"

    def each(name: str) -> str:
        return f"{median(seconds[name]) * 1e6:.1f} µs"

    return [
        Row(what="sign an EIP-1559 token transfer, fields to raw bytes and hash", figure=each("sign")),
        Row(what="… share of it that bare libsecp256k1 takes", figure=ratio("bare", "sign"), goal="0.65 or more"),
        Row(what="… times as fast as eth-account", figure=ratio("eth-account sign", "sign"), goal="10 or more"),
        Row(what="… times as fast as viem", figure=ratio("viem sign", "sign"), goal="10 or more"),
        Row(what="… times as fast as ethers", figure=ratio("ethers sign", "sign")),
        Row(what="decode strictly, preflight and recover the sender", figure=each("read")),
        Row(
            what="… times as fast as eth-account's recovery", figure=ratio("eth-account read", "read"), goal="5 or more"
        ),
        Row(what="… times as fast as viem's parsing and recovery", figure=ratio("viem read", "read")),
        Row(what="… times as fast as ethers' parsing and recovery", figure=ratio("ethers read", "read")),
    ]


def _measure(contenders: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return the seconds a call of each contender in each round, the first round left out."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        for name, once in contenders.items():
            found = once()
            if number:
                seconds[name].append(found)
    return seconds


def _repeat(times: int, call: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times


def _peer(peers: Peers, times: int, peer: str, verb: str, request: dict[str, Any]) -> float:
    return peers.seconds(times, clock="cpu", peer=peer, verb=verb, **request) / times


def _bare_signing(digest: bytes) -> Callable[[], object]:
    import coincurve

    secret = coincurve.PrivateKey(_SECRET)
    return lambda: secret.sign_recoverable(digest, hasher=None)


def _eth_account_sign(account: Any) -> tuple[bytes, bytes]:
    signed = account.sign_transaction(
        {
            "type": 2,
            "chainId": _FIELDS["chain_id"],
            "nonce": _FIELDS["nonce"],
            "maxPriorityFeePerGas": _FIELDS["max_priority_fee_wei"],
            "maxFeePerGas": _FIELDS["max_fee_wei"],
            "gas": _FIELDS["gas_limit"],
            "to": _TOKEN,
            "value": 0,
            "data": _CALL,
        }
    )
    return signed.raw_transaction, signed.hash


def _node_request() -> dict[str, Any]:
    transaction = {
        "kind": "eip1559",
        "chainId": str(_FIELDS["chain_id"]),
        "nonce": str(_FIELDS["nonce"]),
        "maxPriorityFeePerGas": str(_FIELDS["max_priority_fee_wei"]),
        "maxFeePerGas": str(_FIELDS["max_fee_wei"]),
        "gasLimit": str(_FIELDS["gas_limit"]),
        "to": "0x" + _TOKEN.hex(),
        "value": "0",
        "data": "0x" + _CALL.hex(),
    }
    return {"key": "0x" + _SECRET.hex(), "transaction": transaction}
