"""EMVCo data objects: two digits of id, two of length in characters, and a value (EMV QRCPS-MPM 1.1, section 3)."""

from binascii import crc_hqx
from collections.abc import Iterable
from dataclasses import dataclass

from tokenpay.errors import InvalidRequest
from tokenpay.requests.reason import Reason, refusal

MAX_VALUE = 99  # characters, since the length has two digits
_TWO_DIGITS = {f"{number:02}": number for number in range(100)}


@dataclass(frozen=True, slots=True)
class DataObject:
    """One data object as it stands in a code; raises InvalidRequest where it cannot be written."""

    id: str
    value: str

    def __post_init__(self) -> None:
        if self.id not in _TWO_DIGITS or len(self.value) > MAX_VALUE:
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
        id, length, start = text[at : at + 2], _TWO_DIGITS.get(text[at + 2 : at + 4]), at + 4
        if length is None or start + length > len(text):
            raise refusal(Reason.EMVCO_STRUCTURE)
        at = start + length
        objects.append(DataObject(id, text[start:at]))
    return tuple(objects)


def write_objects(objects: Iterable[DataObject]) -> str:
    """Return data objects as one text."""
    return "".join(map(str, objects))


def value_of(objects: Iterable[DataObject] | None, id: str) -> str | None:
    """Return the value under `id`, or None where there is none."""
    return next((found.value for found in objects or () if found.id == id), None)


def checksum(text: str) -> str:
    """Return the CRC of a code's text up to and with `6304`, as four capital digits (ISO/IEC 13239, over UTF-8)."""
    # What is no Unicode has a checksum as well, and is refused as invisible.
    return f"{crc_hqx(text.encode(errors='surrogatepass'), 0xFFFF):04X}"
