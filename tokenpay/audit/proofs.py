"""Proofs over a stream's tree: that a record stands in it, and that it only ever grew (RFC 6962, 2.1.1 and 2.1.2).

A proof is the hashes of some subtrees. Which, is told by the numbers alone; a `TreePass` finds them while it reads
the leaves once. A proof has at most about log2(size) hashes, whatever the stream.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from tokenpay.audit.tree import EMPTY, Frontier, TreeHead, folded, node_hash
from tokenpay.errors import IntegrityError, InvalidInput


def inclusion_path(index: int, size: int) -> list[range]:
    """Return the leaves of each subtree that proves leaf `index` (from 0) of `size`, in RFC 6962's order."""
    if not 0 <= index < size:
        raise InvalidInput("the tree has no such leaf", size=size)
    path, begin, end = list[range](), 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range(middle, end))
            end = middle
        else:
            path.append(range(begin, middle))
            begin = middle
    return path[::-1]


def consistency_path(older: int, size: int) -> list[range]:
    """Return the leaves of each subtree that proves a tree of `size` to begin with one of `older` leaves."""
    if not 0 <= older <= size:
        raise InvalidInput("a tree does not shrink", size=size)
    path, begin, end, whole = list[range](), 0, size, True
    while 0 < older < end:
        middle = begin + _split(end - begin)
        if older <= middle:
            path.append(range(middle, end))
            end = middle
        else:
            path.append(range(begin, middle))
            begin, whole = middle, False
    return path[::-1] if whole else [range(begin, end), *path[::-1]]


class TreePass:
    """Reads leaves once, in their order, and keeps the subtrees that were asked for: the memory is theirs alone.

    It may begin behind leaves that are gone, at their frontier. A subtree that lies wholly before it and is none of
    the frontier's own cannot be found; what begins at or behind the frontier needs none of those.
    """

    def __init__(self, wanted: Iterable[range], start: Frontier = EMPTY) -> None:
        self._wanted = set(wanted)
        self._stack = list(start.spans())
        self._found = {span: node for span, node in self._stack if span in self._wanted}
        self.size = start.size

    def add(self, leaf: bytes) -> None:
        """Take the next leaf in."""
        span, node = range(self.size, self.size + 1), sha256(b"\x00" + leaf).digest()
        self._keep(span, node)
        while self._stack and len(self._stack[-1][0]) == len(span):
            before, left = self._stack.pop()
            span, node = range(before.start, span.stop), node_hash(left, node)
            self._keep(span, node)
        self._stack.append((span, node))
        self.size += 1

    def frontier(self) -> Frontier:
        """Return the frontier of all that was read."""
        return Frontier(size=self.size, nodes=tuple(node for _, node in self._stack))

    def nodes(self, path: Sequence[range]) -> tuple[bytes, ...]:
        """Return the hashes of these subtrees; raises IntegrityError for one that the leaves did not lead to."""
        return tuple(self._node(span) for span in path)

    def _keep(self, span: range, node: bytes) -> None:
        if span in self._wanted:
            self._found[span] = node

    def _node(self, span: range) -> bytes:
        if span in self._found:
            return self._found[span]
        edge = [(part, node) for part, node in self._stack if part.start >= span.start]
        if span.stop != self.size or not edge or edge[0][0].start != span.start:
            raise IntegrityError("the records that a proof needs are not there")
        return folded([node for _, node in edge])


def verify_inclusion(leaf: bytes, *, index: int, proof: Sequence[bytes], head: TreeHead) -> TreeHead:
    """Return the head in whose tree `leaf` stands at `index`, counted from 0 (RFC 9162, section 2.1.3.2).

    Raises IntegrityError for a proof of anything else.
    """
    if not 0 <= index < head.size:
        raise IntegrityError("the proof is of no record of that tree", seq=index + 1)
    path = inclusion_path(index, head.size)
    if len(path) != len(proof):
        raise IntegrityError("the proof has another length than that record's", seq=index + 1)
    node = sha256(b"\x00" + leaf).digest()
    for span, beside in zip(path, proof, strict=True):
        node = node_hash(beside, node) if span.stop <= index else node_hash(node, beside)
    if node != head.root:
        raise IntegrityError("the record does not stand in that tree", seq=index + 1)
    return head


def verify_consistency(older: TreeHead, head: TreeHead, proof: Sequence[bytes]) -> TreeHead:
    """Return `head` once it is proved that its tree begins with all leaves of `older` (RFC 9162, section 2.1.4.2).

    Raises IntegrityError for a tree that shrank, or that holds other leaves where `older` has its own.
    """
    if older.size > head.size:
        raise IntegrityError("the tree has fewer records than it had", seq=head.size + 1)
    path = consistency_path(older.size, head.size)
    if len(path) != len(proof):
        raise IntegrityError("the proof has another length than one between those trees", seq=older.size + 1)
    if not older.size or older.size == head.size:
        if older.root != (head.root if older.size else EMPTY.head().root):
            raise IntegrityError("the tree holds other records than it held", seq=1)
        return head
    known = list(zip(path, proof, strict=True))
    if older.size & (older.size - 1) == 0:  # the old tree is a subtree of the new: its root is not sent along
        known.insert(0, (range(older.size), older.root))
    (_, before), (_, after) = known[0], known[0]
    for span, node in known[1:]:
        if span.stop <= older.size:
            before, after = node_hash(node, before), node_hash(node, after)
        else:
            after = node_hash(after, node)
    if before != older.root or after != head.root:
        raise IntegrityError("the tree holds other records than it held", seq=older.size)
    return head


def _split(size: int) -> int:
    """The largest power of two smaller than `size`: where RFC 6962 parts a tree."""
    return 1 << ((size - 1).bit_length() - 1)
