"""The words that both XML forms of OFAC's list use."""

import re

from tokenpay.compliance.listed_party import ListedKind
from tokenpay.errors import InvalidInput

_CURRENCY = re.compile(r"Digital Currency Address\s*-\s*(\S+)", re.IGNORECASE)
_MENTION = re.compile(r"digital\s*currency", re.IGNORECASE)
KINDS = {
    "individual": ListedKind.PERSON,
    "entity": ListedKind.ORGANISATION,
    "vessel": ListedKind.VESSEL,
    "aircraft": ListedKind.AIRCRAFT,
}


def ticker_of(words: str) -> str | None:
    """Return the ticker of what a feature or an identity is called that is an address, None for any other.

    Raises InvalidInput for one that speaks of digital currency in other words: its addresses would be lost unnoticed.
    """
    match = _CURRENCY.fullmatch(words)
    if match is None and _MENTION.search(words):
        raise InvalidInput("the list calls a digital currency address by words that this version does not know")
    return match[1] if match else None
