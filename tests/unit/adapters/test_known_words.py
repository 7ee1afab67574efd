"""What the lists themselves know tells a slip of the keyboard from another name, and a spelling from another name."""

import pytest

from tests.conftest import missing
from tokenpay.compliance.listed_party import ListedKind, ListedParty

try:
    from tokenpay.adapters.screening import known_words
    from tokenpay.adapters.screening.name_matcher import NameMatcher
except ModuleNotFoundError:
    missing("rigour", "apt install libicu-dev pkg-config g++, touch pyproject.toml, and run `make test` again")

PERSON = ListedKind.PERSON


def _hits(asked: str, listed: str, known: tuple[str, ...] = ()) -> list[str]:
    """Ask a list of one name and of others that bear the words in `known`, three each; return what is found of it."""
    others = [word if " " in word else f"{word} Qwertz" for word in known for _ in range(known_words.KNOWN)]
    parties = [ListedParty(id=str(number), kind=PERSON, names=(name,)) for number, name in enumerate([listed, *others])]
    return [hit.listed for hit in NameMatcher({"a list": parties}).match(asked, kind=PERSON) if hit.entry_id == "0"]


@pytest.mark.parametrize(
    ("asked", "listed", "other"),
    [
        ("Takashi Masuda", "Takashi Matsuda", "Masuda"),
        ("Yuta Takada", "Yuta Takeda", "Takada"),
        ("Monika Moller", "Monika Muller", "Moller"),
        ("Rakesh Reddy", "Rajesh Reddy", "Rakesh"),
        ("Наталья Петрова", "Наталья Петрева", "Петрова"),
    ],
)
def test_a_word_that_the_lists_know_as_another_name_is_no_slip(
    asked: str, listed: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_words, "ENOUGH", 1)

    assert _hits(asked, listed, ("خالد",))
    assert not _hits(asked, listed, ("خالد", other))


@pytest.mark.parametrize(
    ("asked", "listed", "known"),
    [
        ("Nayid Isaac al-Siyabi", "نايف إسحاق السيابي", "Nayif"),
        ("Emda Bandar Shehadeh", "عماد بندر شحادة", "Emad"),
        ("صباغ, راناي حبيب", "Raniya Habib Sabagh", "رانيا"),
        ("Azda Zehra Farahani", "Azadeh Zehra Farahani", "Azada"),
    ],
)
def test_a_slip_is_undone_in_the_letters_it_was_typed_in(asked: str, listed: str, known: str) -> None:
    assert not _hits(asked, listed)
    assert _hits(asked, listed, (known,))


def test_without_names_in_arabic_letters_vowels_are_free_in_all() -> None:
    assert _hits("Khaled Haddad", "Khalid Haddad", ("Khaled", "Khalid"))


def test_vowels_are_free_in_what_the_lists_have_in_arabic_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_words, "ENOUGH", 1)

    assert _hits("Khaled Haddad", "Khalid Haddad", ("Khaled", "Khalid", "خالد"))
    assert not _hits("Yuta Takada", "Yuta Takeda", ("Takada", "Takeda", "خالد"))


def test_a_given_name_of_syllables_that_no_list_has_is_a_slip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_words, "ENOUGH", 1)
    given = ("Li Chang", "Li Tao")

    assert _hits("Shi Changrao", "Shi Changtao", given)
    assert not _hits("Shi Changrao", "Shi Changtao", (*given, "Li Rao"))


@pytest.mark.parametrize(
    "asked", ["Fatima Abdlu Qadir Alotaibi", "Fatima Bad al-Qadir al-Otaibi", "فاطمة عبد االقادر العتيبي"]
)
def test_a_slip_in_a_name_of_two_words_is_one_slip(asked: str) -> None:
    known = ("Abdul Qadir Haddad", "Abd al-Qadir Haddad", "عبد القادر حداد")

    assert _hits(asked, "Fatima Abdul Qadir Alotaibi", known)
