"""What a signer has signed: kept beside its keys, so that no edited or restored database pays a thing twice."""

from collections import ChainMap
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenpay.adapters.signer.synced_lines import SyncedLines
from tokenpay.errors import IntegrityError, SignedBefore, SignerRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a payment, by the hash of its intent, is signed: at this nonce of this chain.

    `fills` is a no-op, which pays nobody: it may take over the nonce of a payment that was given up. With `only_again`
    nothing is signed that was not signed there before.
    """

    payment: bytes
    chain_id: int
    nonce: int
    fills: bool = False
    only_again: bool = False


_RULES = "rules"
"""What a line begins with that says which version the signer's rules are; payments are hexadecimal."""


class SignerMemory:
    """A file of (payment, chain, nonce), a line each, written through to the disk before a signature leaves.

    Beside them stands the newest version of the signer's rules: an older copy of those does not open again.

    One payment keeps its nonce over all fee bumps, and one nonce its payment, or the no-op that took it over: the chain
    includes at most one transaction a nonce, so nothing is paid twice. It is made with the wallet and never anew: where
    it is gone, nothing is signed. No `path`: it is kept in memory, for tests.

    Each process writes and syncs its own lines before it signs, once a payment, also where another's say the same:
    those need not be on the disk.
    """

    def __init__(self, path: Path | None) -> None:
        self._lines = SyncedLines(path, of="what was signed", take=self._take_in)
        self._nonces: dict[str, tuple[int, int]] = {}
        self._payments: dict[tuple[int, int], str] = {}
        self._synced: set[str] = set()
        self._rules_version = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the memory alone; raises SignerUnavailable."""
        with self._lines.held():
            yield

    def check_rules(self, version: int) -> None:
        """Raise IntegrityError for rules that others have followed; the memory is held."""
        if version < self._rules_version:
            raise IntegrityError("the signer's rules are an older copy: put back those that were sealed last")

    def note_rules(self, version: int) -> None:
        """Write down which version the rules are, where it is newer than the newest; the memory is held."""
        if version > self._rules_version:
            self._lines.append([(_RULES, version)])
            self._rules_version = version

    def remember(self, places: Sequence[Place]) -> list[SignerRefused | None]:
        """Note where payments are signed, all at once; SignedBefore stands for one that contradicts what was noted.

        SignerRefused stands for what is signed only again, and was not.

        Raises SignerUnavailable when the file cannot be read or written: then nothing is signed, and after a write that
        failed nothing more until the wallet is opened again.
        """
        if not places:
            return []
        with self._lines.held():
            nonces, payments = ChainMap({}, self._nonces), ChainMap({}, self._payments)
            answers = [_note(each, nonces, payments) for each in places]
            fresh = {payment: at for payment, at in nonces.maps[0].items() if payment not in self._synced}
            if fresh:
                self._lines.append([(payment, *at) for payment, at in fresh.items()])
                for payment, at in fresh.items():
                    self._take(payment, at)  # only what is on the disk is known
                self._synced.update(fresh)
            return answers

    def _take(self, payment: str, place: tuple[int, int]) -> None:
        self._nonces[payment] = place
        self._payments[place] = payment

    def _take_in(self, entry: Any) -> None:
        first, *others = entry
        if first == _RULES:
            (version,) = others
            self._rules_version = max(self._rules_version, version)
        else:
            chain_id, nonce = others
            self._take(first, (chain_id, nonce))


def _note(
    place: Place, nonces: MutableMapping[str, tuple[int, int]], payments: MutableMapping[tuple[int, int], str]
) -> SignerRefused | None:
    """Note where a payment is signed, or say what contradicts it."""
    at, payment = (place.chain_id, place.nonce), place.payment.hex()
    if place.only_again and nonces.get(payment) != at:
        return SignerRefused("this payment was not signed at this nonce, and nobody who counts agrees that it is")
    if nonces.get(payment, at) != at:
        return SignedBefore(f"this payment was signed before, at nonce {nonces[payment][1]}")
    if payments.get(at, payment) != payment and not place.fills:
        return SignedBefore("another payment was signed at this nonce before")
    nonces[payment], payments[at] = at, payment
    return None
