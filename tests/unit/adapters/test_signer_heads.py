"""The local signer signs heads that only grow, whatever a database says, and remembers over a restart."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.adapters.test_signer_requests import SEED
from tokenpay.adapters.signer.head_memory import HeadMemory
from tokenpay.adapters.signer.local import LocalSigner
from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.audit.proofs import TreePass, consistency_path
from tokenpay.audit.signed_head import StreamHead, verify_head
from tokenpay.audit.tree import EMPTY, TreeHead
from tokenpay.errors import SignerRefused, SignerUnavailable
from tokenpay.wallets.secret import Secret

LEAVES = [bytes([number]) * 32 for number in range(20)]


def signer(path: Path | None = None) -> LocalSigner:
    rules = SignerRules(operators={}, fee_caps_wei={}, alone_units={})
    return LocalSigner(Secret(SEED), rules, SignerMemory(None), HeadMemory(path))


def head(size: int, *, leaves: list[bytes] = LEAVES, at_s: int = 100) -> StreamHead:
    tree = EMPTY.after(leaves[:size]).head()
    return StreamHead(bank="B", stream="main", size=size, root=tree.root, hash=leaves[size - 1], at_s=at_s)


def proof(older: int, size: int, leaves: list[bytes] = LEAVES) -> tuple[bytes, ...]:
    path = consistency_path(older, size)
    read = TreePass(path)
    for leaf in leaves[:size]:
        read.add(leaf)
    return read.nodes(path)


def test_heads_that_grow_are_signed_and_the_same_again_too() -> None:
    mine = signer()
    assert mine.last_head("main") is None
    for older, size in ((0, 3), (3, 3), (3, 7), (7, 20)):
        signed = mine.sign_head(head(size), proof(older, size))
        assert verify_head(signed, mine.head_key()) == head(size)
        assert mine.last_head("main") == TreeHead(size=size, root=head(size).root)
    assert mine.last_head("other") is None


OTHER = [*LEAVES[:2], b"\xff" * 32, *LEAVES[3:]]
CONTRADICTIONS = {
    "smaller": (head(5), proof(5, 5)),
    "the same size of other records": (head(7, leaves=OTHER), ()),
    "larger of other records": (head(9, leaves=OTHER), proof(7, 9, OTHER)),
    "larger with another proof": (head(9), proof(6, 9)),
    "larger without a proof": (head(9), ()),
}


@pytest.mark.parametrize("way", CONTRADICTIONS)
def test_what_contradicts_a_signed_head_is_never_signed(way: str, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    signer(path).sign_head(head(7), ())
    for mine in (signer(path), signer(path)):
        with pytest.raises(SignerRefused):
            mine.sign_head(*CONTRADICTIONS[way])
        assert mine.last_head("main") == TreeHead(size=7, root=head(7).root)
        mine.sign_head(replace(head(7), at_s=200), ())


def test_two_processes_share_one_memory(tmp_path: Path) -> None:
    one, two = (signer(tmp_path / "heads.jsonl") for _ in range(2))
    one.sign_head(head(3), ())
    two.sign_head(head(7), proof(3, 7))
    with pytest.raises(SignerRefused):
        one.sign_head(head(5), proof(3, 5))
    one.sign_head(head(9), proof(7, 9))


def test_a_torn_line_was_never_signed_and_a_damaged_one_stops(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    signer(path).sign_head(head(3), ())
    whole = path.read_bytes()
    path.write_bytes(whole + b'["main",9,"')
    assert signer(path).last_head("main") == TreeHead(size=3, root=head(3).root)
    assert path.read_bytes() == whole
    path.write_bytes(b'["main",9,"zz"]\n')
    with pytest.raises(SignerUnavailable):
        signer(path).sign_head(head(9), ())
    with pytest.raises(SignerUnavailable):
        signer(tmp_path / "none" / "heads.jsonl").sign_head(head(9), ())
