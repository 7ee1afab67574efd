"""Signing an EIP-1559 token transfer and reading one strictly, beside eth-account, viem, ethers and bare libsecp256k1.

eth-account runs with coincurve as its backend, which is its fastest; the peers of Node are timed inside Node, each in
a process of its own.
"""

from typing import Any

from eth_account import Account
from eth_keys.backends.coincurve import CoinCurveECCBackend

from tests.benchmarks import Row
from tests.benchmarks.interleaved import bare_signing, in_node, measure, ratio_row, repeat, time_row
from tests.peers import open_peers
from tokenpay.ethereum import erc20
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction, decode, sign, signing_digest
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey

_SECRET = b"\x46" * 32
_TOKEN = b"\xa0" * 20
_CALL = erc20.transfer(Address(b"\x35" * 20), 12_345_678)
_CHAIN_ID, _NONCE, _GAS = 1, 1_234, 65_000
_TIP, _MAX_FEE = 1_500_000_000, 32_000_000_000


def run() -> list[Row]:
    """Measure and return the rows."""
    key, account = PrivateKey.from_bytes(_SECRET), Account.from_key(_SECRET)
    if not isinstance(account._key_obj.backend, CoinCurveECCBackend):
        raise RuntimeError("eth-account does not use coincurve: the comparison would flatter tokenpay")
    signed = sign(_transfer(), key)
    bare = bare_signing(_SECRET, signing_digest(signed.transaction))
    if signed.raw != _eth_account_sign(account)[0]:
        raise RuntimeError("eth-account does not sign the same bytes")
    with open_peers() as viem, open_peers() as ethers:
        signing, reading = _node_request(), {"raw": "0x" + signed.raw.hex()}
        for peer, node in (("viem", viem), ("ethers", ethers)):
            if node.result(peer=peer, verb="sign", **signing)["raw"] != reading["raw"]:
                raise RuntimeError(f"{peer} does not sign the same bytes")
        seconds = measure(
            {
                "bare": lambda: repeat(300, bare),
                "sign": lambda: repeat(300, lambda: sign(_transfer(), key)),
                "viem sign": in_node(viem, 60, peer="viem", verb="sign", **signing),
                "eth-account sign": lambda: repeat(30, lambda: _eth_account_sign(account)),
                "ethers sign": in_node(ethers, 60, peer="ethers", verb="sign", **signing),
                "eth-account read": lambda: repeat(30, lambda: Account.recover_transaction(signed.raw)),
                "read": lambda: repeat(150, lambda: preflight(decode(signed.raw).transaction)),
                "viem read": in_node(viem, 15, peer="viem", verb="read", **reading),
                "ethers read": in_node(ethers, 15, peer="ethers", verb="read", **reading),
            }
        )

    def times(who: str, slow: str, fast: str, at_least: float | None = None) -> Row:
        return ratio_row(f"… times as fast as {who}", seconds[slow], seconds[fast], at_least=at_least)

    return [
        time_row("sign an EIP-1559 token transfer, fields to raw bytes and hash", seconds["sign"]),
        ratio_row("… share of it that bare libsecp256k1 takes", seconds["bare"], seconds["sign"], at_least=0.65),
        times("eth-account", "eth-account sign", "sign", 10),
        times("viem", "viem sign", "sign", 10),
        times("ethers", "ethers sign", "sign"),
        time_row("decode strictly, preflight and recover the sender", seconds["read"]),
        times("eth-account's recovery", "eth-account read", "read", 5),
        times("viem's parsing and recovery", "viem read", "read"),
        times("ethers' parsing and recovery", "ethers read", "read"),
    ]


def _transfer() -> DynamicFeeTransaction:
    return DynamicFeeTransaction(
        chain_id=_CHAIN_ID,
        nonce=_NONCE,
        max_priority_fee_wei=_TIP,
        max_fee_wei=_MAX_FEE,
        gas_limit=_GAS,
        to=_TOKEN,
        data=_CALL,
    )


def _eth_account_sign(account: Any) -> tuple[bytes, bytes]:
    signed = account.sign_transaction(
        {
            "type": 2,
            "chainId": _CHAIN_ID,
            "nonce": _NONCE,
            "maxPriorityFeePerGas": _TIP,
            "maxFeePerGas": _MAX_FEE,
            "gas": _GAS,
            "to": _TOKEN,
            "value": 0,
            "data": _CALL,
        }
    )
    return signed.raw_transaction, signed.hash


def _node_request() -> dict[str, Any]:
    transaction = {
        "kind": "eip1559",
        "chainId": str(_CHAIN_ID),
        "nonce": str(_NONCE),
        "maxPriorityFeePerGas": str(_TIP),
        "maxFeePerGas": str(_MAX_FEE),
        "gasLimit": str(_GAS),
        "to": "0x" + _TOKEN.hex(),
        "value": "0",
        "data": "0x" + _CALL.hex(),
    }
    return {"key": "0x" + _SECRET.hex(), "transaction": transaction}
