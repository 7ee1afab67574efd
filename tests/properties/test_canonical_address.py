"""All writings of an EVM address meet in one form; other addresses keep theirs, but for the case that says nothing."""

import pytest
from hypothesis import given, strategies as st

from tests.address_writings import CONTRACT, writings
from tokenpay.compliance.canonical_address import canonical_addresses, is_evm, is_known_form
from tokenpay.money.address import Address

RAW = st.binary(min_size=20, max_size=20).filter(any).filter(lambda raw: raw != CONTRACT.raw)


@given(raw=RAW)
def test_every_writing_of_an_address_meets(raw: bytes) -> None:
    address = Address(raw)
    for called, text in writings(address):
        found = canonical_addresses(text)
        assert f"0x{raw.hex()}" in found, called
        assert all(is_evm(one) for one in found), called


@given(raw=RAW, other=st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=25, max_size=95))
def test_what_is_canonical_stays_so(raw: bytes, other: str) -> None:
    for text in (f"0x{raw.hex()}", other):
        (found,) = canonical_addresses(text)
        assert canonical_addresses(found) == (found,)


@given(text=st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    assert all(canonical_addresses(text))


BECH32 = "bc1q4rzdtlt0uslyw86cp29sctl6ct29g9a95cuup7pn5md9ddj7xgmqpp5m73"
CASH = "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq"
PAYMENT_ID = "5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320"
BASE58 = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (BASE58, BASE58),
        (BASE58.lower(), BASE58.lower()),  # another address, or none
        (f"bitcoin:{BASE58}?amount=1", BASE58),
        (f"bip122:000000000019d6689c085ae165831e93:{BASE58}", BASE58),
        (f"XBT {BASE58}", BASE58),
        (BECH32, BECH32),
        (BECH32.upper(), BECH32),
        (f"BITCOIN:{BECH32.upper()}", BECH32),
        (BECH32.replace("q", "Q", 1), BECH32.replace("q", "Q", 1)),  # bech32 is of one case
        (CASH, CASH),
        (f"bitcoincash:{CASH}", CASH),
        (f"BITCOINCASH:{CASH.upper()}", CASH),
        (PAYMENT_ID.upper(), PAYMENT_ID),
    ],
)
def test_other_addresses_meet_exactly(text: str, canonical: str) -> None:
    assert canonical in canonical_addresses(text)


@pytest.mark.parametrize(
    ("canonical", "known"),
    [
        (f"0x{'b' * 40}", True),
        (f"0x{'b' * 64}", True),
        (f"0x{'b' * 63}", False),
        (f"0x{'b' * 65}", False),
        (f"0x{'i' * 64}", False),
        (BASE58, True),
        (BECH32, True),
        ("1" * 24, False),
        ("XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS", False),
        ("a name", False),
    ],
)
def test_what_is_an_address_of_some_kind_is_told_from_a_text(canonical: str, known: bool) -> None:
    assert is_known_form(canonical) is known


@pytest.mark.parametrize(("length", "found"), [(19, False), (20, True)])
def test_a_word_beside_others_may_be_an_address_from_twenty_characters_on(length: int, found: bool) -> None:
    word = "z" * length
    assert (word in canonical_addresses(f"pay me {word} now")) == found
    assert canonical_addresses(word) == (word,)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164\n"])
def test_nothing_is_no_address(text: str) -> None:
    assert canonical_addresses(text) == ()
