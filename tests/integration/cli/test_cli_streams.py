"""Standard input, output and error that are closed, full or narrow: the act is done once, and the exit code says so."""

import json
import os
import re
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

import pytest

from tests.forked import forked
from tests.integration.cli.conftest import Desk
from tests.world import PASSWORDS
from tokenpay.cli import main, output
from tokenpay.cli.program import EXIT_OUTPUT_LOST

ENROL = ("customer", "enrol", "Édith 支店", "--key", "k")
LOST = "error output.lost: it was done, but the answer could not be written\n"


def started(desk: Desk, redirection: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell that opens or closes the streams; what is not redirected is caught."""
    code = "import sys; from tokenpay.cli import main; sys.exit(main())"
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-c", code, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "TOKENPAY_OPERATOR": "tom", "TOKENPAY_PASSWORD": PASSWORDS["tom"], **environment},
    )


def begun(desk: Desk, redirection: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same without a new interpreter, in a process that begins where this one stands and ends as a program does."""
    said = [desk.folder.parent / f"said-{number}" for number in (1, 2)]
    for path in said:
        path.touch()

    def work(_: Connection) -> None:
        os.environ.update({"TOKENPAY_OPERATOR": "tom", "TOKENPAY_PASSWORD": PASSWORDS["tom"], **environment})
        places = dict(enumerate([os.devnull, *map(str, said)]))
        for number, sign, place in re.findall(r"(\d?)([<>])&?(\S+)", redirection):
            places[int(number or sign == ">")] = place
        for number, place in places.items():
            how = os.O_WRONLY if number else os.O_RDONLY
            os.close(number) if place == "-" else os.dup2(os.open(place, how), number)
        sys.stdin, sys.stdout, sys.stderr = (  # type: ignore[assignment]
            None if place == "-" else open(number, "w" if number else "r", closefd=False)  # noqa: SIM115 - to the end
            for number, place in places.items()
        )
        code = main(words)
        for stream in filter(None, (sys.stdout, sys.stderr)):
            try:
                stream.flush()
            except OSError:
                code = 120  # what the interpreter ends with
        os._exit(code)

    process, line = forked(work)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    line.close()
    told = [path.read_text() for path in said]
    for path in said:
        path.unlink()
    return subprocess.CompletedProcess(words, code, *told)


def enrolled(desk: Desk) -> int:
    """How many customers came to the two that were there."""
    return len(desk.rows()["customers"]) - 2


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
def test_an_answer_that_is_lost_has_a_code_of_its_own(desk: Desk, redirection: str) -> None:
    done = started(desk, redirection, *ENROL)
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_OUTPUT_LOST, "", LOST)
    done = begun(desk, redirection, *ENROL, "--json")
    assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (EXIT_OUTPUT_LOST, "output.lost")
    assert enrolled(desk) == 1


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">/dev/full 2>&-", "<&- >&- 2>&-"])
def test_nothing_is_said_on_the_wrong_stream(desk: Desk, redirection: str) -> None:
    done = started(desk, redirection, *ENROL)
    assert done.returncode == (0 if redirection.startswith("2>") else EXIT_OUTPUT_LOST)
    assert done.stderr == ""
    assert done.stdout.startswith("id: C") == (done.returncode == 0)
    done = begun(desk, redirection, "customer", "balances", "C0")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", "")
    assert enrolled(desk) == 1


def test_without_a_key_that_could_be_told_nothing_is_done(desk: Desk) -> None:
    done = begun(desk, "2>/dev/full", *ENROL[:3])
    assert (done.returncode, done.stdout) == (2, "")
    assert enrolled(desk) == 0


@pytest.mark.parametrize(("words", "redirection"), [(("customer", "--help"), ">&-"), (("--help",), ">/dev/full")])
def test_help_is_an_answer_too(desk: Desk, words: tuple[str, ...], redirection: str) -> None:
    done = begun(desk, redirection, *words)
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_OUTPUT_LOST, "", LOST)


@pytest.mark.parametrize("once", [(), ("--once",)])
def test_an_engine_that_cannot_speak_ends_after_its_turn(
    desk: Desk, once: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("sys.stdout", full)
        said = desk("engine", "run", "--json", *once)
    assert (said.code, said.out, json.loads(said.err)["error"]["code"]) == (EXIT_OUTPUT_LOST, "", "output.lost")


def test_a_name_that_the_encoding_cannot_spell_is_escaped(desk: Desk) -> None:
    done = started(desk, "", *ENROL, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "name: \\xc9dith \\u652f\\u5e97\n" in done.stdout
    assert enrolled(desk) == 1


def test_nobody_to_ask(desk: Desk) -> None:
    done = begun(desk, "<&-", *ENROL, TOKENPAY_PASSWORD="")
    assert (done.returncode, done.stdout, done.stderr.split()[:2]) == (2, "", ["error", "input.invalid:"])
    done = begun(desk, "<&-", "bank", "found", "--bank", str(desk.folder / "new"))
    assert (done.returncode, done.stderr.split()[:2]) == (2, ["error", "input.invalid:"])


def test_a_closed_stream_is_never_a_file_of_the_bank(desk: Desk) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tokenpay.cli import desk, main\n"
        "found = []\n"
        "opened = desk.tp.open_bank\n"
        "def look(*given, **named):\n"
        "    for number in (0, 1, 2): found.append(os.readlink(f'/proc/self/fd/{number}'))\n"
        "    return opened(*given, **named)\n"
        "desk.tp.open_bank = look\n"
        "main(['bank', 'show'])\n"
        "Path(sys.argv[1]).write_text(' '.join(found))\n"
    )
    told = desk.folder / "told"
    subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code, str(told)], check=True)
    assert told.read_text().split() == ["/dev/null"] * 3


def test_an_answer_that_cannot_be_rendered_was_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> list[str]:
        raise RuntimeError("a secret word")

    monkeypatch.setattr(output, "_lines", broken)
    said = desk(*ENROL)
    assert (said.code, said.out, said.err) == (EXIT_OUTPUT_LOST, "", LOST)
    monkeypatch.undo()
    assert enrolled(desk) == 1


def test_a_time_beyond_the_calendar_is_a_number(desk: Desk) -> None:
    assert output._text("expires_at_s", 10**12) == "1000000000000"
    assert output._text("expires_at_s", 0) == "1970-01-01 00:00:00Z"
