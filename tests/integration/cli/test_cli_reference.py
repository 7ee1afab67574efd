"""The reference page says what the program does."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.integration.cli.conftest import Said
from tests.integration.cli.reference import MARK, PAGE, commands
from tokenpay.cli.interrupts import ENDING
from tokenpay.cli.program import EXIT_BROKEN_PIPE, EXIT_INTERNAL, EXIT_OUTPUT_LOST, EXITS


def test_the_page_is_in_step_with_the_program() -> None:
    written = PAGE.read_text().partition(MARK)[2].strip()
    assert written == commands().strip(), "run: python -m tests.integration.cli.reference"


def test_the_page_names_every_exit_code() -> None:
    told = {
        int(code)
        for codes in re.findall(r"^\| ([\d, ]+) \|", PAGE.read_text(), re.MULTILINE)
        for code in codes.split(",")
    }
    assert told == {0, 1, EXIT_INTERNAL, EXIT_OUTPUT_LOST, EXIT_BROKEN_PIPE} | {code for _, code in EXITS} | {
        128 + number for number in ENDING
    }


def test_the_ceremony_on_the_page_founds_a_bank(run: Callable[..., Said], tmp_path: Path) -> None:
    shown = re.search(r"```json\n(\{\n  \"name\".*?)```", PAGE.read_text(), re.DOTALL)
    assert shown
    ceremony = json.loads(shown[1])
    for person in ceremony["founders"]:
        person["password"] = "password1"
    (tmp_path / "ceremony.json").write_text(json.dumps({**ceremony, "chains": []}))
    said = run("bank", "found", "--ceremony", tmp_path / "ceremony.json", "--bank", tmp_path / "bank")
    assert said.code == 0
