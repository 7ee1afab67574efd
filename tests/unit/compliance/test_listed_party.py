"""An entry of a list can be found by something, or is none."""

from typing import Any

import pytest

from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.errors import InvalidInput


def test_an_entry_keeps_the_order_of_its_names_and_the_text_of_its_addresses():
    party = ListedParty(
        id="36",
        kind=ListedKind.PERSON,
        names=("LAZAR, Ada", "ADA L."),
        addresses=(ListedAddress(ticker="XBT", text="1Ada"),),
        programs=("CYBER2",),
    )
    assert (party.names[0], party.addresses[0].text, party.kind.value) == ("LAZAR, Ada", "1Ada", "person")


@pytest.mark.parametrize(
    "content",
    [
        {"id": "", "names": ("A",)},
        {"id": "1"},
        {"id": "1", "names": ("A", "")},
        {"id": "1", "addresses": (ListedAddress(ticker="ETH", text=""),)},
    ],
    ids=["without an id", "nothing to match", "an empty alias", "an empty address"],
)
def test_what_nothing_could_match_is_no_entry(content: dict[str, Any]):
    with pytest.raises(InvalidInput):
        ListedParty(**content)
