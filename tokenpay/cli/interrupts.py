"""Signals that end a command: each takes back what is half done, as Ctrl-C does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_INTERRUPTED = 128 + signal.SIGINT
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of the signals came; `exit_code` is what a shell says of a process that it ended."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


@contextmanager
def interruptible() -> Iterator[None]:
    """Let each of the signals raise Interrupted. A second one waits for the tidying up, a third does not.

    Signals that are ignored, as by nohup, stay so. Only the main thread hears any: elsewhere nothing is changed.
    """
    came: list[int] = []

    def end(number: int, _frame: object) -> None:
        came.append(number)
        if len(came) == 1:
            raise Interrupted(number)
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.getsignal(number) for number in ENDING}
    heard = [number for number, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    try:
        for number in heard:
            signal.signal(number, end)
    except ValueError:  # not the main thread
        heard = []
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
