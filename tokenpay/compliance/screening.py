"""A verdict on an address against dated lists."""

from dataclasses import dataclass
from enum import StrEnum

LIST_AHEAD_S = 14 * 3_600
"""How far ahead of the clock a list may be dated: it is already tomorrow where some lists are made."""


class Verdict(StrEnum):
    CLEAR = "clear"
    MATCH = "match"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyList:
    """A loaded list of denied addresses: its own date, not the date it was loaded."""

    name: str
    dated_s: int
    source_hash: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the lists say of one address. `list_name` and `list_dated_s` say which list spoke."""

    subject: str
    verdict: Verdict
    list_name: str = ""
    list_dated_s: int = 0


def screen(subject: str, *, hits: frozenset[str], lists: tuple[DenyList, ...], now_s: int, max_age_s: int) -> Screening:
    """Judge `subject` by the names of the lists it stands on. No list, or one too old, is unavailable, never clear."""
    if hits:
        name = min(hits)
        dated_s = next((deny_list.dated_s for deny_list in lists if deny_list.name == name), 0)
        return Screening(subject=subject, verdict=Verdict.MATCH, list_name=name, list_dated_s=dated_s)
    for deny_list in lists:
        if not now_s - max_age_s <= deny_list.dated_s <= now_s + LIST_AHEAD_S:
            return Screening(
                subject=subject, verdict=Verdict.UNAVAILABLE, list_name=deny_list.name, list_dated_s=deny_list.dated_s
            )
    if not lists:
        return Screening(subject=subject, verdict=Verdict.UNAVAILABLE)
    newest = max(lists, key=lambda deny_list: deny_list.dated_s)
    return Screening(subject=subject, verdict=Verdict.CLEAR, list_name=newest.name, list_dated_s=newest.dated_s)
