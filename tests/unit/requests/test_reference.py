import pytest

from tokenpay.errors import InvalidRequest
from tokenpay.requests.reason import Reason, reason_of
from tokenpay.requests.reference import check_reference_id, is_reference, parse_reference, reference_id

KNOWN = bytes(range(16))
KNOWN_ID = "00041061050R3GG28A1C60T3GF"


@pytest.mark.parametrize(
    ("random", "expected"),
    [
        (bytes(16), "0" * 26),
        (b"\xff" * 16, "7" + "Z" * 25),
        (bytes(15) + b"\x01", "0" * 25 + "1"),
        (b"\x80" + bytes(15), "4" + "0" * 25),
        (KNOWN, KNOWN_ID),
    ],
)
def test_an_id_is_the_number_in_crockford_base_32(random, expected):
    assert reference_id(random) == expected
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = 0
    for character in expected:
        value = value * 32 + digits.index(character)
    assert value == int.from_bytes(random)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_an_id_is_made_of_16_bytes_only(length):
    with pytest.raises(InvalidRequest):
        reference_id(bytes(length))


@pytest.mark.parametrize(
    "typed",
    [
        f"TKP:{KNOWN_ID}",
        f"tkp:{KNOWN_ID.lower()}",
        f"Tkp:{KNOWN_ID.replace('0', 'O')}",
        f"tkp:{KNOWN_ID.replace('0', 'o').replace('1', 'l')}",
        f"TKP:{KNOWN_ID.replace('1', 'I')}",
        f"TKP:{KNOWN_ID.replace('1', 'i')}",
        f"TKP:{KNOWN_ID.replace('1', 'L')}",
    ],
)
def test_typing_is_forgiven_what_looks_alike(typed):
    assert is_reference(typed)
    assert parse_reference(typed) == KNOWN_ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TKP:",
        KNOWN_ID,
        f"TKP;{KNOWN_ID}",
        f"TKP:{KNOWN_ID[:-1]}",
        f"TKP:{KNOWN_ID}0",
        f"TKP: {KNOWN_ID[1:]}",
        f"TKP:{KNOWN_ID}\n",
        f" TKP:{KNOWN_ID}",
        "TKP:8" + "0" * 25,  # the spare bits: 2**128
        "TKP:Z" + "Z" * 25,
        f"TKP:{KNOWN_ID[:-1]}U",  # U is no digit of this alphabet
        f"TKP:{KNOWN_ID[:-1]}-",
        f"TKP:{KNOWN_ID[:-1]}\N{FULLWIDTH DIGIT ONE}",
        f"TKP:{KNOWN_ID[:-2]}\N{LATIN SMALL LIGATURE FF}",  # two letters once capitalised
    ],
)
def test_what_is_not_a_reference_is_refused(text):
    with pytest.raises(InvalidRequest) as caught:
        parse_reference(text)
    assert reason_of(caught.value) is Reason.BAD_REFERENCE


@pytest.mark.parametrize("id", [KNOWN_ID.lower(), KNOWN_ID.replace("0", "O"), "", f"TKP:{KNOWN_ID}"])
def test_a_stored_id_has_one_spelling(id):
    assert check_reference_id(KNOWN_ID) == KNOWN_ID
    with pytest.raises(InvalidRequest):
        check_reference_id(id)
