"""The words that both XML forms of OFAC's list use."""

import re

from tokenpay.compliance.listed_party import ListedKind

CURRENCY = re.compile(r"Digital Currency Address\s*-\s*(\S+)", re.IGNORECASE)
"""What a feature or an identity is called that is an address, with its ticker."""
KINDS = {
    "individual": ListedKind.PERSON,
    "entity": ListedKind.ORGANISATION,
    "vessel": ListedKind.VESSEL,
    "aircraft": ListedKind.AIRCRAFT,
}
