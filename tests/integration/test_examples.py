"""The examples of the documentation run, on public names alone, and print what is committed beside them.

A new output is written by the example itself: `cd docs/examples && python refund.py > refund.out`.
"""

import ast
import runpy
from pathlib import Path

import pytest

import tokenpay
from tokenpay import testing

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
PUBLIC = {"tokenpay": set(tokenpay.__all__), "tokenpay.testing": set(testing.__all__)}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_prints_its_committed_output(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out == script.with_suffix(".out").read_text()


def test_every_output_has_its_example() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.out")} == {path.stem for path in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_uses_public_names_only(script: Path) -> None:
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                assert not alias.name.startswith("tokenpay."), f"line {node.lineno}"
                assert alias.name != "tokenpay" or alias.asname == "tp", f"line {node.lineno}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tokenpay"):
            assert {alias.name for alias in node.names} <= PUBLIC.get(node.module or "", set()), f"line {node.lineno}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tp":
            assert node.attr in PUBLIC["tokenpay"], f"line {node.lineno}: {node.attr}"
