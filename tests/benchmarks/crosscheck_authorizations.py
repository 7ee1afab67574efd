"""Random EIP-3009 authorizations, signed by tokenpay and by eth-account: every byte must agree.

    python -m tests.benchmarks.crosscheck_authorizations --cases 1000000

The seed is printed; the same seed gives the same cases.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from eth_account import Account

from tokenpay.ethereum.grants import authorization
from tokenpay.ethereum.grants.authorization import Authorization, Kind
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

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
    """Yield what each comparison found: `agrees`, or what differs."""
    random = Random(seed)
    pairs = [_keys(random) for _ in range(_KEYS)]
    for _ in range(cases):
        key, account = random.choice(pairs)
        grant = random_authorization(random, Address(key.public_key.address_bytes()))
        yield _fault(grant, key, account) or "agrees"


def _keys(random: Random) -> tuple[PrivateKey, Any]:
    secret = random.randrange(1, ORDER).to_bytes(32, "big")
    return PrivateKey.from_bytes(secret), Account.from_key(secret)


def _number(random: Random, bits: int) -> int:
    return random.getrandbits(random.randint(0, bits))


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


def _fault(grant: Authorization, key: PrivateKey, account: Any) -> str:
    ours = sign(grant, key)
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
    arguments.add_argument("--seed", type=int, default=3009)
    given = arguments.parse_args()
    began = time.process_time()
    found = Counter(crosscheck(given.cases, given.seed))
    print(f"seed {given.seed}, {time.process_time() - began:.0f} s of CPU")
    for result, count in sorted(found.items()):
        print(f"{count:>10,} {result}")
    return int(set(found) != {"agrees"})


if __name__ == "__main__":
    sys.exit(main())
