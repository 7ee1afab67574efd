import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "concepts" / "requests.md"


def test_the_examples_on_the_page_print_what_they_say():
    results = doctest.testfile(str(PAGE), module_relative=False)
    assert results.attempted > 0
    assert results.failed == 0
