"""Codes that are really shown, of several countries' schemes: read, judged by rule, and written back as they were."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tokenpay.errors import InvalidRequest
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_check import broken_rules
from tokenpay.requests.emvco_rule import Rule
from tokenpay.requests.reason import Reason, reason_of
from tokenpay.requests.scanned import Unreadable, read_request

COUNT = 59
# Schemes of one country leave out what everybody there knows: the category, the name and the city.
NO_MERCHANT = (Rule.CATEGORY_MISSING, Rule.NAME_MISSING, Rule.CITY_MISSING)
BROKEN: dict[int, tuple[Rule, ...]] = {
    0: (Rule.FEE, Rule.ADDITIONAL),
    1: (Rule.TEMPLATE, Rule.ADDITIONAL),
    5: (Rule.AMOUNT_ZERO,),
    6: (Rule.CITY,),
    7: (Rule.CITY_MISSING,),
    **dict.fromkeys(range(23, 29), NO_MERCHANT),
    29: (
        *(Rule.CHARACTERS, Rule.POINT, Rule.CATEGORY_MISSING, Rule.CURRENCY_MISSING),
        *(Rule.COUNTRY_MISSING, Rule.NAME_MISSING, Rule.CITY_MISSING),
    ),
    30: (Rule.NAME,),
    31: (Rule.CATEGORY_MISSING, Rule.CITY_MISSING),
    32: (Rule.CATEGORY_MISSING, Rule.CITY_MISSING),
    34: (Rule.CHECKSUM,),
    37: NO_MERCHANT,
    38: (Rule.CHECKSUM_CASE, *NO_MERCHANT),
    39: NO_MERCHANT,
    40: (Rule.TEMPLATE, *NO_MERCHANT),
    41: NO_MERCHANT,
    42: NO_MERCHANT,
    43: (Rule.CHECKSUM, *NO_MERCHANT),
    **dict.fromkeys(range(44, 52), NO_MERCHANT),
    52: (Rule.CHECKSUM, *NO_MERCHANT),
    53: NO_MERCHANT,
    54: (Rule.TEMPLATE, *NO_MERCHANT),
    55: NO_MERCHANT,
}
"""Number of the payload to the rules that it breaks; the others break none."""


@cache
def payloads(vectors: Path) -> list[dict[str, Any]]:
    return list(json.loads((vectors / "emvco" / "payloads.json").read_text()))


def test_there_are_as_many_as_this_table_judges(vectors):
    assert len(payloads(vectors)) == COUNT
    assert sum(not payload["crc_valid"] for payload in payloads(vectors)) == 3


@pytest.mark.parametrize("number", range(COUNT))
def test_a_published_code(vectors, number):
    payload = payloads(vectors)[number]
    text, broken = payload["payload"], BROKEN.get(number, ())
    assert broken_rules(text) == broken
    if not payload["crc_valid"]:
        for strict in (False, True):
            with pytest.raises(InvalidRequest) as refused:
                EmvcoRequest.parse(text, strict=strict)
            assert reason_of(refused.value) is Reason.EMVCO_CHECKSUM
        assert read_request(text) == Unreadable(reason=Reason.EMVCO_CHECKSUM)
        return
    read = EmvcoRequest.parse(text)
    assert str(read) == text
    assert read.warnings == broken
    assert read.token is None
    if not broken:
        assert EmvcoRequest.parse(text, strict=True) == read
    else:
        with pytest.raises(InvalidRequest) as refused:
            EmvcoRequest.parse(text, strict=True)
        assert refused.value.fields == {"reason": "emvco_rules", "rule": " ".join(broken)}
    scanned = read_request(text)
    assert scanned == (Unreadable(reason=Reason.LOOKALIKE) if Rule.CHARACTERS in broken else read)


@pytest.mark.parametrize("number", range(0, COUNT, 7))
def test_one_changed_character_is_noticed(vectors, number):
    text = payloads(vectors)[number]["payload"]
    for position, character in enumerate(text):
        changed = text[:position] + ("7" if character != "7" else "8") + text[position + 1 :]
        with pytest.raises(InvalidRequest):
            EmvcoRequest.parse(changed)
