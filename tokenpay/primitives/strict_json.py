"""JSON as outsiders send it, read with the doubts taken out (RFC 8259, section 4).

What parsers disagree about is refused: an object that holds a name twice, NaN and infinities, numbers too
large for a binary64 or of thousands of digits, and half of a surrogate pair (RFC 7493, section 2). A number
with a point or an exponent is read as a Decimal, exactly.
"""

import json
import re
from decimal import Decimal, DecimalException
from itertools import accumulate

from tokenpay.errors import InvalidInput

_NO_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^][{}"]+', re.DOTALL)
_MAX_EXPONENT = 307
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def read_json(text: str, *, max_characters: int, max_depth: int) -> object:
    """Return the value of a JSON text.

    Raises InvalidInput with `rule`: "size", "depth", "json" or "duplicate_name". The message begins with
    its verb, so that the caller may say what the text was to be.
    """
    if len(text) > max_characters:
        raise InvalidInput(f"is longer than {max_characters} characters", rule="size")
    if nests_deeper(text, max_depth):
        raise InvalidInput(f"is more than {max_depth} levels deep", rule="depth")
    try:
        value: object = json.loads(text, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)
        if "\\u" in text or not text.isascii():
            json.dumps(value, ensure_ascii=False, default=str).encode()  # half of a pair has no bytes
    except (ValueError, DecimalException):  # also an integer of thousands of digits
        raise InvalidInput("is not JSON", rule="json") from None
    return value


def nests_deeper(text: str, levels: int) -> bool:
    """Return whether a JSON text nests deeper than so many levels, asked before it is read.

    The JSON parser recurses: where somebody raised the recursion limit, as web3 does, depth takes the process down.
    """
    if text.count("[") + text.count("{") <= levels:
        return False
    return max(accumulate(map(_STEP.__getitem__, _NO_BRACKETS.sub("", text))), default=0) > levels


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidInput("has an object that holds a name twice", rule="duplicate_name")
    return found


def _finite(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or number.adjusted() > _MAX_EXPONENT:
        raise ValueError
    return number
