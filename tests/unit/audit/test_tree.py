"""Trees that grow, and the proofs over them, against the figures of the Certificate Transparency reference tests."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from tests.unit.audit.test_merkle import LEAVES, ROOTS
from tokenpay.audit.merkle import merkle_root
from tokenpay.audit.proofs import TreePass, consistency_path, inclusion_path, verify_consistency, verify_inclusion
from tokenpay.audit.tree import EMPTY, Frontier, TreeHead
from tokenpay.errors import IntegrityError, InvalidInput

MOST = 40
MANY = [bytes([number]) * 3 for number in range(MOST)]

# Published: (leaf from 1, tree size) and the path; (older, newer) and the proof.
INCLUSION: dict[tuple[int, int], list[str]] = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY: dict[tuple[int, int], list[str]] = {
    (1, 1): [],
    (1, 8): INCLUSION[1, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def head(leaves: Sequence[bytes]) -> TreeHead:
    return TreeHead(size=len(leaves), root=merkle_root(leaves))


def proved(path: Sequence[range], leaves: Sequence[bytes], start: int = 0) -> tuple[bytes, ...]:
    read = TreePass(path, EMPTY.after(leaves[:start]))
    for leaf in leaves[start:]:
        read.add(leaf)
    assert read.frontier() == EMPTY.after(leaves)
    return read.nodes(path)


@pytest.mark.parametrize(("number", "size"), INCLUSION)
def test_published_inclusion_proofs(number: int, size: int) -> None:
    proof = proved(inclusion_path(number - 1, size), LEAVES[:size])
    assert [node.hex() for node in proof] == INCLUSION[number, size]
    tree = TreeHead(size=size, root=bytes.fromhex(ROOTS[size]))
    assert verify_inclusion(LEAVES[number - 1], index=number - 1, proof=proof, head=tree) == tree


@pytest.mark.parametrize(("older", "size"), CONSISTENCY)
def test_published_consistency_proofs(older: int, size: int) -> None:
    proof = proved(consistency_path(older, size), LEAVES[:size])
    assert [node.hex() for node in proof] == CONSISTENCY[older, size]
    before, after = (TreeHead(size=leaves, root=bytes.fromhex(ROOTS[leaves])) for leaves in (older, size))
    assert verify_consistency(before, after, proof) == after


@pytest.mark.parametrize("size", range(MOST + 1))
def test_a_frontier_grows_to_the_published_root_however_it_is_fed(size: int) -> None:
    for step in (1, 2, 3, 7, MOST):
        grown = EMPTY
        for begin in range(0, size, step):
            grown = grown.after(MANY[begin : min(begin + step, size)])
        assert grown.head() == head(MANY[:size])
        assert len(grown.nodes) <= max(size.bit_length(), 0)
        assert Frontier.of(size, grown.joined()) == grown


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_record_is_proved_by_a_logarithm_of_hashes_and_no_other_is(size: int) -> None:
    tree = head(MANY[:size])
    paths = [inclusion_path(index, size) for index in range(size)]
    read = TreePass([span for path in paths for span in path])
    for leaf in MANY[:size]:
        read.add(leaf)
    for index, path in enumerate(paths):
        proof = read.nodes(path)
        assert len(proof) <= (size - 1).bit_length()
        assert verify_inclusion(MANY[index], index=index, proof=proof, head=tree) == tree
        for other in {0, index - 1, index + 1, size - 1} - {index}:
            with pytest.raises(IntegrityError):
                verify_inclusion(MANY[index], index=other, proof=proof, head=tree)
        with pytest.raises(IntegrityError):
            verify_inclusion(b"another", index=index, proof=proof, head=tree)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_growth_is_proved_from_the_older_frontier_alone(size: int) -> None:
    for older in range(size + 1):
        path = consistency_path(older, size)
        proof = proved(path, MANY[:size], start=older)
        assert len(proof) <= size.bit_length() + 1
        assert verify_consistency(head(MANY[:older]), head(MANY[:size]), proof) == head(MANY[:size])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_tree_that_holds_something_else_is_never_proved(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, MOST))
    older = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, older - 1))
    leaves = [*MANY[:changed], b"changed", *MANY[changed + 1 :]]
    proof = proved(consistency_path(older, size), leaves[:size])
    with pytest.raises(IntegrityError):
        verify_consistency(head(MANY[:older]), head(leaves[:size]), proof)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_proof_with_one_bit_changed_proves_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, MOST))
    index, older = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    included = proved(inclusion_path(index, size), MANY[:size])
    grown = proved(consistency_path(older, size), MANY[:size])
    tree, before = head(MANY[:size]), head(MANY[:older])
    for proof, verify in (
        (included, lambda wrong: verify_inclusion(MANY[index], index=index, proof=wrong, head=tree)),
        (grown, lambda wrong: verify_consistency(before, tree, wrong)),
    ):
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        number = int.from_bytes(proof[place]) ^ 1 << bit
        bad = [*proof[:place], number.to_bytes(32), *proof[place + 1 :]]
        for wrong in (bad, proof[1:], [*proof, proof[0]]):
            with pytest.raises(IntegrityError):
                verify(tuple(wrong))


def test_a_tree_that_shrank_or_forked_at_its_size_is_refused() -> None:
    with pytest.raises(IntegrityError, match="fewer"):
        verify_consistency(head(MANY[:5]), head(MANY[:4]), ())
    with pytest.raises(IntegrityError, match="other records"):
        verify_consistency(head(MANY[:5]), replace(head(MANY[:5]), root=bytes(32)), ())
    with pytest.raises(IntegrityError, match="other records"):
        verify_consistency(TreeHead(size=0, root=bytes(32)), head(MANY[:5]), ())


def test_what_no_tree_has_is_no_frontier() -> None:
    for size, nodes in ((3, (bytes(32),)), (1, ()), (1, (b"short",)), (-1, ())):
        with pytest.raises(IntegrityError):
            Frontier(size=size, nodes=nodes)
    with pytest.raises(IntegrityError, match="cut off"):
        Frontier.of(1, bytes(31))
    with pytest.raises(InvalidInput):
        inclusion_path(3, 3)
    with pytest.raises(InvalidInput):
        consistency_path(4, 3)
    with pytest.raises(IntegrityError, match="not there"):
        proved([range(0, 1)], MANY[:5], start=3)
