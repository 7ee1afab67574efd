"""Random transactions and authorizations, signed by tokenpay and by eth-account: every byte must agree.

    python -m tests.benchmarks.crosscheck --cases 1000000

Each case is one EIP-1559 transaction and one EIP-3009 authorization. The seed is printed; the same
seed gives the same cases.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from eth_account import Account

from tokenpay.ethereum import authorization, transaction
from tokenpay.ethereum.authorization import Authorization, Kind
from tokenpay.ethereum.transaction import DynamicFeeTransaction
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

_EDGE_SIZES = (0, 1, 54, 55, 56, 57, 255, 256, 257, 1000)
_KEYS = 64
_PRIMARY: dict[Kind, str] = {"transfer": "TransferWithAuthorization", "receive": "ReceiveWithAuthorization"}
_MEMBERS = [
    {"name": "from", "type": "address"},
    {"name": "to", "type": "address"},
    {"name": "value", "type": "uint256"},
    {"name": "validAfter", "type": "uint256"},
    {"name": "validBefore", "type": "uint256"},
    {"name": "nonce", "type": "bytes32"},
]


def crosscheck(cases: int, seed: int) -> Iterator[str]:
    """Yield what each comparison found: `transaction`, `authorization`, or either with ` differs: why`."""
    random = Random(seed)
    pairs = [_keys(random) for _ in range(_KEYS)]
    for _ in range(cases):
        key, account = random.choice(pairs)
        yield _label("transaction", _transaction_fault(random_transaction(random), key, account))
        sender = Address(key.public_key.address_bytes())
        yield _label("authorization", _authorization_fault(random_authorization(random, sender), key, account))


def _label(kind: str, fault: str) -> str:
    return f"{kind} differs: {fault}" if fault else kind


def _keys(random: Random) -> tuple[PrivateKey, Any]:
    secret = random.randrange(1, ORDER).to_bytes(32, "big")
    return PrivateKey.from_bytes(secret), Account.from_key(secret)


def _number(random: Random, bits: int) -> int:
    return random.getrandbits(random.randint(0, bits))


def _data(random: Random) -> bytes:
    if random.random() < 0.5:
        return random.randbytes(random.choice(_EDGE_SIZES))
    return random.randbytes(random.randint(0, 200))


def random_transaction(random: Random) -> DynamicFeeTransaction:
    """Return a transaction with numbers of every size, and lengths where the encoding changes."""
    access_list = tuple(
        (random.randbytes(20), tuple(random.randbytes(32) for _ in range(random.randint(0, 3))))
        for _ in range(random.choice((0, 0, 0, 1, 3)))
    )
    return DynamicFeeTransaction(
        chain_id=_number(random, 62) + 1,
        nonce=_number(random, 63),
        max_priority_fee_wei=_number(random, 128),
        max_fee_wei=_number(random, 128),
        gas_limit=_number(random, 63),
        to=random.choice((None, random.randbytes(20), random.randbytes(20))),
        value_wei=_number(random, 256),
        data=_data(random),
        access_list=access_list,
    )


def random_authorization(random: Random, sender: Address) -> Authorization:
    """Return an authorization of `sender` to a random token of a random chain."""
    after = _number(random, 40)
    return Authorization(
        domain=Domain(
            name=random.choice(("USDC", "USD Coin", "Ünï €", "")),
            version=random.choice(("1", "2")),
            chain_id=_number(random, 62) + 1,
            verifying_contract=Address(random.randbytes(20)),
        ),
        sender=sender,
        recipient=Address(random.randbytes(20)),
        units=_number(random, 256),
        valid_after_s=after,
        valid_before_s=after + 1 + _number(random, 40),
        nonce=random.randbytes(32),
        kind=random.choice(("transfer", "receive")),
    )


def _transaction_fault(tx: DynamicFeeTransaction, key: PrivateKey, account: Any) -> str:
    ours = transaction.sign(tx, key)
    theirs = account.sign_transaction(
        {
            "type": 2,
            "chainId": tx.chain_id,
            "nonce": tx.nonce,
            "maxPriorityFeePerGas": tx.max_priority_fee_wei,
            "maxFeePerGas": tx.max_fee_wei,
            "gas": tx.gas_limit,
            "to": b"" if tx.to is None else tx.to,
            "value": tx.value_wei,
            "data": tx.data,
            "accessList": [
                {"address": "0x" + address.hex(), "storageKeys": ["0x" + slot.hex() for slot in slots]}
                for address, slots in tx.access_list
            ],
        }
    )
    if ours.raw != bytes(theirs.raw_transaction):
        return "signed bytes"
    if ours.hash != bytes(theirs.hash):
        return "hash"
    if transaction.decode(ours.raw) != ours or ours.sender.text != account.address:
        return "what decode reads back"
    return ""


def _authorization_fault(grant: Authorization, key: PrivateKey, account: Any) -> str:
    ours = authorization.sign(grant, key)
    theirs = account.sign_typed_data(
        domain_data={
            "name": grant.domain.name,
            "version": grant.domain.version,
            "chainId": grant.domain.chain_id,
            "verifyingContract": grant.domain.verifying_contract.text,
        },
        message_types={_PRIMARY[grant.kind]: _MEMBERS},
        message_data={
            "from": grant.sender.text,
            "to": grant.recipient.text,
            "value": grant.units,
            "validAfter": grant.valid_after_s,
            "validBefore": grant.valid_before_s,
            "nonce": grant.nonce,
        },
    )
    if grant.digest() != bytes(theirs.message_hash):
        return "digest"
    signature = ours.signature
    if (signature.y_parity + 27, signature.r, signature.s) != (theirs.v, theirs.r, theirs.s):
        return "signature"
    if authorization.decode_calldata(authorization.calldata(ours), grant.domain) != ours:
        return "what decode_calldata reads back"
    return ""


def main() -> int:
    arguments = argparse.ArgumentParser(description="Compare signing with eth-account on random cases.")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1559)
    given = arguments.parse_args()
    began = time.process_time()
    found = Counter(crosscheck(given.cases, given.seed))
    print(f"seed {given.seed}, {time.process_time() - began:.0f} s of CPU")
    for result, count in sorted(found.items()):
        print(f"{count:>10,} {result}")
    agreed = found["transaction"] + found["authorization"]
    print(f"{found.total() - agreed:>10,} disagreements")
    return int(found.total() != agreed)


if __name__ == "__main__":
    sys.exit(main())
