"""A clock that is set by hand and entropy that repeats: the same seed, the same history."""

from hashlib import sha256


class FakeClock:
    """Stands still until it is moved; `at_s` is Unix seconds."""

    def __init__(self, at_s: int = 1_700_000_000) -> None:
        self.at_s = at_s

    def now_s(self) -> int:
        return self.at_s

    def advance(self, seconds: int) -> None:
        self.at_s += seconds


class FakeEntropy:
    """Bytes that depend on the seed and on how many were drawn before; never for a real bank."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._drawn = 0

    def random(self, size: int) -> bytes:
        drawn = b""
        while len(drawn) < size:
            drawn += sha256(f"{self._seed}/{self._drawn}".encode()).digest()
            self._drawn += 1
        return drawn[:size]
