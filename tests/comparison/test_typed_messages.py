"""Each invalid typed message is refused by the rule it breaks, and its valid twin hashed as the peers hash it."""

import pytest

from tests.comparison.typed_messages import ask_eth_account, ask_tokenpay, cases, peer_request

CASES = list(cases())
# EIP-712 allows a struct that holds itself, and a domain signed alone; these peers do not.
STRICTER = {("ethers", "recursive_type"), ("ethers", "undeclared_key"), ("eth-account", "undeclared_key")}


def by_name(case):
    return case.what


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_it_is_refused_by_its_rule_and_its_twin_is_not(case):
    assert ask_tokenpay(case.text) == f"refuses: {case.rule}"
    assert ask_tokenpay(case.twin).startswith("0x")


def test_eth_account_hashes_the_twins_as_we_do():
    for case in CASES:
        theirs = ask_eth_account(case.twin)
        if theirs.startswith("0x") or ("eth-account", case.rule) not in STRICTER:
            assert theirs == ask_tokenpay(case.twin), case.what


@pytest.mark.parametrize("peer", ["ethers", "viem"])
def test_ethers_and_viem_hash_the_twins_as_we_do(peer, peers):
    answers = peers.ask([peer_request(peer, case.twin) for case in CASES])
    for case, answer in zip(CASES, answers, strict=True):
        if "result" in answer or (peer, case.rule) not in STRICTER:
            assert answer.get("result") == ask_tokenpay(case.twin), case.what
