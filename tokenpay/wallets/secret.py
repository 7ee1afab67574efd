"""Bytes that nothing shows by accident."""

from hmac import compare_digest


class Secret:
    """Secret bytes: no repr, format or error shows them; `reveal` is the one way in."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def reveal(self) -> bytes:
        """Return the bytes, to encrypt or to derive from; never to show or to log."""
        return self._raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._raw, other._raw)

    __hash__ = None  # type: ignore[assignment]  # a hash of a secret says something about it

    def __repr__(self) -> str:
        return f"Secret({len(self._raw)} bytes)"
