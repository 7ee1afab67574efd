"""Work in a process of its own that begins where this one stands."""

import os
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe


def forked(work: Callable[[Connection], None], *, duplex: bool = False) -> tuple[int, Connection]:
    """Start the work; return its process and the line it was given, at this end. It ends there, whatever happens."""
    ours, theirs = Pipe(duplex)
    process = os.fork()
    if process == 0:
        code = 1
        try:
            ours.close()
            work(theirs)
            code = 0
        finally:
            os._exit(code)
    theirs.close()
    return process, ours
