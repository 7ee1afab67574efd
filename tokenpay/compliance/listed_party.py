"""Whom a list names: a person, an organisation, a vessel or an aircraft, with every name and address it gives them."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from tokenpay.errors import InvalidInput
from tokenpay.primitives.canonical import canonical_bytes

_MAX_TEXT = 4_000
"""Nobody is called more, and whatever is compared with everything is bounded."""


class ListedKind(StrEnum):
    """What an entry is, by the list's own word for it; unknown where the list says nothing we know."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAddress:
    """An address as the list writes it, under the ticker it stands there (XBT, ETH, USDT); "" where none is given."""

    ticker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedParty:
    """One entry of a list. `id` is the list's own for it; the primary name comes first, then the aliases.

    A bank's own list may name addresses alone: then `names` is empty. Raises InvalidInput for an entry without an
    id, and for one that has neither a name nor an address, since nothing could ever match it.
    """

    id: str
    kind: ListedKind = ListedKind.UNKNOWN
    names: tuple[str, ...] = ()
    addresses: tuple[ListedAddress, ...] = ()
    programs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidInput("an entry of a list has the list's own id")
        if not self.names and not self.addresses:
            raise InvalidInput("an entry of a list names somebody or an address", entry=self.id)
        if not all(self.names) or not all(address.text for address in self.addresses):
            raise InvalidInput("a name or an address of an entry is empty", entry=self.id)
        if max(map(len, (self.id, *self.names, *(address.text for address in self.addresses)))) > _MAX_TEXT:
            raise InvalidInput(f"a text of an entry is longer than {_MAX_TEXT} characters", entry=self.id[:80])

    def digest(self) -> str:
        """Return the SHA-256 of all that the list says of this entry: another digest, another entry to be looked at."""
        addresses = [[address.ticker, address.text] for address in self.addresses]
        content = [self.id, self.kind.value, [*self.names], [*addresses], [*self.programs]]
        return sha256(canonical_bytes(content)).hexdigest()
