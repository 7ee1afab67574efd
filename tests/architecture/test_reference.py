"""The reference: every verb of the front door has its entry, which is true to the code, and whose example runs."""

import ast
import doctest
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tokenpay
from tokenpay import errors
from tokenpay.compliance.risk.typology import TYPOLOGIES
from tokenpay.testing import TOKEN, euro, open_branch

REPOSITORY = Path(__file__).parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"
VERBS = {name: verb for name in tokenpay.__all__ if inspect.isfunction(verb := getattr(tokenpay, name))}
NOT_OF_VERBS = {"index.md", "cli.md", "comparison.md", "errors.md", "events.md", "reasons.md"}
PAGES = sorted(path for path in REFERENCE.glob("*.md") if path.name not in NOT_OF_VERBS)
ENTRY = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
# A reason's code where it is made: by keyword, or as the first of a line of the limits' table.
GIVEN = re.compile(r"(?:code=|^        \()\"([a-z_]+\.[a-z_]+)\"", re.MULTILINE)
# The rows of an entry, in their order; only the verbs that change something have the last two.
ROWS = ("Returns", "Raises", "Who may", "Again", "Writes")
LIBRARY = REPOSITORY / "tokenpay"
SOURCES = [
    *LIBRARY.glob("operations/*.py"),
    *LIBRARY.glob("steps/*.py"),
    LIBRARY / "bootstrap.py",
    LIBRARY / "ceremonies.py",
]


def entries() -> dict[str, tuple[Path, str]]:
    return {name: (page, text) for page in PAGES for name, text in ENTRY.findall(page.read_text())}


def error_codes() -> set[str]:
    return {error.code for error in vars(errors).values() if inspect.isclass(error) and hasattr(error, "code")}


def definition(source: str) -> str:
    """The signature in one spelling, whatever its line breaks."""
    function = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(function, ast.FunctionDef)
    returns = ast.unparse(function.returns) if function.returns else ""
    return f"{function.name}({ast.unparse(function.args)}) -> {returns}"


def written_kinds() -> Iterator[str]:
    """The audit action of every `record(...)` in the code; what is filled in at run time reads `*`."""
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "record":
                action = call.args[3]
                parts = action.values if isinstance(action, ast.JoinedStr) else [action]
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)


def test_every_verb_has_one_entry_and_every_entry_a_verb() -> None:
    named = [name for page in PAGES for name, _ in ENTRY.findall(page.read_text())]
    assert sorted(named) == sorted(VERBS)


def test_the_index_leads_to_every_verb() -> None:
    index = (REFERENCE / "index.md").read_text()
    missing = [name for name, (page, _) in entries().items() if f"[{name}]({page.name}#{name})" not in index]
    assert not missing


@pytest.mark.parametrize("name", VERBS)
def test_an_entry_shows_the_signature_of_today(name: str) -> None:
    verb: Callable[..., Any] = VERBS[name]
    shown = CODE.findall(entries()[name][1])[0]
    assert definition(shown.rstrip() + ": ...") == definition(inspect.getsource(inspect.unwrap(verb)))


@pytest.mark.parametrize("name", VERBS)
def test_an_entry_says_what_every_entry_says(name: str) -> None:
    _, text = entries()[name]
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|", text, re.MULTILINE)
    assert rows == [row for row in ROWS if row in rows]
    assert {"Returns", "Raises", "Who may"} <= set(rows)
    assert len(CODE.findall(text)) == 2, "a signature and an example"
    raised = re.search(r"^\| \*\*Raises\*\* \|(.*)$", text, re.MULTILINE)
    assert raised
    assert set(re.findall(r"`([a-z_.]+)`", raised[1])) <= error_codes()


@pytest.mark.parametrize("name", VERBS)
def test_an_entry_names_the_permission_that_the_code_asks(name: str) -> None:
    asked = {word.lower() for word in re.findall(r"Permission\.([A-Z_]+)", inspect.getsource(VERBS[name]))}
    who = re.search(r"^\| \*\*Who may\*\* \|(.*)$", entries()[name][1], re.MULTILINE)
    assert who
    assert asked <= set(re.findall(r"`(\w+)`", who[1]))


def test_every_kind_of_event_is_listed() -> None:
    listed = re.findall(r"^\| `([\w.*]+)` \|", (REFERENCE / "events.md").read_text(), re.MULTILINE)
    families = {kind.removesuffix("*") for kind in written_kinds() if kind.endswith("*")}
    plain = {kind for kind in written_kinds() if not kind.endswith("*")}
    assert plain <= set(listed)
    assert all(any(kind.startswith(family) for kind in listed) for family in families)
    assert all(kind in plain or kind.startswith(tuple(families)) for kind in listed)


def test_every_reason_is_listed() -> None:
    listed = set(re.findall(r"^\| `([\w.]+)` \|", (REFERENCE / "reasons.md").read_text(), re.MULTILINE))
    rooms = (LIBRARY / room for room in ("operations", "steps", "compliance", "payments"))
    given = {code for room in rooms for path in room.glob("*.py") for code in re.findall(GIVEN, path.read_text())}
    given |= {f"risk.{typology.name}" for typology in TYPOLOGIES} | {"risk.out_of_habit"}
    assert given == {code for code in listed - error_codes() if not code.startswith("customer.")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_they_say(page: Path) -> None:
    with open_branch() as branch:
        people = {name: getattr(branch, name) for name in ("vera", "otto", "tim", "engine", "anna", "boris")}
        names = {"tp": tokenpay, "branch": branch, "bank": branch.bank, "token": TOKEN, "euro": euro, **people}
        for number, code in enumerate(code for code in CODE.findall(page.read_text()) if code.startswith(">>> ")):
            test = doctest.DocTestParser().get_doctest(code, names, f"{page.name}, example {number}", None, None)
            said: list[str] = []
            failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=said.append, clear_globs=False)
            names = test.globs
            assert tried
            assert not failed, "".join(said)
