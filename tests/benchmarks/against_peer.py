"""Compare random cases with a peer from the command line: what is found is counted, and a difference needs a rule."""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, TypeAlias

Ask: TypeAlias = Callable[..., Any]


def compare(
    what: str,
    *,
    seed: int,
    ask_eth_account: Ask,
    ask_ethers: Callable[[Any], Ask],
    crosscheck: Callable[[int, int, Any, str], Iterable[str]],
) -> int:
    """Run `crosscheck` as the command line says and print its counts; return 1 where a disagreement has no rule.

    `ask_ethers` is given a running Node process.
    """
    arguments = argparse.ArgumentParser(description=f"Compare {what} with a peer on random cases.")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=seed)
    arguments.add_argument("--peer", choices=("eth-account", "ethers"), default="eth-account")
    given = arguments.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        ask: Ask = ask_eth_account
        if given.peer == "ethers":
            from tests.peers import open_peers

            ask = ask_ethers(stack.enter_context(open_peers()))
        found = Counter(crosscheck(given.cases, given.seed, ask, given.peer))
    print(f"{given.cases:,} {what} against {given.peer}, seed {given.seed}, {time.monotonic() - began:.0f} s")
    for result, count in sorted(found.items()):
        print(f"{count:>10,} {result}")
    unexplained = sum(count for result, count in found.items() if result.startswith("differs"))
    print(f"{unexplained:>10,} disagreements that no rule explains")
    return int(unexplained > 0)
