"""Random transactions of every kind, with the values where an encoding changes, in the form that each peer wants."""

from random import Random
from typing import Any

from tokenpay.ethereum.transaction import (
    AccessList,
    AccessListTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeAuthorization,
    SetCodeTransaction,
    Transaction,
    sign_authorization,
)
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KINDS = ("legacy", "eip155", "eip2930", "eip1559", "eip7702")
_EDGES = (0, 1, 127, 128, 255, 256, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1, 2**128, 2**256 - 1)
_SIZES = (0, 1, 54, 55, 56, 57, 255, 256, 257, 1000)
_TYPE_NUMBERS = {"eip2930": 1, "eip1559": 2, "eip7702": 4}


def random_transaction(kind: str, random: Random) -> Transaction:
    """Return a transaction of one of KINDS; a third of its numbers are edges, and any may break a rule of preflight."""
    to = random.choice((None, bytes(20), random.randbytes(20), random.randbytes(20)))
    shared: dict[str, Any] = {
        "chain_id": _number(random, 64),
        "nonce": _number(random, random.choice((53, 53, 53, 64))),  # ethers refuses what is above
        "gas_limit": _number(random, 64),
        "to": to,
        "value_wei": _number(random, 256),
        "data": _data(random),
    }
    price, tip, access = _number(random, 256), _number(random, 256), _access_list(random)
    if random.random() < 0.8:
        price, tip = max(price, tip), min(price, tip)
    if kind == "legacy":
        return LegacyTransaction(gas_price_wei=price, **(shared | {"chain_id": None}))
    if kind == "eip155":
        return LegacyTransaction(gas_price_wei=price, **shared)
    if kind == "eip2930":
        return AccessListTransaction(gas_price_wei=price, access_list=access, **shared)
    fees: dict[str, Any] = {"max_fee_wei": price, "max_priority_fee_wei": tip, "access_list": access}
    if kind == "eip1559":
        return DynamicFeeTransaction(**fees, **shared)
    shared["to"] = to or random.randbytes(20)
    grants = tuple(_authorization(random) for _ in range(random.choice((0, 1, 1, 2, 3))))
    return SetCodeTransaction(authorization_list=grants, **fees, **shared)


def _number(random: Random, bits: int) -> int:
    """Return an edge, in one of three, or a number of any width up to `bits`."""
    if random.random() < 1 / 3:
        return min(random.choice(_EDGES), (1 << bits) - 1)
    return random.getrandbits(random.randint(0, bits))


def _data(random: Random) -> bytes:
    size = random.choice(_SIZES) if random.random() < 0.5 else random.randint(0, 200)
    return bytes((random.choice((0x00, 0x7F, 0x80, 0xFF)),)) if size == 1 else random.randbytes(size)


def _access_list(random: Random) -> AccessList:
    return tuple(
        (random.randbytes(20), tuple(random.randbytes(32) for _ in range(random.choice((0, 1, 2, 3)))))
        for _ in range(random.choice((0, 0, 0, 1, 3)))
    )


def _authorization(random: Random) -> SetCodeAuthorization:
    """Return an authorization: mostly signed, at times one that the protocol would carry and skip."""
    chain_id, address, nonce = _number(random, 63), random.randbytes(20), min(_number(random, 64), 2**64 - 2)
    if chain_id and random.random() < 0.7:
        key = PrivateKey.from_bytes(random.randrange(1, ORDER).to_bytes(32, "big"))
        return sign_authorization(chain_id=chain_id, address=address, nonce=nonce, key=key)
    return SetCodeAuthorization(
        chain_id=chain_id,
        address=address,
        nonce=nonce,
        y_parity=random.choice((0, 1, 1, 255)),
        r=_number(random, 256),
        s=_number(random, 256),
    )


def for_eth_account(kind: str, tx: Transaction) -> dict[str, Any]:
    """Return the dictionary that `Account.sign_transaction` takes."""
    fields: dict[str, Any] = {
        "nonce": tx.nonce,
        "gas": tx.gas_limit,
        "to": b"" if tx.to is None else tx.to,
        "value": tx.value_wei,
        "data": tx.data,
    }
    if tx.chain_id is not None:
        fields["chainId"] = tx.chain_id
    if kind in _TYPE_NUMBERS:
        fields |= {"type": _TYPE_NUMBERS[kind], "accessList": _access_entries(tx)}
    if isinstance(tx, DynamicFeeTransaction | SetCodeTransaction):
        fields |= {"maxFeePerGas": tx.max_fee_wei, "maxPriorityFeePerGas": tx.max_priority_fee_wei}
    else:
        fields["gasPrice"] = tx.gas_price_wei
    if isinstance(tx, SetCodeTransaction):
        fields["authorizationList"] = [
            {"chainId": g.chain_id, "address": g.address, "nonce": g.nonce, "yParity": g.y_parity, "r": g.r, "s": g.s}
            for g in tx.authorization_list
        ]
    return fields


def for_node(kind: str, tx: Transaction) -> dict[str, Any]:
    """Return the transaction as `tests.peers` takes it."""
    fields: dict[str, Any] = {
        "kind": kind,
        "nonce": str(tx.nonce),
        "gasLimit": str(tx.gas_limit),
        "to": None if tx.to is None else "0x" + tx.to.hex(),
        "value": str(tx.value_wei),
        "data": "0x" + tx.data.hex(),
    }
    if tx.chain_id is not None:
        fields["chainId"] = str(tx.chain_id)
    if kind in _TYPE_NUMBERS:
        fields["accessList"] = _access_entries(tx)
    if isinstance(tx, DynamicFeeTransaction | SetCodeTransaction):
        fields |= {"maxFeePerGas": str(tx.max_fee_wei), "maxPriorityFeePerGas": str(tx.max_priority_fee_wei)}
    else:
        fields["gasPrice"] = str(tx.gas_price_wei)
    if isinstance(tx, SetCodeTransaction):
        fields["authorizationList"] = [
            {
                "chainId": str(grant.chain_id),
                "address": "0x" + grant.address.hex(),
                "nonce": str(grant.nonce),
                "yParity": str(grant.y_parity),
                "r": f"0x{grant.r:064x}",
                "s": f"0x{grant.s:064x}",
            }
            for grant in tx.authorization_list
        ]
    return fields


def _access_entries(tx: Transaction) -> list[dict[str, Any]]:
    return [
        {"address": "0x" + address.hex(), "storageKeys": ["0x" + key.hex() for key in keys]}
        for address, keys in tx.access_list
    ]
