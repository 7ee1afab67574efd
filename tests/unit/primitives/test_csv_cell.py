"""Cells of CSV: no spreadsheet runs one, whatever stands unseen before its formula."""

import pytest

from tokenpay.primitives.csv_cell import csv_cell

UNSEEN = ["", " ", "\u00a0", "\u200b", "\ufeff", "\x1b", "\x00", "\u202e", "\u200b \ufeff"]
FORMULAS = ["=1+1", "+1", "-1", "@sum", "'x", "\uff1d1", "\ufe62" + "1", "\ufe63" + "1", "\u2212" + "1", "\ufe66" + "1"]


@pytest.mark.parametrize("before", UNSEEN)
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_stands_behind_an_apostrophe(before: str, formula: str) -> None:
    assert csv_cell(before + formula) == f"'{before}{formula}"
    assert csv_cell(f"a;{before}{formula}") == f"a;'{before}{formula}"


@pytest.mark.parametrize("text", ["", "Anna", "1.50", "a=b", "a - b", "a; b", "\u200bAnna"])
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text
