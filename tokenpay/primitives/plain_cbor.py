"""CBOR as outsiders send it (RFC 8949): one item of definite length, no tags, no name twice."""

from typing import Any

import cbor2

from tokenpay.errors import InvalidInput

_MAX_DEPTH = 4
_MAX_BYTES = 65_536


class _NoTags(dict[int, Any]):
    """Every tag is answered for, by refusing it."""

    def __contains__(self, tag: object) -> bool:
        return True

    def __getitem__(self, tag: int) -> Any:
        return _refuse

    def get(self, tag: int, default: Any = None) -> Any:
        return _refuse


def load_plain_cbor(data: bytes) -> Any:
    """Return the one item that these bytes are, as immutable values; raises InvalidInput, also for bytes after it."""
    item, rest = split_plain_cbor(data)
    if rest:
        raise InvalidInput("there are bytes after the CBOR")
    return item


def split_plain_cbor(data: bytes) -> tuple[Any, bytes]:
    """Return the first item of these bytes, and the bytes after it; raises InvalidInput.

    What follows is found by writing the item again, so an item that is not in its canonical form is refused too
    (CTAP2, section 8).
    """
    if len(data) > _MAX_BYTES:
        raise InvalidInput("the CBOR is too long")
    try:
        item = cbor2.loads(
            data,
            semantic_decoders=_NoTags(),
            max_depth=_MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            immutable=True,
        )
        written = cbor2.dumps(item, canonical=True)
    except Exception:  # every way in which bytes can fail to be CBOR
        raise InvalidInput("the bytes are not plain CBOR") from None
    if not data.startswith(written):
        raise InvalidInput("the CBOR is not in its canonical form")
    return item, data[len(written) :]


def _refuse(*_: object) -> None:
    raise ValueError
