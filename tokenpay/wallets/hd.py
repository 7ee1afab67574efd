"""BIP-32: trees of keys, where addresses grow from a public key alone."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Self

from tokenpay.errors import InvalidInput, InvalidPath
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey, PublicKey
from tokenpay.wallets import base58
from tokenpay.wallets.secret import Secret

HARDENED = 2**31
ETHEREUM_ACCOUNT = "m/44'/60'/0'"
"""The BIP-44 account below which addresses are derived from the public key, as 0/index."""

_PATH = re.compile(r"m(?:/(?:0|[1-9][0-9]{0,9})'?)*")
_XPRV = bytes.fromhex("0488ade4")
_XPUB = bytes.fromhex("0488b21e")
_MAX_DEPTH = 255


def parse_path(text: str) -> tuple[int, ...]:
    """Read `m/44'/60'/0'/0/5` as child indexes, hardened ones 2**31 and up; raises InvalidPath."""
    if _PATH.fullmatch(text) is None:
        raise InvalidPath("a path is written like m/44'/60'/0'/0/5")
    _, *steps = text.split("/")
    if len(steps) > _MAX_DEPTH:
        raise InvalidPath("a tree of keys is at most 255 levels deep")
    indexes = []
    for step in steps:
        number = int(step.rstrip("'"))
        if number >= HARDENED:
            raise InvalidPath("each step of a path is below 2**31")
        indexes.append(number + HARDENED if step.endswith("'") else number)
    return tuple(indexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in its tree an extended key stands: its parent's fingerprint, its own index and chain code."""

    depth: int
    parent_fingerprint: bytes
    index: int
    chain_code: bytes = field(repr=False)

    def below(self, parent: PublicKey, index: int, chain_code: bytes) -> "Place":
        if self.depth == _MAX_DEPTH:
            raise InvalidPath("a tree of keys is at most 255 levels deep")
        fingerprint = _fingerprint(parent)
        return Place(depth=self.depth + 1, parent_fingerprint=fingerprint, index=index, chain_code=chain_code)

    def serialize(self, version: bytes, key: bytes) -> bytes:
        depth, index = bytes((self.depth,)), self.index.to_bytes(4, "big")
        return version + depth + self.parent_fingerprint + index + self.chain_code + key


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedPublicKey:
    """A public key that derives its non-hardened children. Watching it is enough to receive.

    Keep it as confidential as the books: with it, one child's private key gives up the parent's.
    """

    key: PublicKey
    place: Place
    _keyed: hmac.HMAC = field(init=False, compare=False, repr=False)
    """Copied for each child: to prepare one costs more than the child's own digest."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keyed", hmac.new(self.place.chain_code, digestmod="sha512"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an `xpub`; raises InvalidInput."""
        place, key = _read(text, _XPUB)
        return cls(key=PublicKey.from_bytes(key), place=place)

    def xpub(self) -> str:
        """Return the BIP-32 text."""
        return base58.encode_check(self.place.serialize(_XPUB, self.key.compressed()))

    def child(self, index: int) -> Self:
        """Return one child; raises InvalidPath for a hardened index, which needs the private key."""
        left, chain_code = self._split(index)
        return type(self)(key=self.key.add(left), place=self.place.below(self.key, index, chain_code))

    def derive(self, path: str) -> Self:
        """Return the key at `path`, whose `m` is this key; raises InvalidPath."""
        key = self
        for index in parse_path(path):
            key = key.child(index)
        return key

    def address(self) -> Address:
        """Return this key's own address."""
        return Address(self.key.address_bytes())

    def child_address(self, index: int) -> Address:
        """Return the address of one child, as `child(index).address()` with less work."""
        return Address(self.key.add(self._split(index)[0]).address_bytes())

    def _split(self, index: int) -> tuple[bytes, bytes]:
        if not 0 <= index < HARDENED:
            raise InvalidPath("a public key has the children 0 to 2**31 - 1")
        digest = self._keyed.copy()
        digest.update(self.key.compressed() + index.to_bytes(4, "big"))
        return _halves(digest.digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedPrivateKey:
    """A private key that derives all its children. Its repr shows no secret."""

    key: PrivateKey
    place: Place

    @classmethod
    def from_seed(cls, seed: Secret) -> Self:
        """Return the root of the tree that grows from 16 to 64 bytes; raises InvalidInput."""
        raw = seed.reveal()
        if not 16 <= len(raw) <= 64:
            raise InvalidInput("a seed has 16 to 64 bytes")
        left, chain_code = _halves(hmac.digest(b"Bitcoin seed", raw, "sha512"))
        place = Place(depth=0, parent_fingerprint=bytes(4), index=0, chain_code=chain_code)
        return cls(key=PrivateKey.from_bytes(left), place=place)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an `xprv`; raises InvalidInput."""
        place, key = _read(text, _XPRV)
        if key[0] != 0:
            raise InvalidInput("the key in an xprv begins with a zero byte")
        return cls(key=PrivateKey.from_bytes(key[1:]), place=place)

    def xprv(self) -> str:
        """Return the BIP-32 text: the secret itself, never to show or to log."""
        return base58.encode_check(self.place.serialize(_XPRV, b"\x00" + self.key.reveal()))

    def public(self) -> ExtendedPublicKey:
        """Return the half that derives addresses and cannot sign."""
        return ExtendedPublicKey(key=self.key.public_key, place=self.place)

    def child(self, index: int) -> Self:
        """Return one child, hardened from 2**31 up; raises InvalidPath."""
        if not 0 <= index < 2 * HARDENED:
            raise InvalidPath("a child's index is between 0 and 2**32 - 1")
        public = self.key.public_key
        data = public.compressed() if index < HARDENED else b"\x00" + self.key.reveal()
        left, chain_code = _halves(hmac.digest(self.place.chain_code, data + index.to_bytes(4, "big"), "sha512"))
        return type(self)(key=self.key.add(left), place=self.place.below(public, index, chain_code))

    def derive(self, path: str) -> Self:
        """Return the key at `path`, whose `m` is this key; raises InvalidPath."""
        key = self
        for index in parse_path(path):
            key = key.child(index)
        return key


def _halves(digest: bytes) -> tuple[bytes, bytes]:
    return digest[:32], digest[32:]


def _fingerprint(key: PublicKey) -> bytes:
    identifier = hashlib.new("ripemd160", hashlib.sha256(key.compressed()).digest(), usedforsecurity=False)
    return identifier.digest()[:4]


def _read(text: str, version: bytes) -> tuple[Place, bytes]:
    """Return the place and the 33 key bytes in the text of an extended key."""
    data = base58.decode_check(text)
    if len(data) != 78 or data[:4] != version:
        raise InvalidInput("not an extended key of the kind asked for (BIP-32, main network)")
    place = Place(
        depth=data[4],
        parent_fingerprint=data[5:9],
        index=int.from_bytes(data[9:13], "big"),
        chain_code=data[13:45],
    )
    if place.depth == 0 and (place.index != 0 or any(place.parent_fingerprint)):
        raise InvalidInput("a root key has no parent and no index")
    return place, data[45:]
