"""The documentation: no dead link, every error has its entry, and the README's example is the one that is run."""

import inspect
import re
import shlex
from pathlib import Path

import pytest

from tokenpay import errors
from tokenpay.cli.program import build_parser

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
ERRORS = [
    thing for thing in vars(errors).values() if inspect.isclass(thing) and issubclass(thing, errors.TokenpayError)
]
HEX = re.compile(r"\b[0-9a-f]{4}…")
"""A key, as a page cuts it short."""
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [target for target in LINK.findall(page.read_text()) if not (page.parent / target).exists()]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_no_page_holds_both_sides_of_a_merge(page: Path) -> None:
    assert not re.search(r"^(<{7}|>{7}) ", page.read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_command_of_a_page_can_be_given_as_it_stands(page: Path) -> None:
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(HEX.sub("ab" * 32, line), comments=True)
            if words[:1] == ["tokenpay"]:
                build_parser(words[1:]).parse_args(words[1:])


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_its_entry(error: type[errors.TokenpayError]) -> None:
    heading = f"## {error.code.replace('.', '-')}\n"
    assert heading in (DOCS / "reference" / "errors.md").read_text()
    assert error.__name__ in (errors.__doc__ or "") or error is errors.TokenpayError


def test_error_codes_are_unique() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)


def test_the_readme_shows_the_example_that_is_run() -> None:
    shown = re.search(
        r"<!-- example:start -->\n```python\n(.*?)```\n<!-- example:end -->",
        (REPOSITORY / "README.md").read_text(),
        re.DOTALL,
    )
    assert shown
    assert shown[1] == (DOCS / "examples" / "first_payment.py").read_text()
