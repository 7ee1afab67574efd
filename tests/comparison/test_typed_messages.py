"""Each invalid typed message is refused by the rule it breaks, and its valid twin hashed as the peers hash it."""

from typing import get_args

import pytest

from tests.comparison import ACCEPTS
from tests.comparison.invalid_typed_messages import cases
from tests.comparison.typed_messages import ask, ask_tokenpay, rows
from tokenpay.ethereum.typed_data_parts.rule import TypedDataRule

CASES = list(cases())
# EIP-712 allows a struct that holds itself in an array; ethers does not.
STRICTER = {("ethers", "recursive_type")}
# These are broken by size or by what is no JSON at all, and stand with the tests of the reader.
NOT_COMPARED = {"json", "too_deep", "too_large"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_it_is_refused_by_its_rule_and_its_twin_is_not(case):
    assert ask_tokenpay(case.text) == (None, case.rule)
    assert ask_tokenpay(case.twin)[0]


def test_every_rule_has_its_cases():
    assert {case.rule for case in CASES} == set(get_args(TypedDataRule)) - NOT_COMPARED
    assert len({case.what for case in CASES}) == len({case.text for case in CASES}) == len(CASES) > 35


@pytest.mark.parametrize("peer", ["eth-account", "ethers", "viem"])
def test_the_peers_hash_the_twins_as_we_do(peer, peers):
    for case, theirs in zip(CASES, ask(peers, peer, [case.twin for case in CASES]), strict=True):
        if theirs is not None or not (peer in case.unseen_by or (peer, case.rule) in STRICTER):
            assert theirs == ask_tokenpay(case.twin)[0], case.what


def test_each_peer_accepts_what_is_shown_and_not_signed(peers):
    (shown,) = (row for row in rows(peers) if row.what == "a key that no type declares")
    assert set(shown.answers.values()) == {ACCEPTS}
