"""What rings when something happened at the bank, so that the screens need not wait for their next look."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

import tokenpay as tp

_LISTENS_S, _LEAVES_S = 30.0, 1.0
_REST_S, _BUSY_S = 0.1, 0.02
"""So long it rests at least; and what it hears sooner than that had happened while it rested."""
_GROWS, _SHRINKS = 1.5, 0.5
"""Up to some eight events a second, at random, its rest stays near the least; beyond that it grows to the most."""


class Bell:
    """Waits in a thread of its own for the next event after a cursor, and rings once.

    Where the bank is so busy that something happens in most of its rests, they grow: one look shows what many rings
    would.
    """

    def __init__(self, ring: Callable[[], object], *, most_rest_s: float) -> None:
        self._ring = ring
        self._rest_s, self._most_rest_s = _REST_S, most_rest_s
        self._left = Event()
        self._listens = False
        self._comes_or_goes = Lock()
        self.thread = Thread()

    def listen(self, bank: tp.Bank, *, after: Callable[[], str], by: tp.Session) -> None:
        """Ring when there is an event after the one that was read last by then, if it is not listening already."""
        with self._comes_or_goes:
            if self._listens or self._left.is_set():
                return
            self._listens = True
            self.thread = Thread(target=self._wait, args=(bank, after, by), name="bell", daemon=True)
            self.thread.start()

    def leave(self) -> None:
        """Ring no more, and leave the bank in peace: it may be closed next."""
        with self._comes_or_goes:  # a look that is under way may just be letting it listen
            self._left.set()
        if self._listens:
            self.thread.join(_LEAVES_S)

    def _wait(self, bank: tp.Bank, after: Callable[[], str], by: tp.Session) -> None:
        heard = not self._left.wait(self._rest_s) and self._hears(bank, after(), by)
        self._listens = False  # whoever is rung for may let it listen again at once
        if heard and not self._left.is_set():
            self._ring()

    def _hears(self, bank: tp.Bank, after: str, by: tp.Session) -> bool:
        began_s = monotonic()
        try:
            heard = tp.wait_for_events(bank, after=after, by=by, timeout_s=_LISTENS_S, limit=1, stop=self._left.is_set)
        except Exception:  # the next look meets the same, and says it
            return False
        busy = monotonic() - began_s < _BUSY_S
        longer_s, shorter_s = min(_GROWS * self._rest_s, self._most_rest_s), max(_SHRINKS * self._rest_s, _REST_S)
        self._rest_s = longer_s if busy else shorter_s
        return bool(heard)
