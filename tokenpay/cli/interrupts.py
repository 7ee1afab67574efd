"""Signals that end a command: each takes back what is half done, as Ctrl-C does."""

import signal

TYPE_CHECKING = False  # `typing` is slow, and signals are to be heard soon
if TYPE_CHECKING:
    from typing import Any

EXIT_INTERRUPTED = 128 + signal.SIGINT
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of the signals came; `exit_code` is what a shell says of a process that it ended."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


class Interruptible:
    """While its block runs, each of the signals raises Interrupted; a second one waits for the tidying up, a third not.

    Signals that are ignored, as by nohup, stay so. Only the main thread hears any: elsewhere nothing is changed.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._came = 0

    def __enter__(self) -> None:
        for number in ENDING:
            handler = signal.getsignal(number)
            if handler in (signal.SIG_IGN, None):
                continue
            try:
                signal.signal(number, self._hear)
            except ValueError:  # not the main thread
                return
            self._before[number] = handler

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _frame: object) -> None:
        self._came += 1
        if self._came == 1:
            raise Interrupted(number)
        signal.signal(number, signal.SIG_DFL)
