"""10,000 random transactions and 10,000 authorizations agree with eth-account to the byte, and random typed messages
with eth-account and ethers.

The long runs are commands of their own:

    python -m tests.benchmarks.crosscheck --cases 1000000
    python -m tests.benchmarks.crosscheck_typed_messages --cases 250000 --peer ethers
"""

from collections import Counter

import pytest

from tests.benchmarks.crosscheck import crosscheck
from tests.benchmarks.crosscheck_typed_messages import ask_eth_account, ask_ethers, crosscheck as crosscheck_messages


@pytest.mark.parametrize("seed", range(4))
def test_signing_agrees_with_eth_account(seed):
    assert Counter(crosscheck(2_500, seed)) == {"transaction": 2_500, "authorization": 2_500}


def unexplained(found):
    assert len(found) > 20, "every kind of message and many rules were there"
    return {result: count for result, count in found.items() if result.startswith("differs")}


def test_typed_messages_agree_with_eth_account():
    assert not unexplained(Counter(crosscheck_messages(1_000, 712, ask_eth_account, "eth-account")))


def test_typed_messages_agree_with_ethers(peers):
    assert not unexplained(Counter(crosscheck_messages(1_000, 713, ask_ethers(peers), "ethers")))
