import pytest

from tokenpay.errors import InvalidInput, InvalidTransaction
from tokenpay.ethereum import abi, erc20
from tokenpay.money.address import Address

HOLDER = Address(b"\xab" * 20)
HOLDER_WORD = "00" * 12 + "ab" * 20


def test_calls_as_the_contracts_read_them():
    assert erc20.transfer(HOLDER, 255).hex() == "a9059cbb" + HOLDER_WORD + "ff".zfill(64)
    assert erc20.balance_of(HOLDER).hex() == "70a08231" + HOLDER_WORD


@pytest.mark.parametrize(
    ("constant", "published"),
    [
        (erc20.DECIMALS, "313ce567"),
        (erc20.SYMBOL, "95d89b41"),
        (erc20.NAME, "06fdde03"),
        (erc20.VERSION, "54fd4d50"),
        (erc20.DOMAIN_SEPARATOR, "3644e515"),
        (erc20.TRANSFER_TOPIC, "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
        (erc20.AUTHORIZATION_USED_TOPIC, "98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5"),
    ],
)
def test_selectors_and_topics_that_are_published(constant, published):
    assert constant.hex() == published


@pytest.mark.parametrize("units", [0, 1, 2**256 - 1])
def test_a_transfer_is_read_back(units):
    assert erc20.decode_transfer(erc20.transfer(HOLDER, units)) == (HOLDER, units)


CALL = erc20.transfer(HOLDER, 5)


@pytest.mark.parametrize(
    "call",
    [
        b"",
        CALL[:4],
        CALL[:-1],
        CALL + b"\x00",
        b"\x23\xb8\x72\xdd" + CALL[4:],
        CALL[:4] + b"\x01" + CALL[5:],
        CALL[:4] + bytes(32) + CALL[36:],
    ],
    ids=["empty", "selector only", "cut", "longer", "other function", "dirty address", "zero address"],
)
def test_any_other_call_is_refused(call):
    with pytest.raises(InvalidTransaction):
        erc20.decode_transfer(call)


@pytest.mark.parametrize("units", [-1, 2**256])
def test_units_out_of_range_are_refused(units):
    with pytest.raises(InvalidInput):
        erc20.transfer(HOLDER, units)


def abi_string(text, *, padded=True):
    form = abi.uint_word(32) + abi.uint_word(len(text)) + text
    return form + bytes(-len(text) % 32) if padded else form


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (abi_string(b"USDC"), "USDC"),
        (abi_string(b"USDC", padded=False), "USDC"),
        (abi_string("USD₮0".encode()), "USD₮0"),
        (abi_string(b""), ""),
        (abi_string(b"x" * 40), "x" * 40),
        (b"MKR".ljust(32, b"\x00"), "MKR"),
        (bytes(32), ""),
    ],
    ids=["string", "unpadded", "beyond ASCII", "empty", "long", "bytes32", "empty bytes32"],
)
def test_text_in_both_forms(answer, text):
    assert abi.read_text(answer) == text


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        bytes(31),
        bytes(33),
        bytes(64),
        abi_string(b"USDC")[:66],
        abi.uint_word(32) + b"\xff" * 32,
        abi.uint_word(64) + abi_string(b"USDC")[32:],
        abi_string(b"\xff\xfe"),
        b"\xff" * 32,
    ],
)
def test_what_is_no_text_is_refused(answer):
    with pytest.raises(InvalidInput):
        abi.read_text(answer)


@pytest.mark.parametrize("answer", [b"", bytes(31), bytes(33), bytes(64)])
def test_an_answer_that_is_not_one_word_is_no_number(answer):
    with pytest.raises(InvalidInput):
        abi.read_uint(answer)
    with pytest.raises(InvalidInput):
        abi.read_address(answer)
