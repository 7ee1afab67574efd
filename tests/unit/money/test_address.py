"""Addresses: EIP-55, CAIP-2 and CAIP-10."""

import copy
import gzip
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tokenpay.errors import InvalidAddress, InvalidAsset, InvalidInput
from tokenpay.money.address import MAX_CHAIN_ID, OTHER_NAMESPACES, Address, caip2, eip55, parse_caip2

RAW = st.binary(min_size=20, max_size=20).filter(any)
CHAIN_IDS = st.integers(1, MAX_CHAIN_ID)

# The test cases printed in EIP-55.
EIP55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
ONE = EIP55[4]


@pytest.mark.parametrize("text", EIP55)
def test_the_published_checksums(text: str) -> None:
    assert Address.parse(text).text == text
    assert Address.parse(text.lower()).text == text
    assert Address.parse("0x" + text[2:].upper()).text == text


def test_published_accounts(vectors: Path) -> None:
    accounts = json.loads(gzip.decompress((vectors / "ethers" / "accounts.json.gz").read_bytes()))
    assert len(accounts) == 259
    for account in accounts:
        assert Address.parse(account["address"]).text == account["address"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "40 hexadecimal"),
        (ONE[2:], "40 hexadecimal"),
        (ONE[:-1], "40 hexadecimal"),
        (ONE + "0", "40 hexadecimal"),
        (ONE + "\n", "40 hexadecimal"),
        (" " + ONE, "40 hexadecimal"),
        ("0X" + ONE[2:], "40 hexadecimal"),
        ("0x" + "g" * 40, "40 hexadecimal"),
        ("0x" + "٠" * 40, "40 hexadecimal"),
        ("vitalik.eth", "40 hexadecimal"),
        (ONE.replace("5aA", "5aa"), "checksum"),
        (ONE[:-1] + "e", "checksum"),
        ("0x" + "0" * 40, "zero address"),
    ],
)
def test_what_is_no_address(text: str, why: str) -> None:
    with pytest.raises(InvalidAddress, match=why):
        Address.parse(text)


@given(RAW, st.integers(0, 39))
def test_one_changed_case_is_noticed(raw: bytes, position: int) -> None:
    text = eip55(raw)
    digits = text[2:]
    changed = "0x" + digits[:position] + digits[position].swapcase() + digits[position + 1 :]
    if changed[2:] in (digits, digits.lower(), digits.upper()):
        assert Address.parse(changed).raw == raw
    else:
        with pytest.raises(InvalidAddress):
            Address.parse(changed)


@given(RAW)
def test_an_address_is_its_bytes(raw: bytes) -> None:
    address = Address(raw)
    assert Address.parse(address.text) == address == Address.parse("0x" + raw.hex())
    assert str(address) == address.text
    assert {address: 1}[Address(raw)] == 1
    assert pickle.loads(pickle.dumps(address)) == address
    assert copy.deepcopy(address).text == address.text


@given(RAW, RAW)
def test_addresses_sort_as_their_bytes(left: bytes, right: bytes) -> None:
    assert (Address(left) < Address(right)) is (left < right)


@pytest.mark.parametrize("raw", [b"", b"\1" * 19, b"\1" * 21, bytes(20)])
def test_what_is_not_twenty_bytes_of_an_address(raw: bytes) -> None:
    with pytest.raises(InvalidAddress):
        Address(raw)


def test_an_address_cannot_be_changed() -> None:
    with pytest.raises((AttributeError, TypeError)):
        Address.parse(ONE).text = "0x"  # type: ignore[misc]


@given(RAW, CHAIN_IDS)
def test_caip10_reads_back(raw: bytes, chain_id: int) -> None:
    address = Address(raw)
    text = address.caip10(chain_id)
    assert text == f"eip155:{chain_id}:{address.text}"
    assert Address.parse_caip10(text) == (chain_id, address)


@given(CHAIN_IDS)
def test_caip2_reads_back(chain_id: int) -> None:
    assert parse_caip2(caip2(chain_id)) == chain_id


@pytest.mark.parametrize("chain_id", [0, -1, MAX_CHAIN_ID + 1])
def test_chain_ids_out_of_range(chain_id: int) -> None:
    with pytest.raises(InvalidAsset):
        caip2(chain_id)


@pytest.mark.parametrize(
    "text",
    ["", "eip155", "eip155:", "eip155:0", "eip155:01", "eip155:-1", "eip155:1 ", "eip155:1\n", "EIP155:1", "eip155:0x1"]
    + ["bip122:000000000019d6689c085ae165831e93", f"eip155:{MAX_CHAIN_ID + 1}", "eip155:" + "9" * 33, "eip155:١"],
)
def test_what_is_no_chain(text: str) -> None:
    with pytest.raises(InvalidAsset):
        parse_caip2(text)


@pytest.mark.parametrize(
    "text", ["", ONE, f"eip155:{ONE}", f":{ONE}", f"eip155:1:{ONE[:-1]}", f"eip155:1:{ONE}:", f"eip155:1:{ONE[:-1]}e"]
)
def test_what_is_no_caip10(text: str) -> None:
    with pytest.raises(InvalidInput):
        Address.parse_caip10(text)


@pytest.mark.parametrize("namespace", sorted(OTHER_NAMESPACES))
def test_a_chain_of_another_kind_is_refused_by_its_name(namespace: str) -> None:
    for read, text in (
        (parse_caip2, f"{namespace}:5eykt4UsFv8P8NJd"),
        (Address.parse_caip10, f"{namespace}:a-_Z9:{ONE}"),
    ):
        with pytest.raises(InvalidAsset, match=OTHER_NAMESPACES[namespace]) as refused:
            read(text)
        assert refused.value.fields["namespace"] == namespace


@pytest.mark.parametrize(
    "text", ["unknown:1", "bip122", "bip122:", "BIP122:1", "bip122:" + "a" * 33, "bip122:a b", "so:1"]
)
def test_what_is_no_chain_of_any_kind_has_no_name(text: str) -> None:
    with pytest.raises(InvalidAsset) as refused:
        parse_caip2(text)
    assert not refused.value.fields
