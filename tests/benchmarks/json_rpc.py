"""What `watch` asks of a node, through the adapter, beside web3.py's calls for the same answers, one after the other.

A range of blocks with its Transfer logs and the receipts of its transactions, from an anvil of this machine: the
nearest node there is, and so the one at which batches save least.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from web3 import HTTPProvider, Web3

from tests.benchmarks import Row
from tests.benchmarks.interleaved import spread
from tests.fixtures_chain import World, anvil_path, anvil_world_at, new_address, running_anvil
from tokenpay.ethereum.erc20 import TRANSFER_TOPIC
from tokenpay.money.address import Address

ROUNDS = 15
BLOCKS = 32
"""So many blocks, with a token transfer in each."""
GOAL = 3
Spent = tuple[float, float]
"""Seconds of this process's CPU and of wall time."""
Answers = tuple[list[bytes], list[tuple[bytes, int, int]], list[tuple[bytes, bool]]]
"""Hashes of the blocks; transaction, log index and units of each transfer; transaction and success of each receipt."""


def run() -> list[Row]:
    """Take turns between the two ways, and compare round by round."""
    with running_anvil(anvil_path()) as url:
        world = anvil_world_at(url)
        numbers, transactions = _history(world)
        web3 = Web3(HTTPProvider(url))
        ways = {
            "adapter": lambda: _adapter(world, numbers, transactions),
            "web3.py": lambda: _serial(web3, world.token, numbers, transactions),
        }
        said = [way() for way in ways.values()]
        if said[0] != said[1] or len(said[0][1]) != BLOCKS:
            raise RuntimeError("the two ways do not give the same answers")
        rounds = []
        for number in range(ROUNDS):
            order = list(ways)[:: 1 if number % 2 else -1]
            rounds.append({name: _spent(ways[name]) for name in order})
    calls = len(numbers) * 2 + len(transactions)
    return [
        *(_ratio(rounds, which, kind) for which, kind in ((1, "wall"), (0, "CPU"))),
        *(_rate(rounds, name, calls) for name in ways),
    ]


def _history(world: World) -> tuple[list[int], list[bytes]]:
    """Make the blocks; return their numbers and the hashes of the transactions in them."""
    payer = world.person(units=10**6)
    transactions = [payer.transfer(world.token, new_address(), 1) for _ in range(BLOCKS)]
    newest = world.chain.head().number
    return list(range(newest - BLOCKS + 1, newest + 1)), transactions


def _adapter(world: World, numbers: list[int], transactions: list[bytes]) -> Answers:
    blocks = world.chain.blocks(numbers)
    logs = world.chain.transfers(blocks, [world.token])
    receipts = world.chain.receipts(transactions)
    return (
        [block.hash for block in blocks],
        [(log.transaction_hash, log.log_index, log.units) for log in logs],
        [(receipt.transaction_hash, receipt.succeeded) for receipt in receipts if receipt is not None],
    )


def _serial(web3: Web3, token: Address, numbers: list[int], transactions: list[bytes]) -> Answers:
    hashes: list[bytes] = []
    logs: list[tuple[bytes, int, int]] = []
    topic = "0x" + TRANSFER_TOPIC.hex()
    for number in numbers:
        block: Any = web3.eth.get_block(number)
        hashes.append(bytes(block["hash"]))
        query: Any = {"blockHash": block["hash"], "address": token.text, "topics": [topic]}
        for log in web3.eth.get_logs(query):
            logs.append((bytes(log["transactionHash"]), log["logIndex"], int.from_bytes(log["data"], "big")))
    receipts: list[Any] = [web3.eth.get_transaction_receipt("0x" + of.hex()) for of in transactions]  # type: ignore[arg-type]
    return hashes, logs, [(bytes(one["transactionHash"]), one["status"] == 1) for one in receipts]


def _spent(way: Callable[[], object]) -> Spent:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    way()
    return time.process_time() - cpu_s, time.perf_counter() - wall_s


def _ratio(rounds: list[dict[str, Spent]], which: int, kind: str) -> Row:
    ratios = [each["web3.py"][which] / each["adapter"][which] for each in rounds]
    return Row(
        what=f"a range of blocks, logs and receipts: times web3.py's serial calls, {kind} time",
        figure=f"{median(ratios):.2f}",
        spread=spread(ratios, "{:.2f}"),
        goal=f"{GOAL} or more",
        missed=median(ratios) < GOAL,
    )


def _rate(rounds: list[dict[str, Spent]], name: str, calls: int) -> Row:
    """Calls that web3.py makes for the same answers, by which both are counted."""
    rates = [calls / each[name][1] for each in rounds]
    return Row(what=f"… {name}", figure=f"{median(rates):,.0f} answers a second", spread=spread(rates, "{:,.0f}"))
