"""Reasons as they are stored."""

from collections.abc import Sequence
from functools import lru_cache

from tokenpay.payments.payment import Reason
from tokenpay.primitives.canonical import canonical_text, parse_canonical


def reasons_text(reasons: Sequence[Reason]) -> str:
    return canonical_text([{"code": reason.code, "message": reason.message} for reason in reasons])


@lru_cache(maxsize=256)
def parse_reasons(text: str) -> tuple[Reason, ...]:
    """Return the reasons in a row, most often none; raises IntegrityError or TypeError for what nobody wrote so."""
    return tuple(Reason(**reason) for reason in parse_canonical(text))
