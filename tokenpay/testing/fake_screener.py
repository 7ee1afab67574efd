"""A screener in memory: a name means every entry that has the same words, in any order."""

from collections.abc import Sequence

from tokenpay.compliance.listed_party import ListedParty
from tokenpay.compliance.name_hit import NameHit
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import UnreadableName


class FakeScreener:
    """A Screener that needs no extra, raises `breaks` where that is set, and keeps what it was asked.

    `says` is its method: where a test changes it, everybody is compared anew.
    """

    def __init__(self) -> None:
        self.says = "fake 1"
        self.breaks: Exception | None = None
        self.taken: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self._lists: dict[str, tuple[str, Sequence[ListedParty]]] = {}

    def method(self) -> str:
        return self.says

    def holds(self, known: ScreeningList) -> bool:
        return self._lists.get(known.name, ("", ()))[0] == known.label

    def take(self, known: ScreeningList, parties: Sequence[ListedParty]) -> int:
        self.taken.append(known.label)
        self._lists[known.name] = known.label, parties
        return sum(not _words(name) for party in parties for name in party.names)

    def compare(self, known: ScreeningList, name: str) -> tuple[NameHit, ...]:
        self.asked.append((known.label, name))
        if self.breaks is not None:
            raise self.breaks
        words = _words(name)
        if not words:
            raise UnreadableName("the name has no letter")
        return tuple(
            NameHit(
                list_name=known.name,
                entry_id=party.id,
                kind=party.kind,
                listed=listed,
                score=1_000,
                why=tuple(f"{word} = {word}: same" for word in words),
            )
            for party in self._lists[known.name][1]
            for listed in party.names
            if _words(listed) == words
        )


def _words(name: str) -> list[str]:
    kept = "".join(letter if letter.isalpha() else " " for letter in name.lower())
    return sorted(kept.split())
