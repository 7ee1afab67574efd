"""EMVCo data objects: two digits of id, two of length in characters, and a value (EMV QRCPS-MPM 1.1, section 3)."""

from binascii import crc_hqx
from collections.abc import Iterable
from dataclasses import dataclass

from tokenpay.errors import InvalidRequest
from tokenpay.requests.reason import Reason, refusal

MAX_VALUE = 99  # characters, since the length has two digits


@dataclass(frozen=True, slots=True)
class DataObject:
    """One data object as it stands in a code; raises InvalidRequest where it cannot be written."""

    id: str
    value: str

    def __post_init__(self) -> None:
        if not _is_head(f"{self.id}{len(self.value):02}"):
            raise refusal(Reason.EMVCO_STRUCTURE)

    @property
    def objects(self) -> tuple["DataObject", ...] | None:
        """The data objects inside a template, in their order; None where the value is not made of any."""
        try:
            return read_objects(self.value)
        except InvalidRequest:
            return None

    def __str__(self) -> str:
        return f"{self.id}{len(self.value):02}{self.value}"


def read_objects(text: str) -> tuple[DataObject, ...]:
    """Return the data objects that fill `text` to its end; raises InvalidRequest."""
    objects: list[DataObject] = []
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not _is_head(head):
            raise refusal(Reason.EMVCO_STRUCTURE)
        start, at = at + 4, at + 4 + int(head[2:])
        if at > len(text):
            raise refusal(Reason.EMVCO_STRUCTURE)
        objects.append(DataObject(head[:2], text[start:at]))
    return tuple(objects)


def write_objects(objects: Iterable[DataObject]) -> str:
    """Return data objects as one text."""
    return "".join(map(str, objects))


def value_of(objects: Iterable[DataObject] | None, id: str) -> str | None:
    """Return the value under `id`, or None where there is none."""
    return next((found.value for found in objects or () if found.id == id), None)


def checksum(text: str) -> str:
    """Return the CRC of a code's text up to and with `6304`, as four capital digits (ISO/IEC 13239, over UTF-8)."""
    return f"{crc_hqx(text.encode(), 0xFFFF):04X}"


def _is_head(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit()
