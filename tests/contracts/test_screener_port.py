"""The Screener port means the same on the shipped fake and on the name matcher."""

import pytest

from tests.conftest import missing
from tokenpay.adapters.screening.name_screener import NameScreener
from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import MissingExtra, UnreadableName
from tokenpay.ports import Screener
from tokenpay.testing import FakeScreener

PARTIES = (
    ListedParty(id="7", kind=ListedKind.PERSON, names=("Osric Vane", "Otto Brandt")),
    ListedParty(id="8", kind=ListedKind.ORGANISATION, names=("Acme Northern Shipping",)),
    ListedParty(id="9", names=("Ulla Nord",)),
)


def version(number: int) -> ScreeningList:
    return ScreeningList(
        name="l", form=ListForm.OWN, version=number, dated_s=number, source_hash=str(number), parties=3, names=4
    )


@pytest.fixture(params=["fake", "names"])
def screener(request: pytest.FixtureRequest) -> Screener:
    if request.param == "fake":
        return FakeScreener()
    made = NameScreener()
    try:
        made.method()
    except MissingExtra:
        missing("rigour", "apt install libicu-dev pkg-config g++, touch pyproject.toml, and run `make test` again")
    return made


@pytest.mark.parametrize(
    ("name", "entries"),
    [("Osric Vane", ["7"]), ("VANE, Osric", ["7"]), ("otto brandt", ["7"]), ("Acme Northern Shipping", ["8"]),
     ("Ulla Nord", ["9"]), ("Cora Lindqvist", [])],
)  # fmt: skip
def test_whatever_somebody_was_enrolled_as_every_entry_of_people_is_met(
    screener: Screener, name: str, entries: list[str]
) -> None:
    known = version(1)
    screener.take(known, PARTIES)
    found = screener.compare(known, name)
    assert [hit.entry_id for hit in found] == entries
    assert screener.compare(known, name) == found
    assert all(hit.why and hit.list_name == "l" and 0 < hit.score <= 1_000 for hit in found)


@pytest.mark.parametrize("name", ["", "42", "☃ ☃", "--"])
def test_a_name_without_letters_is_no_name_that_nobody_has(screener: Screener, name: str) -> None:
    screener.take(version(1), PARTIES)
    with pytest.raises(UnreadableName):
        screener.compare(version(1), name)


def test_a_newer_version_takes_the_place_of_the_one_before(screener: Screener) -> None:
    assert not screener.holds(version(1))
    screener.take(version(1), PARTIES)
    assert (screener.holds(version(1)), screener.holds(version(2))) == (True, False)
    screener.take(version(2), PARTIES[1:])
    assert (screener.holds(version(1)), screener.holds(version(2))) == (False, True)
    assert screener.compare(version(2), "Osric Vane") == ()
    assert screener.method()


def test_listed_names_that_nothing_can_be_compared_with_are_counted(screener: Screener) -> None:
    assert screener.take(version(1), PARTIES) == 0
    unread = ListedParty(id="10", kind=ListedKind.PERSON, names=("--", "Osric Vane", "☃"))
    assert screener.take(version(2), (*PARTIES, unread)) == 2
