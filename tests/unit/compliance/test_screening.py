"""A verdict on an address: a hit always counts, and silence is never clear."""

from collections.abc import Collection
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from tokenpay.compliance.list_contents import ListContents
from tokenpay.compliance.list_rule import ListRule
from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.screening import ListHit, Screening, Silence, SilentList, Verdict, screen, silent_lists
from tokenpay.compliance.screening_list import ScreeningList, doubts_about, losses
from tokenpay.errors import InvalidInput

NOW_S, DAY_S = 10_000_000, 86_400
KEY, OTHER_KEY = "ab" * 32, "cd" * 32


def listed(name: str, dated_s: int) -> ScreeningList:
    return ScreeningList(name=name, form=ListForm.OWN, version=3, dated_s=dated_s, source_hash="00", parties=1)


FRESH, NEWER = listed("fresh", NOW_S - DAY_S), listed("newer", NOW_S)
OLD, FUTURE = listed("old", NOW_S - DAY_S - 1), listed("future", NOW_S + DAY_S + 1)
CLEAR, MATCH, UNAVAILABLE = Verdict.CLEAR, Verdict.MATCH, Verdict.UNAVAILABLE


def verdict(
    lists: tuple[ScreeningList, ...], hits: Collection[str] = (), *rules: ListRule, max_age_s: int = DAY_S
) -> Screening:
    silent = silent_lists(lists, rules, now_s=NOW_S, max_age_s=max_age_s)
    found = frozenset(ListHit(list_name=name, entry_id=f"entry of {name}") for name in hits)
    return screen("an address", hits=found, lists=lists, silent=silent)


@pytest.mark.parametrize(
    ("lists", "hits", "says", "spoke", "why"),
    [
        ((), set(), UNAVAILABLE, None, "missing"),
        ((FRESH,), set(), CLEAR, FRESH, ""),
        ((FRESH, NEWER), set(), CLEAR, NEWER, ""),
        ((OLD,), set(), UNAVAILABLE, OLD, "stale"),
        ((FRESH, OLD), set(), UNAVAILABLE, OLD, "stale"),
        ((FUTURE,), set(), UNAVAILABLE, FUTURE, "ahead"),
        ((FRESH,), {"fresh"}, MATCH, FRESH, ""),
        ((OLD,), {"old"}, MATCH, OLD, ""),
        ((OLD, FRESH), {"fresh"}, MATCH, FRESH, ""),
        ((FRESH, NEWER), {"newer", "fresh"}, MATCH, FRESH, ""),
    ],
)
def test_a_verdict(
    lists: tuple[ScreeningList, ...], hits: set[str], says: Verdict, spoke: ScreeningList | None, why: str
) -> None:
    assert verdict(lists, hits) == Screening(
        subject="an address",
        verdict=says,
        list_name=spoke.name if spoke else "",
        list_dated_s=spoke.dated_s if spoke else 0,
        list_version=3 if spoke else 0,
        entry_id=f"entry of {spoke.name}" if spoke and says is MATCH else "",
        why=why,
        against=tuple(sorted(f"{known.name}/3" for known in lists)),
    )


@pytest.mark.parametrize("lists", [(), (FRESH,)])
def test_a_hit_on_a_list_that_is_gone_is_still_a_match(lists: tuple[ScreeningList, ...]) -> None:
    found = verdict(lists, {"gone"})
    assert (found.verdict, found.list_name, found.entry_id) == (MATCH, "gone", "entry of gone")


@pytest.mark.parametrize(
    ("rule", "change", "why"),
    [
        (ListRule(name="absent"), {}, ("absent", Silence.MISSING)),
        (ListRule(name="fresh", max_age_s=DAY_S - 1), {}, ("fresh", Silence.STALE)),
        (ListRule(name="fresh", public_keys=(KEY,)), {}, ("fresh", Silence.UNSIGNED)),
        (ListRule(name="fresh", public_keys=(KEY,)), {"signed_by": OTHER_KEY}, ("fresh", Silence.UNSIGNED)),
        (ListRule(name="fresh", public_keys=(OTHER_KEY, KEY)), {"signed_by": KEY}, None),
        (ListRule(name="fresh"), {"doubted_hash": "11", "doubted_by": "ann"}, ("fresh", Silence.DOUBTED)),
        (ListRule(name="fresh", max_age_s=DAY_S), {}, None),
    ],
)
def test_what_the_policy_asks_of_a_list(
    rule: ListRule, change: dict[str, str], why: tuple[str, Silence] | None
) -> None:
    known = replace(FRESH, **change)  # type: ignore[arg-type]
    found = verdict((known,), set(), rule)
    if why is None:
        assert found.verdict is CLEAR
    else:
        assert (found.verdict, found.list_name, found.why) == (UNAVAILABLE, why[0], why[1])
    assert verdict((known,), {"fresh"}, rule).verdict is MATCH


def test_a_list_of_its_own_age_may_be_older_than_the_others() -> None:
    assert verdict((OLD,), set(), ListRule(name="old", max_age_s=2 * DAY_S)).verdict is CLEAR


def test_every_silent_list_is_told() -> None:
    rules = [ListRule(name=name) for name in ("old", "fresh", "future", "absent")]
    told = silent_lists((OLD, FRESH, FUTURE), rules, now_s=NOW_S, max_age_s=DAY_S)
    assert told[0] == SilentList(name="absent", why=Silence.MISSING)
    assert told[1:] == silent_lists((OLD, FRESH, FUTURE), (), now_s=NOW_S, max_age_s=DAY_S)
    assert told[1:] == (
        SilentList(name="future", why=Silence.AHEAD, version=3, dated_s=FUTURE.dated_s),
        SilentList(name="old", why=Silence.STALE, version=3, dated_s=OLD.dated_s),
    )


def test_where_the_policy_names_lists_another_ones_silence_counts_no_more_and_its_hits_do() -> None:
    assert verdict((FRESH, OLD), set(), ListRule(name="fresh")).verdict is CLEAR
    assert verdict((FRESH, OLD), {"old"}, ListRule(name="fresh")).verdict is MATCH


def test_no_age_set_means_no_list_is_young_enough() -> None:
    assert verdict((FRESH,), max_age_s=0).verdict is UNAVAILABLE


@pytest.mark.parametrize(("ahead_s", "says"), [(14 * 3_600, CLEAR), (14 * 3_600 + 1, UNAVAILABLE)])
def test_a_list_may_be_dated_tomorrow_where_it_is_tomorrow_already(ahead_s: int, says: Verdict) -> None:
    assert verdict((listed("east", NOW_S + ahead_s),)).verdict is says


def test_what_the_lists_said_cannot_be_changed() -> None:
    for noun, name in ((verdict((FRESH,)), "verdict"), (FRESH, "dated_s")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, CLEAR)


def named(parties: int = 100, names: int = 300, evm: int = 8, other: int = 2, since: int = 0) -> ListContents:
    """Whom a list names: entries, names and addresses numbered from `since` on."""
    addresses = [f"0x{n:040x}" for n in range(since, since + evm)] + [f"1Abc{n}" for n in range(since, since + other)]
    return ListContents(
        parties=frozenset((f"P{n}", "person") for n in range(since, since + parties)),
        names=frozenset((f"P{n % 100}", "person", f"N{n}") for n in range(since, since + names)),
        addresses=frozenset(addresses),
    )


IN_PLACE = replace(FRESH, form=ListForm.OFAC_ADVANCED, parties=100, names=300, addresses={"ETH": 8, "XBT": 2})


@pytest.mark.parametrize(
    ("change", "now", "doubts"),
    [
        ({}, named(), []),
        ({}, named(parties=80, names=240), []),
        ({}, named(parties=79), ["fewer parties"]),
        ({}, named(names=239), ["fewer names"]),
        ({}, named(parties=200, since=30), ["fewer parties", "fewer addresses", "fewer EVM addresses"]),  # exchanged
        ({"addresses": {"USDT": 10}}, named(), ["fewer addresses of ETH", "fewer addresses of XBT"]),
        ({"addresses": {"ETH": 6, "XBT": 2}}, named(evm=6), ["fewer EVM addresses", "fewer addresses of ETH"]),
        ({"addresses": {"ETH": 8}}, named(other=0), ["fewer addresses of XBT"]),
        ({"form": ListForm.UN}, named(), ["another form"]),
        ({"form": ListForm.OFAC_CSV}, named(parties=99), ["fewer parties", "another form"]),  # it carries no date
        ({"dated_s": FRESH.dated_s, "source_hash": "11"}, named(), ["the same date"]),
        ({"dated_s": FRESH.dated_s, "source_hash": "00"}, named(), []),
    ],
)
def test_what_one_person_may_not_put_in_place(change: dict[str, object], now: ListContents, doubts: list[str]) -> None:
    new = replace(IN_PLACE, **{"dated_s": NOW_S, "source_hash": "22", **change})  # type: ignore[arg-type]
    lost = losses(new, IN_PLACE, now=now, before=named(), same_day=False)
    found = doubts_about(new, IN_PLACE, lost=lost, keeps_percent=80)
    assert [said.split(":")[0].split(" and ")[0] for said in found] == doubts


@pytest.mark.parametrize(
    ("change", "doubts"),
    [
        ({}, ()),
        ({"programs": ("X",)}, ()),
        ({"names": ("Osric Vane", "O. Vane", "Vane")}, ()),
        ({"kind": ListedKind.VESSEL}, ("fewer parties: 1 of 2", "fewer names: 1 of 3")),
        ({"kind": ListedKind.ORGANISATION}, ("fewer parties: 1 of 2", "fewer names: 1 of 3")),
        ({"id": "9"}, ("fewer parties: 1 of 2", "fewer names: 1 of 3")),
        ({"names": ("Osric Vane",)}, ("fewer names: 2 of 3",)),
    ],
)
def test_an_entry_that_is_another_now_is_counted_as_gone(change: dict[str, Any], doubts: tuple[str, ...]) -> None:
    stays = ListedParty(id="8", kind=ListedKind.PERSON, names=("Ulla Brandt",))
    was = ListedParty(id="7", kind=ListedKind.PERSON, names=("Osric Vane", "O. Vane"))
    assert doubted([was, stays], [replace(was, **change), stays]) == doubts


def test_a_name_that_another_entry_has_now_is_counted_as_gone() -> None:
    first, second = (ListedParty(id=id, names=(name,)) for id, name in (("7", "Osric Vane"), ("8", "Ulla Brandt")))
    moved = [replace(first, names=second.names), replace(second, names=first.names)]
    assert doubted([first, second], moved) == ("fewer names: 0 of 2",)


def test_what_goes_within_a_day_is_counted_together_and_the_next_day_begins_anew() -> None:
    today: dict[str, Any] = {"old": IN_PLACE, "before": named(), "same_day": True}
    steps = [named(parties=95, names=285), named(parties=90, names=270), named(parties=90, names=270)]
    for step in steps:
        lost = losses(IN_PLACE, now=step, **today)
        today |= {"old": replace(IN_PLACE, losses=lost), "before": step}
    assert (lost["parties"], lost["names"], lost["addresses of XBT"]) == ((10, 100), (30, 300), (0, 2))
    again = named(parties=100, names=300)  # what comes back makes up for nothing
    lost = losses(IN_PLACE, now=again, **today)
    lost = losses(IN_PLACE, now=steps[0], **today | {"old": replace(IN_PLACE, losses=lost), "before": again})
    assert (lost["parties"], lost["names"]) == ((15, 100), (45, 300))
    lost = losses(IN_PLACE, now=steps[1], **today | {"same_day": False})
    assert lost["parties"] == (0, 90)


def doubted(before: list[ListedParty], now: list[ListedParty]) -> tuple[str, ...]:
    new = replace(FRESH, dated_s=NOW_S, source_hash="22")
    contents = {"now": ListContents.of(now), "before": ListContents.of(before)}
    return doubts_about(new, FRESH, lost=losses(new, FRESH, **contents, same_day=False), keeps_percent=80)


def test_a_list_that_was_signed_does_not_lose_its_signature_quietly() -> None:
    signed = replace(IN_PLACE, signed_by=KEY)
    same: dict[str, Any] = {"lost": {}, "keeps_percent": 0}
    assert doubts_about(replace(IN_PLACE, dated_s=NOW_S), signed, **same)
    assert not doubts_about(replace(signed, dated_s=NOW_S), IN_PLACE, **same)


@pytest.mark.parametrize(
    "content",
    [
        {"name": ""},
        {"name": "n" * 65},
        {"name": "a\u200bb"},
        {"name": " a"},
        {"keeps_percent": 101},
        {"keeps_percent": -1},
        {"keeps_percent": 1.5},
        {"max_age_s": -1},
        {"max_age_s": "1"},
        {"public_keys": ("ab" * 31,)},
        {"public_keys": ("AB" * 32,)},
    ],
)
def test_what_a_rule_may_not_say(content: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        ListRule(**{"name": "ofac", **content})  # type: ignore[arg-type]
