"""A reader under fuzzing, and what must hold for whatever it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tokenpay.errors import InvalidInput, TokenpayError


class Unread(TokenpayError):
    """For readers that answer "nothing of mine" with a value: their answer as a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One function that reads outside bytes or text, as its seeds are.

    `refuses` is the only error it may raise. `write` turns what it read back into what it reads: into the
    very same, or where `exact` is False into something that reads back equal.
    """

    name: str
    read: Callable[[Any], Any]
    seeds: tuple[bytes, ...] | tuple[str, ...]
    refuses: type[TokenpayError] | tuple[type[TokenpayError], ...] = InvalidInput
    write: Callable[[Any], Any] | None = None
    exact: bool = True
    words: tuple[str, ...] = ()
    """What a mutator should know of the format."""
    max_length: int = 512
    speed: float = 1
    """Inputs for each that a cheap reader gets in the long form."""

    def given(self, data: bytes) -> bytes | str:
        """Return fuzzed bytes as what the function takes: text may hold lone surrogates."""
        return data.decode("utf-8", "surrogateescape") if isinstance(self.seeds[0], str) else data

    def seed_bytes(self) -> list[bytes]:
        """Return the seeds as `given` takes them."""
        return [seed.encode() if isinstance(seed, str) else seed for seed in self.seeds]


def check(reader: Reader, data: bytes) -> bool:
    """Return whether the reader accepts; raises whatever breaks the invariant, AssertionError included."""
    given = reader.given(data)
    try:
        value = reader.read(given)
    except reader.refuses as error:
        _check_refusal(error, given)
        return False
    if reader.write is not None:
        written = reader.write(value)
        if reader.exact:
            assert written == given, f"{reader.name} accepts more than one form"
        else:
            assert reader.read(written) == value, f"{reader.name} does not read back what it read"
    return True


def _check_refusal(error: TokenpayError, given: bytes | str) -> None:
    """A refusal is one line that does not repeat what was given."""
    told = " ".join([error.message, *map(str, error.fields.values())])
    text = given if isinstance(given, str) else given.hex()
    assert error.code != TokenpayError.code or isinstance(error, Unread), "a refusal without a code"
    assert error.message, "a refusal says nothing"
    assert told.isprintable(), "a refusal is one printable line"
    # What is shorter may stand in a message that shows how a thing is written.
    assert len(given) < 24 or text not in told, "a refusal repeats what it was given"
