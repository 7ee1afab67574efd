"""Standard input, output and error, which may be closed, full, or unable to spell a name."""

import io
import os
import sys
from contextlib import suppress
from typing import TextIO


class OutputLost(Exception):
    """What was to be said could not be written; what was asked for is done."""


def prepare() -> None:
    """Make the three streams safe to use.

    A closed one becomes one that refuses every use, so that no file of the bank is opened under its number.
    What an encoding cannot spell is escaped.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            unusable = os.open(os.devnull, os.O_RDONLY if number else os.O_WRONLY)
            if unusable != number:
                os.dup2(unusable, number)
                os.close(unusable)
            stream = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
            setattr(sys, name, stream)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def say(text: str, stream: TextIO | None = None) -> None:
    """Write a line to standard output, or another stream, at once; raises OutputLost, BrokenPipeError."""
    stream = sys.stdout if stream is None else stream
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        _silence(stream)
        raise
    except (OSError, ValueError):
        _silence(stream)
        raise OutputLost from None


def say_aside(text: str) -> bool:
    """Write a line to standard error at once, and tell whether that could be done."""
    try:
        say(text, sys.stderr)
    except (OutputLost, BrokenPipeError):
        return False
    return True


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere: it must not fail again when the process ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
