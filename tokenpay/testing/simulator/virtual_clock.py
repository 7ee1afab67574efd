"""The bank's clock, which may be wrong, and the time that it is."""

from datetime import UTC, datetime

START_S = 1_767_571_200
"""2026-01-05, a Monday, at midnight UTC: when every simulation is founded."""
DAY_S = 86_400


class VirtualClock:
    """The Clock port. `at_s` is the time that it is, `ahead_s` by how much the bank's clock is wrong."""

    def __init__(self) -> None:
        self.at_s = START_S
        self.ahead_s = 0

    def now_s(self) -> int:
        return self.at_s + self.ahead_s

    def advance(self, seconds: int) -> None:
        self.at_s += seconds

    def reach(self, at_s: int) -> None:
        """Let it be this time, unless it is later already."""
        self.at_s = max(self.at_s, at_s)

    def text(self) -> str:
        """Return the time that it is, as the history writes it."""
        return datetime.fromtimestamp(self.at_s, UTC).strftime("%Y-%m-%d %H:%M:%S")
