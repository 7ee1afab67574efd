"""The Merkle tree over one stream: RFC 6962, section 2.1, grown without keeping its leaves.

A leaf is a record's hash. What is kept of a tree of n leaves is its frontier: the roots of the complete subtrees that
n is made of, at most 64 hashes for any stream there can be, from which it grows on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from tokenpay.errors import IntegrityError

HASH_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """How many leaves a tree has, and the hash over all of them."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The roots of the complete subtrees that a tree of `size` leaves is made of, the largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count() or {*map(len, self.nodes)} - {HASH_BYTES}:
            raise IntegrityError("a tree of that size has other subtrees")

    @classmethod
    def of(cls, size: int, joined: bytes) -> "Frontier":
        """Return the frontier that `joined` was written of; raises IntegrityError."""
        return cls(size=size, nodes=tuple(parted(joined)))

    def joined(self) -> bytes:
        """Return all nodes in their order as one text of bytes."""
        return b"".join(self.nodes)

    def after(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier as it is once these leaves were added, level by level: O(1) hashes a leaf."""
        level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
        size, nodes, grown, bit = self.size + len(level), list(self.nodes), list[bytes](), 0
        while level:
            if self.size >> bit & 1:
                level.insert(0, nodes.pop())
            if len(level) & 1:
                grown.append(level.pop())
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            bit += 1
        return Frontier(size=size, nodes=(*nodes, *reversed(grown)))

    def head(self) -> TreeHead:
        """Return the tree's head: of no leaves, the hash of nothing."""
        return TreeHead(size=self.size, root=folded(self.nodes))

    def spans(self) -> Iterator[tuple[range, bytes]]:
        """Yield each node with the leaves that it stands for, from the left."""
        begin = 0
        for node, bit in zip(self.nodes, reversed(_bits(self.size)), strict=True):
            yield range(begin, begin + bit), node
            begin += bit


EMPTY = Frontier()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def folded(nodes: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees that follow one another, the largest first."""
    if not nodes:
        return sha256().digest()
    root = nodes[-1]
    for node in reversed(nodes[:-1]):
        root = node_hash(node, root)
    return root


def parted(joined: bytes) -> Iterator[bytes]:
    """Yield the hashes that were written one behind the other; raises IntegrityError where one is cut."""
    if len(joined) % HASH_BYTES:
        raise IntegrityError("a stored list of hashes is cut off")
    return (joined[begin : begin + HASH_BYTES] for begin in range(0, len(joined), HASH_BYTES))


def _bits(size: int) -> list[int]:
    """The powers of two that make up a number, the smallest first."""
    return [1 << bit for bit in range(size.bit_length()) if size >> bit & 1]
