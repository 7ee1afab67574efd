"""What holds a matcher to the sets: the best score of each name, by ours, by rigour's comparison, by rapidfuzz."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils
from rigour.names import Name, NameTypeTag, align_person_name_order, analyze_names, compare_parts

from tests.benchmarks.names.sets import Entry, Negative, Positive
from tokenpay.adapters.screening.name_matcher import NameMatcher
from tokenpay.compliance.listed_party import ListedKind, ListedParty

LIST = "made up"
THRESHOLDS = tuple(number / 100 for number in range(70, 100, 2))

# A name and whether it is an organisation's -> the best score of every entry that has one, by the entry's id.
Scorer = Callable[[str, bool], Mapping[str, float]]


def kind_of(is_organisation: bool) -> ListedKind:
    """Return the kind of a made-up party."""
    return ListedKind.ORGANISATION if is_organisation else ListedKind.PERSON


def parties_of(entries: Iterable[Entry]) -> list[ListedParty]:
    """Return the entries as a list has them."""
    return [
        ListedParty(id=entry.id, kind=kind_of(entry.is_organisation), names=tuple(name.text for name in entry.names))
        for entry in entries
    ]


def ours(entries: Sequence[Entry]) -> Scorer:
    """Score by the matcher that ships, asked for everything above the lowest threshold."""
    matcher = NameMatcher({LIST: parties_of(entries)})

    def score(text: str, is_organisation: bool) -> Mapping[str, float]:
        hits = matcher.match(text, kind=kind_of(is_organisation), threshold=round(THRESHOLDS[0] * 1_000))
        return {hit.entry_id: hit.score / 1_000 for hit in hits}

    return score


def by_rapidfuzz(entries: Sequence[Entry], scorer: Callable[..., float]) -> Scorer:
    """Score every listed name by one of rapidfuzz's ratios over its default processing, scaled to 0 to 1."""
    names = [(entry.id, utils.default_process(name.text)) for entry in entries for name in entry.names]
    texts = [text for _, text in names]

    def score(text: str, is_organisation: bool) -> Mapping[str, float]:
        asked = utils.default_process(text)
        best: dict[str, float] = {}
        for _, found, at in process.extract(asked, texts, scorer=scorer, limit=None, score_cutoff=THRESHOLDS[0] * 100):
            entry_id = names[at][0]
            best[entry_id] = max(best.get(entry_id, 0.0), found / 100)
        return best

    return score


WRATIO, TOKEN_SORT = fuzz.WRatio, fuzz.token_sort_ratio


def by_rigour(entries: Sequence[Entry]) -> Scorer:
    """Score every listed name by rigour alone: names analysed, parts put in order and compared by `compare_parts`.

    rigour leaves the sum to its caller: here each group of parts counts by its letters, as alike as it says.
    """
    listed: dict[bool, list[tuple[str, Name]]] = {True: [], False: []}
    for entry in entries:
        for name in entry.names:
            for analysed in _analysed(name.text, entry.is_organisation):
                listed[entry.is_organisation].append((entry.id, analysed))

    def score(text: str, is_organisation: bool) -> Mapping[str, float]:
        best: dict[str, float] = {}
        for query in _analysed(text, is_organisation):
            for entry_id, other in listed[is_organisation]:
                found = _compared(query, other, is_organisation)
                if found >= THRESHOLDS[0]:
                    best[entry_id] = max(best.get(entry_id, 0.0), found)
        return best

    return score


def _analysed(text: str, is_organisation: bool) -> list[Name]:
    tag = NameTypeTag.ORG if is_organisation else NameTypeTag.PER
    return sorted(analyze_names(tag, [text], phonetics=False, symbols=is_organisation), key=lambda name: name.form)


def _compared(query: Name, other: Name, is_organisation: bool) -> float:
    left, right = list(query.parts), list(other.parts)
    if not is_organisation:
        left, right = align_person_name_order(left, right)
    weight = alike = 0.0
    for group in compare_parts(left, right):
        letters = max(len(group.qstr), len(group.rstr))
        weight += letters
        alike += letters * group.score
    return alike / weight if weight else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """At one threshold: of the positives how many found their entry, of the negatives how many need a person."""

    threshold: float
    recall: float
    false_positives: float


def scores(
    scorer: Scorer, positives: Iterable[Positive], negatives: Iterable[Negative]
) -> tuple[list[float], list[float]]:
    """Return for each positive the score of the entry it means, and for each negative the best score of any entry."""
    found = [scorer(each.text, each.is_organisation).get(each.entry_id, 0.0) for each in positives]
    false = [max(scorer(each.text, each.is_organisation).values(), default=0.0) for each in negatives]
    return found, false


def curve(found: Sequence[float], false: Sequence[float]) -> list[Point]:
    """Return a point for each threshold."""
    return [
        Point(
            threshold,
            sum(score >= threshold for score in found) / len(found),
            sum(score >= threshold for score in false) / len(false),
        )
        for threshold in THRESHOLDS
    ]
