"""Random typed messages, hashed by tokenpay and by a peer: every digest must agree, and every refusal have a rule.

    python -m tests.benchmarks.crosscheck_typed_messages --cases 250000 --peer eth-account
    python -m tests.benchmarks.crosscheck_typed_messages --cases 250000 --peer ethers

Seven in ten are messages of random nested types; the others are permits, authorizations and Permit2 messages, hashed by
their own prepared code too. One in ten of the random ones is broken on purpose: tokenpay must refuse it
by the rule that was broken, and what the peer does with it is counted. The seed is printed; the same seed gives the
same cases.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any

from tests.benchmarks.random_grants import random_grant
from tests.benchmarks.random_typed_data import (
    broken_message,
    json_value,
    random_message,
)
from tokenpay.errors import InvalidTypedData
from tokenpay.ethereum.typed_data import TypedData

BATCH = 500
Message = dict[str, Any]
Ask = Callable[[Sequence[Message]], list[bytes | None]]
"""Return a peer's digest of each message, or None where it refuses."""


def ask_eth_account(messages: Sequence[Message]) -> list[bytes | None]:
    """Ask in this process."""
    return [_eth_account_digest(message) for message in messages]


def _eth_account_digest(message: Message) -> bytes | None:
    from eth_account.messages import _hash_eip191_message, encode_typed_data

    try:
        encoded = encode_typed_data(
            domain_data=message["domain"], message_types=message["types"], message_data=message["message"]
        )
    except Exception:  # whatever a peer raises is its refusal
        return None
    return bytes(_hash_eip191_message(encoded))


def ask_ethers(peers: Any) -> Ask:
    """Ask through a running Node process."""

    def ask(messages: Sequence[Message]) -> list[bytes | None]:
        requests = [{"peer": "ethers", "verb": "typedDataHash", **json_value(message)} for message in messages]
        return [bytes.fromhex(answer["result"][2:]) if "result" in answer else None for answer in peers.ask(requests)]

    return ask


def crosscheck(cases: int, seed: int, ask: Ask, peer: str) -> Iterator[str]:
    """Yield what each comparison found; whatever begins with `differs` has no rule that explains it."""
    random = Random(seed)
    for start in range(0, cases, BATCH):
        given = [_case(random) for _ in range(min(BATCH, cases - start))]
        theirs = ask([message for _, message, _ in given])
        for (label, message, expected), digest in zip(given, theirs, strict=True):
            yield _verdict(label, message, expected, digest, peer)


def _case(random: Random) -> tuple[str, Message, bytes | str | None]:
    """Return a label, a message, and what it must give: a digest, a rule that refuses it, or nothing known before."""
    chance = random.random()
    if chance < 0.3:
        name, grant, message = random_grant(random)
        return name, message, grant.digest()
    message = random_message(random)
    if chance < 0.37:
        rule, message = broken_message(random, message)
        return f"broken: {rule}", message, rule
    return "message", message, None


def _verdict(label: str, message: Message, expected: bytes | str | None, theirs: bytes | None, peer: str) -> str:
    try:
        ours = TypedData(
            types=message["types"],
            primary_type=message["primaryType"],
            domain=message["domain"],
            message=message["message"],
        ).digest()
    except InvalidTypedData as error:
        if error.fields.get("rule") != expected:
            return f"differs: {label} refused by rule {error.fields.get('rule')}"
        return f"{label}; tokenpay refuses, {peer} {'refuses' if theirs is None else 'ACCEPTS'}"
    if isinstance(expected, str):
        return f"differs: {label} accepted"
    if expected not in (None, ours):
        return f"differs: {label} is not what its own code hashes"
    return f"{label} agrees" if ours == theirs else f"differs: {label}"


def main() -> int:
    """Return 1 where a disagreement has no rule."""
    arguments = argparse.ArgumentParser(description="Compare typed messages with a peer on random cases.")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=712)
    arguments.add_argument("--peer", choices=("eth-account", "ethers"), default="eth-account")
    given = arguments.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        ask: Ask = ask_eth_account
        if given.peer == "ethers":
            from tests.peers import open_peers

            ask = ask_ethers(stack.enter_context(open_peers()))
        found = Counter(crosscheck(given.cases, given.seed, ask, given.peer))
    print(f"{given.cases:,} messages against {given.peer}, seed {given.seed}, {time.monotonic() - began:.0f} s")
    for result, count in sorted(found.items()):
        print(f"{count:>10,} {result}")
    unexplained = sum(count for result, count in found.items() if result.startswith("differs"))
    print(f"{unexplained:>10,} disagreements that no rule explains")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
