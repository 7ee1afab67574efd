"""Texts that leave in a file of their own, so that exported records can be shown, kept or erased apart from them.

Lines of canonical JSON: what it is, then each text that still stands, with the salt by which its record proves it. A
text that was erased is not there.
"""

from collections.abc import Iterable, Iterator, Mapping

from tokenpay.audit.text import AuditText, text_hash
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.canonical import Value, canonical_text
from tokenpay.primitives.strict_json import read_json

_FORMAT = "tokenpay/audit-texts/1"
_MOST_CHARACTERS = 2**20
_FIELDS = {"seq", "name", "salt", "text"}


def text_lines(stream: str, texts: Iterable[AuditText]) -> Iterator[str]:
    """Yield the lines of a file of texts of one stream's records."""
    yield canonical_text({"format": _FORMAT, "stream": stream})
    for each in texts:
        if each.salt is not None and each.text is not None:
            line: dict[str, Value] = {"seq": each.seq, "name": each.name, "salt": each.salt.hex(), "text": each.text}
            yield canonical_text(line)


def verify_text_lines(lines: Iterable[str], stream: str, told: Mapping[int, Mapping[str, str]]) -> int:
    """Return how many texts a file proves; `told` are the hashes that proved records name, by number and name.

    Raises InvalidInput for what is no file of texts of this stream, IntegrityError for a text that is not the one that
    its record was written with.
    """
    lines = iter(lines)
    if _read(next(lines, "")) != {"format": _FORMAT, "stream": stream}:
        raise InvalidInput("the file holds no texts of this export")
    proved = set[tuple[int, str]]()
    for line in lines:
        seq, name, digest = _text(line)
        if told.get(seq, {}).get(name) != digest or (seq, name) in proved:
            raise IntegrityError("a text is not the one that its record was written with", stream=stream, seq=seq)
        proved.add((seq, name))
    return len(proved)


def _text(line: str) -> tuple[int, str, str]:
    found = _read(line)
    seq, name, salt, text = (found.get(field) for field in ("seq", "name", "salt", "text"))
    if found.keys() != _FIELDS or type(seq) is not int:
        raise InvalidInput("the file holds no texts of this export")
    if not (isinstance(name, str) and isinstance(salt, str) and isinstance(text, str)):
        raise InvalidInput("the file holds no texts of this export")
    try:
        return seq, name, text_hash(text, bytes.fromhex(salt))
    except ValueError:
        raise InvalidInput("the file holds no texts of this export") from None


def _read(line: str) -> dict[str, object]:
    try:
        found = read_json(line.rstrip("\n"), max_characters=_MOST_CHARACTERS, max_depth=1)
    except InvalidInput:
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("the file holds no texts of this export")
    return found
