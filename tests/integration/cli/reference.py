"""docs/reference/cli.md, written from the parsers: `python -m tests.integration.cli.reference` writes it anew."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from tokenpay.cli.program import build_parser

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"
MARK = "<!-- What follows is written from the program: python -m tests.integration.cli.reference -->\n"
EVERYWHERE = {"-h", "--json", "--bank", "--operator"}


def commands() -> str:
    """Return every command with its arguments, as the program declares them."""
    return "\n".join(_parser(build_parser(), "tokenpay"))


def page() -> str:
    """Return the whole page: its hand-written beginning, and the commands."""
    return PAGE.read_text().partition(MARK)[0] + MARK + "\n" + commands()


def _parser(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, below in action.choices.items():
                yield from _parser(below, f"{name} {verb}")
            return
    yield f"## {name}\n"
    yield f"{parser.description}\n"
    shown = [action for action in parser._actions if not EVERYWHERE & set(action.option_strings)]
    signs_in = "; signs in with `--operator`" if "--operator" in parser._option_string_actions else ""
    has_bank = "`--bank`, " if "--bank" in parser._option_string_actions else ""
    if shown:
        yield "| argument | what it says |\n|---|---|"
        yield from (f"| {_written(action)} | {_cell(action)} |" for action in shown)
        yield ""
    yield f"Also {has_bank}`--json`{signs_in}.\n"


def _written(action: argparse.Action) -> str:
    value = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    if action.choices:
        value = ",".join(str(choice) for choice in action.choices)
    if not action.option_strings:
        return f"`{value}`"
    return f"`{action.option_strings[0]}`" if action.nargs == 0 else f"`{action.option_strings[0]} {value}`"


def _cell(action: argparse.Action) -> str:
    needed = "needed; " if action.option_strings and action.required else ""
    text = re.sub(r"\s+", " ", action.help or "").replace("|", "\\|")
    return (needed + text).rstrip("; ")


if __name__ == "__main__":
    PAGE.write_text(page())
