"""How a name is looked for: what may be left out of it, and that what was folded before stays what it is."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from tokenpay.parties.folded import folded, spellings


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Müller", "muller"),
        ("NGUYỄN", "nguyen"),
        ("Łukasz", "lukasz"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("İstanbul Işık", "istanbul isik"),
        ("Ærø Þór", "aero thor"),
        ("Ёлкин", "елкин"),
        ("Йосиф", "иосиф"),
        ("Ўладзімір", "уладзімір"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Neill", "o'neill"),
        ("ﬁ", "fi"),
        ("(erased)", "(erased)"),
    ],
)
def test_a_name_without_its_accents(name: str, plain: str) -> None:
    assert folded(name) == plain


@given(st.text(max_size=40))
def test_it_does_not_matter_how_a_name_is_composed_nor_whether_it_was_folded(name: str) -> None:
    assert {folded(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {folded(name)}
    assert folded(folded(name)) == folded(name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Müller", {"muller", "mueller"}),
        ("MUELLER", {"mueller", "muller"}),
        ("muller", {"muller"}),
        ("A\N{COMBINING RING ABOVE}SE", {"ase", "aase"}),
        ("Søren", {"soren", "soeren"}),
        ("Ёлкин", {"елкин"}),
        ("", {""}),
    ],
)
def test_a_letter_that_a_keyboard_lacks_is_one_or_two(typed: str, found: set[str]) -> None:
    assert spellings(typed) == found


@given(st.text(max_size=40))
def test_whoever_types_a_word_as_it_stands_finds_it(word: str) -> None:
    assert folded(word) in spellings(word)
