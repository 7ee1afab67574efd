"""Idempotency keys: same key and same content, same result; other content, an error that names the field."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from tokenpay.errors import InvalidInput, KeyReused
from tokenpay.primitives.canonical import Value, canonical_text, parse_canonical
from tokenpay.store.door import stored
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import keys

MAX_KEY = 128
ENGINE_PREFIX = "engine/"
RECEIVED_PREFIX = "travel/"
"""Of keys that stand for another institution's messages: whoever took one first would have its message refused."""


class KeyStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self,
        key: str,
        *,
        verb: str,
        content: Mapping[str, Value],
        result_id: str,
        at_s: int,
        by_engine: bool = False,
        received: bool = False,
    ) -> str | None:
        """Bind `key` to this content and result; return None, or the result it was bound to before.

        A concurrent claim of the same key waits here for the other to end. Raises KeyReused when the
        key stands for other content, InvalidInput for an unusable key.
        """
        if key.startswith(ENGINE_PREFIX) != by_engine:
            raise InvalidInput("keys that begin with engine/ are the engine's own")
        if key.startswith(RECEIVED_PREFIX) != received:
            raise InvalidInput("keys that begin with travel/ are those of messages that are received")
        if not 0 < len(key) <= MAX_KEY or not key.isprintable():
            raise InvalidInput(f"a key is 1 to {MAX_KEY} printable characters")
        text = canonical_text(content)
        row = {"key": key, "verb": verb, "content": text, "result_id": result_id, "at_s": at_s}
        claim = insert_missing(self._connection.dialect.name, keys, keys.c.key)
        if self._connection.execute(claim, row).first() is not None:
            return None
        bound = self._connection.execute(select(keys).where(keys.c.key == key)).one()
        if bound.verb != verb:
            raise KeyReused(f"this key was used for {bound.verb}", field="verb")
        before, now = _content(bound.content), parse_canonical(text)
        for field in sorted({*before, *now}):
            if before.get(field) != now.get(field):
                raise KeyReused(f"this key was used with another {field}", field=field)
        return str(bound.result_id)

    def release(self, key: str) -> None:
        """Unbind a key claimed in this unit of work: a refusal binds none."""
        self._connection.execute(delete(keys).where(keys.c.key == key))

    def result(self, key: str) -> str | None:
        """Return what a key is bound to: how a restarted terminal asks after its payment."""
        return self._connection.execute(select(keys.c.result_id).where(keys.c.key == key)).scalar()


@stored
def _content(text: str) -> dict[str, Value]:
    return dict(parse_canonical(text))
