"""A terminal at a demo bank: founded at the first run and gone on with later, its engine and its chain beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tokenpay as tp
from terminal_app.language import _

ROUND_EVERY_S = 86_400
"""A bank that was left for a day lives through another round first: its list is dated again."""
STOP_S = 10.0


def demo(named: Path | None, show: Callable[[Path, str], int]) -> int:
    """Found the demo bank or go on with it, run its engine, and show its terminal; returns the exit code.

    Where nobody sits at a screen the demo is told instead. Raises tp.Unavailable.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(_("There is no screen here to open a terminal on: this is the demo, told in lines."), flush=True)
        return _tell(*([] if named is None else ["--keep", str(named)]))
    folder = _folder(named)
    if _last_round_s(folder) + ROUND_EVERY_S < time.time():
        code = _tell("--keep", str(folder))
        if code:
            return code
    note = _people(folder)
    with _engine(folder):
        return show(folder, note)


def _folder(named: Path | None) -> Path:
    from platformdirs import user_data_path

    return (named or user_data_path("tokenpay", appauthor=False) / "demo").resolve()


def _last_round_s(folder: Path) -> float:
    """Return when the story was last told in a folder: each round leaves pictures of its codes there."""
    if not (folder / "bank.json").exists():
        return 0.0
    return max((picture.stat().st_mtime for picture in (folder / "codes").glob("*.png")), default=0.0)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "tokenpay.cli", *words]  # -P: what lies in the current folder is not imported


def _tell(*options: str) -> int:
    try:
        return subprocess.run(_command("demo", *options), check=False).returncode  # noqa: S603 - our own module
    except KeyboardInterrupt:
        return 130


def _people(folder: Path) -> str:
    """Return a line for each person of the demo bank, with the password that is for a demo only."""
    asked = _command("demo", "--keep", str(folder), "--people")
    answer = subprocess.run(asked, check=False, stdout=subprocess.PIPE)  # noqa: S603 - our own module
    if answer.returncode:
        raise tp.Unavailable(_("the bank in this folder is no demo bank"))
    people: Sequence[dict[str, Any]] = json.loads(answer.stdout)
    lines = [f"  {person['id']:<8}{person['password']:<12}{person['name']}" for person in people]
    return "\n".join([_("A demo bank. Its people, and their passwords:"), *lines])


@contextmanager
def _engine(folder: Path) -> Iterator[None]:
    """Run the engine, which brings the chain, for as long as the block; both end with this process, however it ends."""
    words = _command("engine", "run", "--until-stdin-closes")
    with (folder / "devnet" / "engine.log").open("ab") as log:
        engine = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            words,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "TOKENPAY_BANK": str(folder)},
            start_new_session=True,  # a Ctrl-C is the terminal's alone
        )
    try:
        yield
    finally:
        if engine.stdin is not None:
            engine.stdin.close()
        try:
            engine.wait(STOP_S)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()
