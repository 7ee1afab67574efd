"""Each invalid transaction is refused by the rule it breaks, and its valid twin is accepted."""

import pytest

from tests.comparison import ACCEPTS
from tests.comparison.invalid_transactions import cases
from tests.comparison.transactions import ask, broken_rule

CASES = list(cases())
# What the protocol allows and these peers do not.
STRICTER = {"nonce": ("ethers", "viem")}


def test_there_are_many_and_each_is_another():
    assert len({case.raw for case in CASES}) == len({case.what for case in CASES}) == len(CASES) > 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_it_is_refused_by_its_rule_and_its_twin_is_not(case):
    assert broken_rule(case.raw) == case.rule
    assert broken_rule(case.twin) is None


@pytest.mark.parametrize("peer", ["eth-account", "ethers", "viem"])
def test_the_peers_accept_the_twins(peer, peers):
    for case, answer in zip(CASES, ask(peers, peer, [case.twin for case in CASES]), strict=True):
        assert answer == ACCEPTS or peer in STRICTER.get(case.rule, ()), case.what
