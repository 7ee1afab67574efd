"""Random transactions of every kind agree with eth-account and ethers to the byte, authorizations with eth-account.

The long runs are commands of their own:

    python -m tests.benchmarks.crosscheck --cases 250000
    python -m tests.benchmarks.crosscheck --cases 250000 --peer ethers
    python -m tests.benchmarks.crosscheck_authorizations --cases 1000000
"""

from collections import Counter

from tests.benchmarks import crosscheck_authorizations
from tests.benchmarks.crosscheck import RULES, ask_eth_account, ask_ethers, crosscheck
from tests.benchmarks.random_transactions import KINDS


def check(found, peer, cases):
    assert not {result: count for result, count in found.items() if result.startswith("differs")}
    for kind in KINDS:
        assert found[f"{kind} agrees"] > cases / 2
    assert {rule for rule in RULES[peer] if any(result.endswith(rule) for result in found)} == set(RULES[peer])


def test_transactions_agree_with_eth_account():
    check(Counter(crosscheck(1_000, 1, ask_eth_account, "eth-account")), "eth-account", 1_000)


def test_transactions_agree_with_ethers(peers):
    check(Counter(crosscheck(1_000, 2, ask_ethers(peers), "ethers")), "ethers", 1_000)


def test_authorizations_agree_with_eth_account():
    assert Counter(crosscheck_authorizations.crosscheck(1_000, 0)) == {"agrees": 1_000}
