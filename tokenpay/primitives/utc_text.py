"""A moment as ISO 8601 writes it, in UTC and to the second."""

from datetime import UTC, datetime


def utc_text(at_s: int) -> str:
    """Return Unix time as text, such as `2026-01-31T23:59:59Z`."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
