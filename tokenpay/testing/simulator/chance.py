"""Everything that is drawn: the same seed, the same draws, whatever else was drawn before."""

from hashlib import sha256
from random import Random


class Chance:
    """What one step draws, from a stream for each concern: a new concern moves none of the others.

    A step's draws depend on the seed, its number and, where a step has two callers, on who calls.
    """

    def __init__(self, seed: int, step: int, caller: str = "") -> None:
        self._root = f"{seed}/{step}/{caller}"
        self._keys = f"step-{step}{'-' + caller if caller else ''}"
        self._asked = 0
        self._streams: dict[str, Random] = {}

    def of(self, concern: str) -> Random:
        """Return the stream of a concern, which goes on where it was left."""
        if concern not in self._streams:
            self._streams[concern] = Random(f"{self._root}/{concern}")  # noqa: S311 - it is to repeat
        return self._streams[concern]

    def key(self) -> str:
        """Return a key that no other call of the history has."""
        self._asked += 1
        return f"{self._keys}-{self._asked}"


class SeededEntropy:
    """The Entropy port from a seed: what a step draws does not depend on the steps before. Never for a real bank."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._step = 0
        self._drawn = 0

    def begin(self, step: int) -> None:
        """Draw for this step from now on."""
        self._step, self._drawn = step, 0

    def random(self, size: int) -> bytes:
        drawn = b""
        while len(drawn) < size:
            drawn += sha256(f"{self._seed}/{self._step}/{self._drawn}".encode()).digest()
            self._drawn += 1
        return drawn[:size]
