"""The dates that lists carry, as Unix seconds: a day alone is its first second in UTC."""

from datetime import UTC, datetime

from tokenpay.errors import InvalidInput


def day_s(year: str, month: str, day: str) -> int:
    """Return a day's first second; raises InvalidInput for what is no day."""
    try:
        return int(datetime(int(year), int(month), int(day), tzinfo=UTC).timestamp())
    except ValueError:
        raise InvalidInput("the list's own date is none") from None


def moment_s(text: str) -> int:
    """Return a moment of ISO 8601, UTC where it names no zone; raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("the list's own date is none") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
