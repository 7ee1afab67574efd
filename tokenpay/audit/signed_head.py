"""Heads that a bank signs and that leave it: against them, what the bank itself holds is proved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tokenpay.audit.proofs import verify_consistency
from tokenpay.audit.tree import TreeHead
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.canonical import Value, canonical_bytes, canonical_text
from tokenpay.primitives.strict_json import read_json

_FORMAT = "tokenpay/audit-head/1"
_MOST_CHARACTERS = 2**16
_LENGTHS = {"root": 32, "hash": 32, "key": 32, "signature": 64}
_NUMBERS = frozenset({"size", "at_s"})
_FIELDS = frozenset({"format", "bank", "stream", *_LENGTHS, *_NUMBERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHead:
    """Where a stream of a bank stood at `at_s`: its number of records, their tree's root, and the last one's hash."""

    bank: str
    stream: str
    size: int
    root: bytes
    hash: bytes
    at_s: int

    def tree(self) -> TreeHead:
        """Return the head of the stream's tree alone."""
        return TreeHead(size=self.size, root=self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A stream's head under the bank's own signature (Ed25519, RFC 8032); `key` is the 32 bytes that verify it."""

    head: StreamHead
    key: bytes
    signature: bytes

    def text(self) -> str:
        """Return the head as one line of canonical JSON: what leaves, as a file, on paper, or to another database."""
        return canonical_text(self.fields())

    def fields(self) -> dict[str, Value]:
        """Return what the line says, by name."""
        return {**_content(self.head), "key": self.key.hex(), "signature": self.signature.hex()}


def sign_stream_head(head: StreamHead, key: Ed25519PrivateKey) -> SignedHead:
    """Return a head under this key's signature."""
    signature = key.sign(canonical_bytes(_content(head)))
    return SignedHead(head=head, key=key.public_key().public_bytes_raw(), signature=signature)


def verify_head(signed: SignedHead, key: bytes) -> StreamHead:
    """Return what a head says once it is proved to be signed by this very key, else raise IntegrityError."""
    stream, size = signed.head.stream, signed.head.size
    if signed.key != key:
        raise IntegrityError("a head is signed by another key than the bank's", stream=stream, size=size)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed.signature, canonical_bytes(_content(signed.head)))
    except (InvalidSignature, ValueError):
        raise IntegrityError("a head's signature is wrong", stream=stream, size=size) from None
    return signed.head


def read_signed(text: str) -> SignedHead:
    """Return the head that stands in a line as `SignedHead.text` writes it, not verified; raises InvalidInput."""
    try:
        found = read_json(text, max_characters=_MOST_CHARACTERS, max_depth=1)
        if not isinstance(found, dict):
            raise InvalidInput("no head")
        return head_of(found)
    except (InvalidInput, TypeError, ValueError):
        raise InvalidInput("this is no signed head of an audit stream") from None


def head_of(found: dict[str, Any]) -> SignedHead:
    """Return the head that these fields say; raises InvalidInput for fields of another kind."""
    if found.keys() != _FIELDS or found["format"] != _FORMAT:
        raise InvalidInput("this is no signed head of an audit stream")
    if any(type(found[name]) is not (int if name in _NUMBERS else str) for name in _FIELDS):
        raise InvalidInput("this is no signed head of an audit stream")
    raw = {name: bytes.fromhex(found[name]) for name in _LENGTHS}
    if any(len(raw[name]) != length or raw[name].hex() != found[name] for name, length in _LENGTHS.items()):
        raise InvalidInput("this is no signed head of an audit stream")
    if found["size"] < 1:
        raise InvalidInput("a head of no record says nothing")
    head = StreamHead(
        bank=found["bank"],
        stream=found["stream"],
        size=found["size"],
        root=raw["root"],
        hash=raw["hash"],
        at_s=found["at_s"],
    )
    return SignedHead(head=head, key=raw["key"], signature=raw["signature"])


def _content(head: StreamHead) -> dict[str, Value]:
    return {
        "format": _FORMAT,
        "bank": head.bank,
        "stream": head.stream,
        "size": head.size,
        "root": head.root.hex(),
        "hash": head.hash.hex(),
        "at_s": head.at_s,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadStep:
    """A signed head, and the proof that its tree only added to the one of `older` records that was signed before."""

    signed: SignedHead
    older: int
    proof: tuple[bytes, ...]

    def text(self) -> str:
        """Return the step as one line of canonical JSON."""
        proof = [node.hex() for node in self.proof]
        return canonical_text({"head": self.signed.fields(), "older": self.older, "proof": proof})


def read_step(text: str) -> HeadStep:
    """Return the step that stands in a line, or in one that holds a head alone, not verified; raises InvalidInput."""
    try:
        found = read_json(text, max_characters=_MOST_CHARACTERS, max_depth=3)
        if not isinstance(found, dict) or "head" not in found:
            return HeadStep(signed=read_signed(text), older=0, proof=())
        if found.keys() != {"head", "older", "proof"} or type(found["older"]) is not int:
            raise InvalidInput("no step")
        proof = tuple(bytes.fromhex(node) for node in found["proof"])
        return HeadStep(signed=head_of(found["head"]), older=found["older"], proof=proof)
    except (InvalidInput, TypeError, ValueError, AttributeError):
        raise InvalidInput("this is no signed head of an audit stream") from None


def read_heads(text: str) -> list[HeadStep]:
    """Return the heads that stand in a text, a line each, not verified: a file that left, or a code that was scanned.

    Raises InvalidInput for a line of anything else, and for a text without one.
    """
    steps = [read_step(line) for line in text.splitlines() if line.strip()]
    if not steps:
        raise InvalidInput("this is no signed head of an audit stream")
    return steps


def verify_heads(steps: Iterable[HeadStep], key: bytes) -> list[StreamHead]:
    """Return the heads once each is signed by this key and each stream's trees are proved to have only grown.

    What two heads of one stream contradict is found from the heads alone, without a record. Heads that no proof
    joins are compared where they are of one size. Raises IntegrityError.
    """
    seen: dict[tuple[str, int], StreamHead] = {}
    heads = list[StreamHead]()
    for step in sorted(steps, key=lambda step: (step.signed.head.stream, step.signed.head.size)):
        head = verify_head(step.signed, key)
        before = seen.setdefault((head.stream, head.size), head)
        if (before.root, before.hash) != (head.root, head.hash):
            raise IntegrityError("two heads of one size contradict each other", stream=head.stream, size=head.size)
        older = seen.get((head.stream, step.older))
        if older is not None and older is not head and step.older < head.size:
            verify_consistency(older.tree(), head.tree(), step.proof)
        heads.append(head)
    return heads
