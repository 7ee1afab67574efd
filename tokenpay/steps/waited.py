"""Whether something has waited long enough, by a clock that may have been wrong."""


def waited(since_s: int, long_s: int, *, now_s: int) -> bool:
    """Tell whether something waits so long; a time as far ahead was a wrong clock's, and nobody waits for it."""
    return abs(now_s - since_s) >= long_s
