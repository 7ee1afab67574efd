"""Names compared by the name matcher: an index for each list in place, made when it is first needed and then kept."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.name_hit import NAME_THRESHOLD, NameHit, likest
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import MissingExtra, UnreadableName

if TYPE_CHECKING:
    from tokenpay.adapters.screening.name_matcher import NameMatcher

_KINDS = (ListedKind.PERSON, ListedKind.ORGANISATION)
"""What somebody may be who has an account or pays: as which of the two they were entered lets nobody out."""


class NameScreener:
    """A Screener over the extra `names`. An index of 20,000 entries takes some 15 s of CPU and stays in memory."""

    def __init__(self) -> None:
        self._matchers: dict[str, tuple[tuple[int, str], NameMatcher]] = {}

    def method(self) -> str:
        try:
            import tokenpay.adapters.screening.name_matcher  # noqa: F401 - whether it can be
        except ImportError:
            raise MissingExtra("names", "comparing names with screening lists") from None
        return f"names tokenpay {version('tokenpay')} rigour {version('rigour')} from {NAME_THRESHOLD}"

    def holds(self, known: ScreeningList) -> bool:
        return known.name in self._matchers and self._matchers[known.name][0] == _key(known)

    def take(self, known: ScreeningList, parties: Sequence[ListedParty]) -> int:
        from tokenpay.adapters.screening.name_matcher import NameMatcher

        self._matchers.pop(known.name, None)  # two of them at once would be twice the memory
        made = NameMatcher({known.name: parties})
        self._matchers[known.name] = _key(known), made
        return made.unread

    def compare(self, known: ScreeningList, name: str) -> tuple[NameHit, ...]:
        if not any(letter.isalpha() for letter in name):
            raise UnreadableName("the name has no letter")
        hits: list[NameHit] = []
        unreadable: list[UnreadableName] = []
        for kind in _KINDS:
            try:
                hits += self._matchers[known.name][1].match(name, kind=kind)
            except UnreadableName as error:
                unreadable.append(error)
        if len(unreadable) == len(_KINDS):
            raise unreadable[0]
        return likest(hits)


def _key(known: ScreeningList) -> tuple[int, str]:
    return known.version, known.source_hash
