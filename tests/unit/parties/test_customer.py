"""Names: written in one way, and printable."""

import pytest

from tokenpay.errors import InvalidInput
from tokenpay.parties.customer import checked_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Anna Schmidt", "Anna Schmidt"),
        ("  Anna  ", "Anna"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\u674e\u5c0f\u9f99", "\u674e\u5c0f\u9f99"),
        ("x" * 140, "x" * 140),
    ],
)
def test_a_name_is_kept_in_one_form(name: str, kept: str) -> None:
    assert checked_name(name) == kept
    assert checked_name(kept) == kept


@pytest.mark.parametrize("name", ["", "   ", "x" * 141, "Anna\nSchmidt", "Anna\x00", "Anna\u202eSchmidt", "a\u200bb"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidInput):
        checked_name(name)
