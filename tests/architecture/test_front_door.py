"""The front door: sorted, complete, documented, and cheap to open."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import tokenpay

HEAVY = ["web3", "eth_account", "ccxt", "textual", "sqlalchemy", "alembic", "segno", "pydantic", "cryptography"]
TERMINAL = Path(__file__).parents[2] / "terminal_app"


def test_import_tokenpay_is_cheap() -> None:
    code = f"import sys, tokenpay; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_all_is_sorted_and_every_name_opens() -> None:
    assert list(tokenpay.__all__) == sorted(set(tokenpay.__all__))
    missing = [name for name in tokenpay.__all__ if not hasattr(tokenpay, name)]
    assert not missing
    assert set(tokenpay.__all__) <= set(dir(tokenpay))


def test_every_public_name_is_documented() -> None:
    public = [getattr(tokenpay, name) for name in tokenpay.__all__]
    nouns_and_verbs = [thing for thing in public if inspect.isclass(thing) or inspect.isfunction(thing)]
    assert nouns_and_verbs
    # A dataclass without a docstring gets one that only repeats its signature.
    undocumented = [
        thing.__name__
        for thing in nouns_and_verbs
        if not thing.__doc__ or thing.__doc__.startswith(f"{thing.__name__}(")
    ]
    assert not undocumented


def test_the_terminal_app_names_only_what_the_front_door_shows() -> None:
    for path in TERMINAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tokenpay":
                assert node.module == "tokenpay", f"{path.name}:{node.lineno}"
                assert {alias.name for alias in node.names} <= set(tokenpay.__all__), f"{path.name}:{node.lineno}"
