"""One gate: nothing but `clear` makes a clearance; the store only reads one back."""

import ast
from pathlib import Path

LIBRARY = Path(__file__).parents[2] / "tokenpay"


def test_only_the_gate_makes_a_clearance() -> None:
    makers = {
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Clearance"
    }
    assert makers == {"steps/clear.py", "store/clearance_store.py"}
