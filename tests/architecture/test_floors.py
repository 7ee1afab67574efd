"""The floors of the house, where import-linter cannot look: its own list of pure rooms, clocks, entropy, floats."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
LIBRARY = REPOSITORY / "tokenpay"
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract
    for contract in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


def pure_rooms() -> list[str]:
    """The rooms below the store and the ports, from the drawing that import-linter enforces, settings left out."""
    floors = [re.findall(r"\w+", floor) for floor in CONTRACTS["floors"]["layers"]]
    ground = next(number for number, rooms in enumerate(floors) if "store" in rooms)
    rooms = {room for floor in floors[ground + 1 :] for room in floor} - {"settings"}
    return sorted(room for room in rooms if (LIBRARY / room).is_dir() or (LIBRARY / f"{room}.py").is_file())


PURE_FILES = [
    path
    for room in pure_rooms()
    for path in [LIBRARY / f"{room}.py", *(LIBRARY / room).rglob("*.py")]
    if path.is_file()
]
# Names of the standard library that answer differently each time they are asked.
ASKS_THE_WORLD = {
    "now",
    "utcnow",
    "today",
    "time_ns",
    "monotonic",
    "urandom",
    "uuid1",
    "uuid4",
    "token_bytes",
    "getrandom",
}


def test_every_pure_room_is_held_to_purity() -> None:
    assert CONTRACTS["pure"]["source_modules"] == [f"tokenpay.{room}" for room in pure_rooms()]


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_the_rules_ask_no_clock_and_no_entropy(path: Path) -> None:
    tree = ast.parse(path.read_text())
    asked = {
        f"line {node.lineno}: {node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS_THE_WORLD
    }
    assert not asked


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_the_rules_know_no_float(path: Path) -> None:
    tree = ast.parse(path.read_text())
    floats = {
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
        or (isinstance(node, ast.arg | ast.AnnAssign) and "float" in ast.dump(node.annotation or node))
    }
    assert not floats
