"""The collector of memory, for work that makes much and keeps little."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_collection() -> Iterator[None]:
    """Look through memory seldom meanwhile."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
