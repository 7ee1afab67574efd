"""What a signer has signed: kept beside its keys, so that no edited or restored database pays a thing twice."""

import json
import os
from collections import ChainMap
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from tokenpay.errors import InvalidInput, SignedBefore, SignerUnavailable
from tokenpay.primitives.strict_json import read_json

_MAX_LINE = 1_024  # characters: a hash and two numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a payment, by the hash of its intent, is signed: at this nonce of this chain."""

    payment: bytes
    chain_id: int
    nonce: int


class SignerMemory:
    """A file of (payment, chain, nonce), a line each, written through to the disk before a signature leaves.

    One payment keeps its nonce over all fee bumps, and one nonce its payment: the chain includes at most
    one transaction a nonce, so nothing is paid twice. Several processes may share the file. It is made with
    the wallet and never anew: where it is gone, nothing is signed. No `path`: it is kept in memory, for tests.

    A line that can be read need not be on the disk: another process may have been killed before it was synced, or was
    told that it could not be. So each process writes and syncs its own before it signs, once a payment; and when that
    failed it signs no more, since after a failed sync another that succeeds proves nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._read_to = 0
        self._nonces: dict[str, tuple[int, int]] = {}
        self._payments: dict[tuple[int, int], str] = {}
        self._synced: set[str] = set()
        self._failed = False

    def remember(self, places: Sequence[Place]) -> list[SignedBefore | None]:
        """Note where payments are signed, all at once; SignedBefore stands for one that contradicts what was noted.

        Raises SignerUnavailable when the file cannot be read or written: then nothing is signed, and after a write that
        failed nothing more until the wallet is opened again.
        """
        if not places:
            return []
        if self._failed:
            raise SignerUnavailable("the record of what was signed could not be written: see to its disk, start again")
        with self._whole() as descriptor:
            nonces, payments = ChainMap({}, self._nonces), ChainMap({}, self._payments)
            answers = [_note(each, nonces, payments) for each in places]
            fresh = {payment: at for payment, at in nonces.maps[0].items() if payment not in self._synced}
            if fresh:
                self._append(descriptor, "".join(json.dumps([payment, *at]) + "\n" for payment, at in fresh.items()))
                for payment, at in fresh.items():
                    self._take(payment, at)  # only what is on the disk is known
                self._synced.update(fresh)
            return answers

    def _take(self, payment: str, place: tuple[int, int]) -> None:
        self._nonces[payment] = place
        self._payments[place] = payment

    @contextmanager
    def _whole(self) -> Iterator[int | None]:
        """Hold the file alone, with every line in it taken in."""
        if self._path is None:
            yield None
            return
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND)
            try:
                flock(descriptor, LOCK_EX)
                with open(self._path, "rb") as file:
                    file.seek(self._read_to)
                    for line in file:
                        if not line.endswith(b"\n"):
                            os.ftruncate(descriptor, self._read_to)  # torn: its signature never left
                            break
                        entry: Any = read_json(line.decode(), max_characters=_MAX_LINE, max_depth=1)
                        payment, chain_id, nonce = entry
                        self._take(payment, (chain_id, nonce))
                        self._read_to += len(line)
                yield descriptor
            finally:
                os.close(descriptor)
        except (OSError, ValueError, TypeError, InvalidInput):
            raise SignerUnavailable("the record of what was signed cannot be read or written") from None

    def _append(self, descriptor: int | None, lines: str) -> None:
        if descriptor is None:
            return
        self._failed = True
        written = os.write(descriptor, lines.encode())
        os.fsync(descriptor)
        if written != len(lines):
            raise OSError("a short write")
        self._failed = False
        self._read_to += written


def _note(
    place: Place, nonces: MutableMapping[str, tuple[int, int]], payments: MutableMapping[tuple[int, int], str]
) -> SignedBefore | None:
    """Note where a payment is signed, or say what contradicts it."""
    at, payment = (place.chain_id, place.nonce), place.payment.hex()
    if nonces.get(payment, at) != at:
        return SignedBefore("this payment was signed before, at another nonce")
    if payments.get(at, payment) != payment:
        return SignedBefore("another payment was signed at this nonce before")
    nonces[payment], payments[at] = at, payment
    return None
