"""A name that may mean somebody on a list: which entry, how sure, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from tokenpay.compliance.listed_party import ListedKind

NAME_THRESHOLD = 780
"""From which score on a person must look, in thousandths (docs/concepts/screening_names.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHit:
    """`listed` is the entry's name as the list writes it; `score` is in thousandths, `why` says what was alike.

    `content` is the entry's digest when the names were compared, in hexadecimal; "" where nobody asked for it.
    """

    list_name: str
    entry_id: str
    kind: ListedKind
    listed: str
    score: int
    why: tuple[str, ...]
    content: str = ""


def likest(hits: Iterable[NameHit]) -> tuple[NameHit, ...]:
    """Return the first of each entry's best hits, the best entry first."""
    best: dict[tuple[str, str], NameHit] = {}
    for hit in hits:
        entry = (hit.list_name, hit.entry_id)
        if entry not in best or hit.score > best[entry].score:
            best[entry] = hit
    return tuple(sorted(best.values(), key=lambda hit: (-hit.score, hit.list_name, hit.entry_id)))
