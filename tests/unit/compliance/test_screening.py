"""A verdict on an address: a hit always counts, and silence is never clear."""

from dataclasses import FrozenInstanceError

import pytest

from tokenpay.compliance.screening import DenyList, Screening, Verdict, screen

NOW_S, DAY_S = 10_000_000, 86_400


def listed(name: str, dated_s: int) -> DenyList:
    return DenyList(name=name, dated_s=dated_s, source_hash="00", entries=1)


FRESH, NEWER = listed("fresh", NOW_S - DAY_S), listed("newer", NOW_S)
OLD, FUTURE = listed("old", NOW_S - DAY_S - 1), listed("future", NOW_S + DAY_S + 1)
CLEAR, MATCH, UNAVAILABLE = Verdict.CLEAR, Verdict.MATCH, Verdict.UNAVAILABLE


@pytest.mark.parametrize(
    ("lists", "hits", "verdict", "spoke"),
    [
        ((), set(), UNAVAILABLE, None),
        ((FRESH,), set(), CLEAR, FRESH),
        ((FRESH, NEWER), set(), CLEAR, NEWER),
        ((OLD,), set(), UNAVAILABLE, OLD),
        ((FRESH, OLD), set(), UNAVAILABLE, OLD),
        ((FUTURE,), set(), UNAVAILABLE, FUTURE),
        ((FRESH,), {"fresh"}, MATCH, FRESH),
        ((OLD,), {"old"}, MATCH, OLD),
        ((OLD, FRESH), {"fresh"}, MATCH, FRESH),
        ((FRESH, NEWER), {"newer", "fresh"}, MATCH, FRESH),
    ],
)
def test_a_verdict(lists: tuple[DenyList, ...], hits: set[str], verdict: Verdict, spoke: DenyList | None) -> None:
    found = screen("an address", hits=frozenset(hits), lists=lists, now_s=NOW_S, max_age_s=DAY_S)
    assert found == Screening(
        subject="an address",
        verdict=verdict,
        list_name=spoke.name if spoke else "",
        list_dated_s=spoke.dated_s if spoke else 0,
    )


@pytest.mark.parametrize("lists", [(), (FRESH,)])
def test_a_hit_on_a_list_that_is_gone_is_still_a_match(lists: tuple[DenyList, ...]) -> None:
    found = screen("an address", hits=frozenset({"gone"}), lists=lists, now_s=NOW_S, max_age_s=DAY_S)
    assert (found.verdict, found.list_name) == (MATCH, "gone")


def test_no_age_set_means_no_list_is_young_enough() -> None:
    found = screen("an address", hits=frozenset(), lists=(FRESH,), now_s=NOW_S, max_age_s=0)
    assert found.verdict is UNAVAILABLE


@pytest.mark.parametrize(("ahead_s", "verdict"), [(14 * 3_600, CLEAR), (14 * 3_600 + 1, UNAVAILABLE)])
def test_a_list_may_be_dated_tomorrow_where_it_is_tomorrow_already(ahead_s: int, verdict: Verdict) -> None:
    lists = (listed("east", NOW_S + ahead_s),)
    found = screen("an address", hits=frozenset(), lists=lists, now_s=NOW_S, max_age_s=DAY_S)
    assert found.verdict is verdict


def test_what_the_lists_said_cannot_be_changed() -> None:
    found = screen("an address", hits=frozenset(), lists=(FRESH,), now_s=NOW_S, max_age_s=DAY_S)
    for noun, name in ((found, "verdict"), (FRESH, "dated_s")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, CLEAR)
