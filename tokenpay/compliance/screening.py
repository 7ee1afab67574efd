"""A verdict on an address, or on somebody's name, against dated lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tokenpay.compliance.list_rule import ListRule
from tokenpay.compliance.screening_list import ScreeningList

LIST_AHEAD_S = 14 * 3_600
"""How far ahead of the clock a list may be dated: it is already tomorrow where some lists are made."""


class Verdict(StrEnum):
    """What the lists say; unavailable where one that must speak cannot. A name is at most a possible match."""

    CLEAR = "clear"
    POSSIBLE_MATCH = "possible_match"
    MATCH = "match"
    UNAVAILABLE = "unavailable"


class Silence(StrEnum):
    """Why a list can say nothing: and while one can, nothing is clear."""

    MISSING = "missing"
    UNSIGNED = "unsigned"
    DOUBTED = "doubted"
    STALE = "stale"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentList:
    """A list that can say nothing, and why. One that was never loaded has neither version nor date."""

    name: str
    why: Silence
    version: int = 0
    dated_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHit:
    """Where a subject stands: the list's name, and the list's own id of the entry."""

    list_name: str
    entry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the lists say of one address, or of one party's names.

    `list_name`, `list_version` and `list_dated_s` say which list spoke; `entry_id` is its entry that hit, `why` what
    kept it silent. `against` are all lists that were asked, each as name/version: the same labels, the same answer.
    """

    subject: str
    verdict: Verdict
    list_name: str = ""
    list_dated_s: int = 0
    list_version: int = 0
    entry_id: str = ""
    why: str = ""
    against: tuple[str, ...] = ()


def silent_lists(
    lists: Sequence[ScreeningList], rules: Sequence[ListRule], *, now_s: int, max_age_s: int
) -> tuple[SilentList, ...]:
    """Return every list that should speak and cannot, by name: those that the policy names, or all where it names none.

    `max_age_s` is for lists whose rule names no age of its own. A list is unsigned when its signature is not of a key
    that the policy names now, and doubted while a newer file of it waits for a second person.
    """
    by_name = {rule.name: rule for rule in rules}
    missing = by_name.keys() - {known.name for known in lists}
    silent = [SilentList(name=name, why=Silence.MISSING) for name in missing]
    for known in lists:
        rule = by_name.get(known.name)
        if rules and rule is None:
            continue  # what stands on it counts, its silence does not
        oldest_s = max_age_s if rule is None or rule.max_age_s is None else rule.max_age_s
        why = _silence(known, rule.public_keys if rule else (), now_s=now_s, max_age_s=oldest_s)
        if why is not None:
            silent.append(SilentList(name=known.name, why=why, version=known.version, dated_s=known.dated_s))
    return tuple(sorted(silent, key=lambda each: each.name))


def _silence(known: ScreeningList, keys: Collection[str], *, now_s: int, max_age_s: int) -> Silence | None:
    if keys and known.signed_by not in keys:
        return Silence.UNSIGNED
    if known.doubted_hash:
        return Silence.DOUBTED
    if known.dated_s < now_s - max_age_s:
        return Silence.STALE
    return Silence.AHEAD if known.dated_s > now_s + LIST_AHEAD_S else None


def screen(
    subject: str, *, hits: Collection[ListHit], lists: Sequence[ScreeningList], silent: Sequence[SilentList]
) -> Screening:
    """Judge `subject` by where it stands. A hit always counts; no list, or a silent one, is never clear."""
    against = tuple(sorted(known.label for known in lists))
    by_name = {known.name: known for known in lists}
    if hits:
        hit = min(hits, key=lambda each: (each.list_name, each.entry_id))
        return _said(subject, Verdict.MATCH, by_name.get(hit.list_name), against, hit=hit)
    if silent:
        first = silent[0]
        return Screening(
            subject=subject,
            verdict=Verdict.UNAVAILABLE,
            list_name=first.name,
            list_dated_s=first.dated_s,
            list_version=first.version,
            why=first.why.value,
            against=against,
        )
    if not lists:
        return Screening(subject=subject, verdict=Verdict.UNAVAILABLE, why=Silence.MISSING.value)
    newest = max(lists, key=lambda known: (known.dated_s, known.name))
    return _said(subject, Verdict.CLEAR, newest, against)


def _said(
    subject: str, verdict: Verdict, known: ScreeningList | None, against: tuple[str, ...], *, hit: ListHit | None = None
) -> Screening:
    return Screening(
        subject=subject,
        verdict=verdict,
        list_name=known.name if known else hit.list_name if hit else "",
        list_dated_s=known.dated_s if known else 0,
        list_version=known.version if known else 0,
        entry_id=hit.entry_id if hit else "",
        against=against,
    )
