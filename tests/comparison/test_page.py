"""The published comparison is what everyone answers today."""

from tests.comparison.__main__ import PAGE, page


def test_the_page_is_true(peers):
    assert page(peers) == PAGE.read_text(), "python -m tests.comparison"
