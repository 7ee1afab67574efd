"""Random transactions of every kind, signed by tokenpay and by a peer: every byte agrees, or a rule says why not.

    python -m tests.benchmarks.crosscheck --cases 250000
    python -m tests.benchmarks.crosscheck --cases 250000 --peer ethers

Each case is one transaction of each kind. tokenpay also reads back what it wrote. A peer that refuses one, or writes
it otherwise, must do so exactly where a rule of RULES expects it. The seed is printed; the same seed gives the same
cases.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any, TypeAlias

from tests.benchmarks.random_transactions import KINDS, for_eth_account, for_node, random_transaction
from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.transaction import LegacyTransaction, SetCodeTransaction, Transaction, decode, sign
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

Case: TypeAlias = tuple[str, Transaction]
Made: TypeAlias = tuple[bytes, bytes] | None
"""Signed bytes and hash, or None where a peer refuses."""
Ask: TypeAlias = Callable[[bytes, Sequence[Case]], list[Made]]
"""Have a peer sign with a secret key."""

BATCH = 40


def _in_some_grant(holds: Callable[[Any], bool]) -> Callable[[Transaction], bool]:
    return lambda tx: isinstance(tx, SetCodeTransaction) and any(map(holds, tx.authorization_list))


RULES: dict[str, dict[str, Callable[[Transaction], bool]]] = {
    "eth-account": {
        "refuses an empty authorization list, as preflight does: authorization_list_empty": lambda tx: (
            isinstance(tx, SetCodeTransaction) and not tx.authorization_list
        ),
        "refuses a y parity above 1 in an authorization, which the protocol carries and skips": _in_some_grant(
            lambda grant: grant.y_parity > 1
        ),
    },
    "ethers": {
        "refuses a nonce above 2**53 - 1, which the protocol allows": lambda tx: tx.nonce > 2**53 - 1,
        "refuses a tip above the maximum fee, as preflight does: tip_above_max_fee": lambda tx: (
            tx.max_priority_fee_wei > tx.max_fee_wei
        ),
        "refuses a y parity above 1 in an authorization, which the protocol carries and skips": _in_some_grant(
            lambda grant: grant.y_parity > 1
        ),
        "writes EIP-155 for chain 0 in the form without a chain; preflight refuses it: chain_id": lambda tx: (
            isinstance(tx, LegacyTransaction) and tx.chain_id == 0
        ),
    },
}


def ask_eth_account(secret: bytes, cases: Sequence[Case]) -> list[Made]:
    """Ask in this process."""
    from eth_account import Account

    def made(kind: str, tx: Transaction) -> Made:
        try:
            signed = Account.sign_transaction(for_eth_account(kind, tx), secret)
        except Exception:  # whatever a peer raises is its refusal
            return None
        return bytes(signed.raw_transaction), bytes(signed.hash)

    return [made(kind, tx) for kind, tx in cases]


def ask_node(peers: Any, peer: str) -> Ask:
    """Ask through a running Node process."""

    def ask(secret: bytes, cases: Sequence[Case]) -> list[Made]:
        shared = {"peer": peer, "verb": "sign", "key": "0x" + secret.hex()}
        answers = peers.ask([{**shared, "transaction": for_node(kind, tx)} for kind, tx in cases])
        return [_made(answer["result"]) if "result" in answer else None for answer in answers]

    return ask


def _made(result: dict[str, str]) -> Made:
    return bytes.fromhex(result["raw"][2:]), bytes.fromhex(result["hash"][2:])


def crosscheck(cases: int, seed: int, ask: Ask, peer: str) -> Iterator[str]:
    """Yield what each comparison found; whatever begins with `differs` has no rule that explains it."""
    random = Random(seed)
    for start in range(0, cases, BATCH):
        secret = random.randrange(1, ORDER).to_bytes(32, "big")
        given = [(kind, random_transaction(kind, random)) for _ in range(min(BATCH, cases - start)) for kind in KINDS]
        key = PrivateKey.from_bytes(secret)
        for (kind, tx), theirs in zip(given, ask(secret, given), strict=True):
            yield _verdict(kind, tx, key, theirs, peer)


def _verdict(kind: str, tx: Transaction, key: PrivateKey, theirs: Made, peer: str) -> str:
    try:
        ours = sign(tx, key)
    except InvalidTransaction as error:
        every_chain = _in_some_grant(lambda grant: grant.chain_id == 0)(tx)
        if error.fields["rule"] != "authorization_chain_id" or not every_chain:
            return f"differs: {kind} refused by tokenpay"
        return f"{kind}: tokenpay refuses to sign an authorization for every chain: authorization_chain_id"
    if decode(ours.raw) != ours:
        return f"differs: {kind} is not read back"
    expected = [rule for rule, holds in RULES[peer].items() if holds(tx)]
    if theirs == (ours.raw, ours.hash):
        return f"differs: {kind}: {peer} does not: {expected[0]}" if expected else f"{kind} agrees"
    verb = "refuses" if theirs is None else "writes"
    explained = [rule for rule in expected if rule.startswith(verb)]
    return f"{kind}: {peer} {explained[0]}" if explained else f"differs: {kind}: {peer} {verb} something else"


def main() -> int:
    """Return 1 where a disagreement has no rule."""
    arguments = argparse.ArgumentParser(description="Compare signed transactions with a peer on random cases.")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1559)
    arguments.add_argument("--peer", choices=sorted(RULES), default="eth-account")
    given = arguments.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        ask: Ask = ask_eth_account
        if given.peer != "eth-account":
            from tests.peers import open_peers

            ask = ask_node(stack.enter_context(open_peers()), given.peer)
        found = Counter(crosscheck(given.cases, given.seed, ask, given.peer))
    print(f"{given.cases:,} transactions of each kind against {given.peer}, seed {given.seed}, ", end="")
    print(f"{time.monotonic() - began:.0f} s")
    for result, count in sorted(found.items()):
        print(f"{count:>10,} {result}")
    unexplained = sum(count for result, count in found.items() if result.startswith("differs"))
    print(f"{unexplained:>10,} disagreements that no rule explains")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
