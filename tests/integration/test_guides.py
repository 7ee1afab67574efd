"""The guides run from top to bottom, on public names alone, and print what they say."""

import ast
import doctest
import re
from pathlib import Path

import pytest

import tokenpay
from tokenpay import testing
from tokenpay.testing import simulator

PAGES = sorted((Path(__file__).parents[2] / "docs" / "guides").glob("*.md"))
PUBLIC = {module.__name__: set(module.__all__) for module in (tokenpay, testing, simulator)}
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
GUIDES = [page for page in PAGES if BLOCK.search(page.read_text())]
"""Those that show code; others are for people at a screen."""


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_prints_what_it_says(guide: Path) -> None:
    code = "\n".join(BLOCK.findall(guide.read_text()))
    test = doctest.DocTestParser().get_doctest(code, {}, guide.name, None, None)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert tried
    assert not failed, "".join(said)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_uses_public_names_only(guide: Path) -> None:
    parser = doctest.DocTestParser()
    for example in parser.get_examples("\n".join(BLOCK.findall(guide.read_text()))):
        for node in ast.walk(ast.parse(example.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tokenpay"):
                assert {alias.name for alias in node.names} <= PUBLIC.get(node.module or "", set()), example.source
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tp":
                assert node.attr in PUBLIC["tokenpay"], example.source
