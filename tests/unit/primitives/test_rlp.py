import pytest

from tokenpay.errors import InvalidInput
from tokenpay.primitives import rlp

LOREM = b"Lorem ipsum dolor sit amet, consectetur adipisicing elit"

# The examples that the Ethereum documentation prints, and the lengths where the form changes.
FORMS = [
    (b"dog", "83646f67"),
    ((b"cat", b"dog"), "c88363617483646f67"),
    (b"", "80"),
    ((), "c0"),
    (b"\x00", "00"),
    (b"\x0f", "0f"),
    (b"\x04\x00", "820400"),
    (((), ((),), ((), ((),))), "c7c0c1c0c3c0c1c0"),
    (LOREM, "b838" + LOREM.hex()),
    (b"\x80", "8180"),
    (bytes(55), "b7" + "00" * 55),
    (bytes(56), "b838" + "00" * 56),
    (bytes(256), "b90100" + "00" * 256),
    ((b"a",) * 55, "f7" + "61" * 55),
    ((b"a",) * 56, "f838" + "61" * 56),
]


@pytest.mark.parametrize(("item", "form"), FORMS)
def test_every_item_has_one_form(item, form):
    assert rlp.encode(item).hex() == form
    assert rlp.decode(bytes.fromhex(form)) == item


@pytest.mark.parametrize(
    ("number", "form"),
    [(0, "80"), (1, "01"), (127, "7f"), (128, "8180"), (1024, "820400"), (2**64, "89" + "01" + "00" * 8)],
)
def test_numbers_have_no_leading_zeros(number, form):
    assert rlp.encode_int(number).hex() == form
    assert rlp.decode_int(rlp.decode(bytes.fromhex(form))) == number


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("", "ends"),
        ("83646f", "ends"),
        ("c883636174", "ends"),
        ("b8", "ends"),
        ("b838", "ends"),
        ("f9ff", "ends"),
        ("bf" + "ff" * 8, "ends"),
        ("c1c1", "ends"),
        ("c28161", "needless"),
        ("8100", "needless"),
        ("817f", "needless"),
        ("b837" + "00" * 55, "longer"),
        ("b90038" + "00" * 56, "longer"),
        ("f800", "longer"),
        ("8000", "after its end"),
        ("c0c0", "after its end"),
    ],
)
def test_any_other_form_is_refused(form, why):
    with pytest.raises(InvalidInput, match=why):
        rlp.decode(bytes.fromhex(form))


def test_lists_nest_to_a_bound():
    item: rlp.Item = ()
    for _ in range(rlp.MAX_DEPTH - 1):
        item = (item,)
    assert rlp.decode(rlp.encode(item)) == item
    with pytest.raises(InvalidInput, match="deeply"):
        rlp.decode(rlp.encode((item,)))


@pytest.mark.parametrize("item", [b"\x00", b"\x00\x01", (), (b"\x01",)])
def test_what_is_no_number_is_refused(item):
    with pytest.raises(InvalidInput):
        rlp.decode_int(item)
