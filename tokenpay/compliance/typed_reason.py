"""Why a person refused, froze or stopped something, as they typed it: whole in the record, or not taken at all."""

from tokenpay.errors import InvalidInput
from tokenpay.requests.visible import is_visible

MAX_REASON = 140


def checked_reason(text: str) -> str:
    """Return a typed reason without outer spaces; raises InvalidInput for an empty, long or invisible one."""
    text = text.strip()
    if not 0 < len(text) <= MAX_REASON or not is_visible(text):
        raise InvalidInput(f"a reason is 1 to {MAX_REASON} visible characters")
    return text
