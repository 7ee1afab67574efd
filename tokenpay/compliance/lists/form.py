"""The forms of files in which lists are published."""

from enum import StrEnum


class ListForm(StrEnum):
    """What a file is. `own` is the bank's; the others are as their publishers make them."""

    OWN = "own"
    OFAC_ADVANCED = "ofac_advanced"
    OFAC_CLASSIC = "ofac_classic"
    OFAC_CSV = "ofac_csv"
    EU = "eu"
    UN = "un"


UNDATED = frozenset({ListForm.OWN, ListForm.OFAC_CSV})
"""Forms without a date: whoever loads one says of when it is."""
