"""Write docs/reference/comparison.md."""

import importlib
import pkgutil
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import tests.comparison
from tests.comparison import ACCEPTS, PEERS, Row
from tests.peers import VERSIONS, Peers, open_peers

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "comparison.md"
INTRODUCTION = """# Comparison

What widely used libraries do with inputs that are invalid by one rule each, beside tokenpay, which refuses every one
by the rule that is named. Each was built by code from a valid twin, and tokenpay accepts every twin. To write this
page anew: `python -m tests.comparison`.
"""


def sections() -> dict[str, ModuleType]:
    """Return the modules that compare something, by the name of their section."""
    names = [found.name for found in pkgutil.iter_modules(tests.comparison.__path__)]
    modules = {
        name: importlib.import_module(f"tests.comparison.{name}")
        for name in names
        if not name.startswith(("_", "test_"))
    }
    return {name.replace("_", " ").capitalize(): module for name, module in modules.items() if hasattr(module, "rows")}


def page(peers: Peers) -> str:
    """Return the whole page."""
    versions = {"eth-account": version("eth-account"), **VERSIONS}
    asked = "Asked: " + ", ".join(f"{peer} {versions[peer]}" for peer in PEERS) + ".\n"
    return "\n".join(
        [INTRODUCTION, asked, *(section(name, module, module.rows(peers)) for name, module in sections().items())]
    )


def section(name: str, module: ModuleType, rows: list[Row]) -> str:
    """Return one section: its introduction, how many each peer accepts, and a line for each input."""
    accepted = [f"{peer} accepts {sum(row.answers[peer] == ACCEPTS for row in rows)}" for peer in PEERS]
    introduction = (module.__doc__ or "").strip()
    lines = [f"## {name}", "", introduction, "", f"Of {len(rows)}, {', '.join(accepted)}.", ""]
    lines += [f"| what is wrong | rule | {' | '.join(PEERS)} |", "|---" * (2 + len(PEERS)) + "|"]
    for row in rows:
        lines.append(f"| {row.what} | `{row.rule}` | {' | '.join(row.answers[peer] for peer in PEERS)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    with open_peers() as running:
        PAGE.write_text(page(running))
