"""1,000 random typed messages agree with eth-account, and 1,000 with ethers.

The long runs are commands of their own: python -m tests.benchmarks.crosscheck_typed_messages --cases 250000
"""

from collections import Counter

from tests.benchmarks.crosscheck_typed_messages import ask_eth_account, ask_ethers, crosscheck


def unexplained(found):
    assert len(found) > 20, "every kind of message and many rules were there"
    return {result: count for result, count in found.items() if result.startswith("differs")}


def test_they_agree_with_eth_account():
    assert not unexplained(Counter(crosscheck(1_000, 712, ask_eth_account, "eth-account")))


def test_they_agree_with_ethers(peers):
    assert not unexplained(Counter(crosscheck(1_000, 713, ask_ethers(peers), "ethers")))
