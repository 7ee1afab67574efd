"""Typed reasons: whole, or not taken."""

import pytest

from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import InvalidInput


@pytest.mark.parametrize(("text", "kept"), [("no", "no"), ("  a call  ", "a call"), ("é" * 140, "é" * 140)])
def test_a_reason_is_kept_whole(text: str, kept: str) -> None:
    assert checked_reason(text) == kept


@pytest.mark.parametrize("text", ["", "  \n", "x" * 141, "a\nb", "a\x00", "a\u202eb", "a\u200bb", "\u3164"])
def test_a_reason_that_is_none_is_not_taken(text: str) -> None:
    with pytest.raises(InvalidInput, match="a reason is 1 to 140 visible characters"):
        checked_reason(text)
