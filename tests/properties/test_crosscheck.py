"""10,000 random transactions and 10,000 authorizations agree with eth-account to the byte.

The long run is a command of its own: python -m tests.benchmarks.crosscheck --cases 1000000
"""

from collections import Counter

import pytest

from tests.benchmarks.crosscheck import crosscheck


@pytest.mark.parametrize("seed", range(4))
def test_signing_agrees_with_eth_account(seed):
    assert Counter(crosscheck(2_500, seed)) == {"transaction": 2_500, "authorization": 2_500}
