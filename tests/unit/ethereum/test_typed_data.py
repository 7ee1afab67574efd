import re
from pathlib import Path
from typing import get_args

import pytest

from tests.comparison.invalid_typed_messages import MAIL
from tokenpay.errors import InvalidTypedData
from tokenpay.ethereum.typed_data import Domain, TypedData
from tokenpay.ethereum.typed_data_parts.rule import MAX_DEPTH, MAX_MEMBERS, MAX_TYPES, MAX_VALUES, TypedDataRule
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256


@pytest.mark.parametrize(
    ("name", "version", "contract", "separator"),
    [
        # EIP-712, its example in full.
        (
            "Ether Mail",
            "1",
            "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
            "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f",
        ),
        # USDC on Ethereum: DOMAIN_SEPARATOR() of the contract.
        (
            "USD Coin",
            "2",
            "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335",
        ),
    ],
)
def test_separators_that_are_published(name, version, contract, separator):
    domain = Domain(name=name, version=version, chain_id=1, verifying_contract=Address.parse(contract))
    assert domain.separator.hex() == separator


def test_the_digest_of_the_example_in_eip_712():
    contract = Address.parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")
    domain = Domain(name="Ether Mail", version="1", chain_id=1, verifying_contract=contract)
    mail = bytes.fromhex("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e")
    assert domain.digest(mail).hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"


def test_a_domain_is_named_in_text_that_bytes_can_hold():
    with pytest.raises(InvalidTypedData):
        Domain(name="\ud83d", version="1", chain_id=1, verifying_contract=Address(b"\x01" * 20))


def thing(type_name, value, **types):
    return TypedData(
        types={"Thing": [{"name": "value", "type": type_name}], **types},
        primary_type="Thing",
        domain={"chainId": 1},
        message={"value": value},
    )


def mail(**changes):
    given = {"types": MAIL["types"], "primary_type": "Mail", "domain": MAIL["domain"], "message": MAIL["message"]}
    return TypedData(**(given | changes))


def test_the_example_as_a_message():
    assert mail().digest().hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    text = b"Mail(Person from,Person to,string contents)Person(string name,address wallet)"
    assert mail().struct.type_hash == keccak256(text)


def test_a_domain_signed_alone():
    separator = Domain(name="a", version="1", chain_id=1, verifying_contract=Address(b"\x01" * 20))
    domain = {"name": "a", "version": "1", "chainId": 1, "verifyingContract": Address(b"\x01" * 20)}
    data = TypedData(types={}, primary_type="EIP712Domain", domain=domain, message={})
    assert data.digest() == separator.digest(b"")
    assert data.struct is None


@pytest.mark.parametrize(
    ("type_name", "forms"),
    [
        ("uint256", [258, "258", "0x102", "0x" + "102".zfill(64)]),
        ("int16", [-2, "-2"]),
        ("bytes", [b"\x01\xab", "0x01ab", "0x01AB"]),
        ("bytes2", [b"\x01\xab", "0x01ab"]),
        ("address", [Address(b"\xab" * 20), b"\xab" * 20, "0x" + "ab" * 20, Address(b"\xab" * 20).text]),
        ("uint8[]", [[1, 2], (1, 2), ["0x1", "2"]]),
    ],
)
def test_the_forms_of_one_value_have_one_digest(type_name, forms):
    assert len({thing(type_name, form).digest() for form in forms}) == 1


@pytest.mark.parametrize(
    ("type_name", "value", "rule"),
    [
        ("uint8", 1.0, "float"),
        ("uint8", b"\x01", "number_form"),
        ("uint8", "-0", "number_form"),
        ("uint8", "1\n", "number_form"),
        ("uint8", "\u0661", "number_form"),
        pytest.param("uint256", "9" * 5_000, "number_form", id="5,000 digits"),
        ("uint256", "0x" + "f" * 65, "number_form"),
        ("uint256", 2**300, "number_range"),
        ("bytes", bytearray(b"\x01"), "bytes_form"),
        ("bytes", "0X01", "bytes_form"),
        ("address", b"\x01" * 19, "address_form"),
        ("address", 1, "address_form"),
        ("string", b"text", "text_form"),
        ("uint8[]", {1, 2}, "value_form"),
        ("Thing[]", [[]], "value_form"),
    ],
)
def test_what_python_could_mistake_is_refused(type_name, value, rule):
    with pytest.raises(InvalidTypedData) as refused:
        thing(type_name, value)
    assert refused.value.fields["rule"] == rule


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"types": None}, "value_form"),
        ({"types": {"Mail": {}}}, "value_form"),
        ({"types": {"Mail": ["from"]}}, "value_form"),
        ({"types": {1: []}}, "value_form"),
        ({"types": {"Mail": [{"name": "from"}]}}, "missing_key"),
        ({"types": {"Mail": [{"name": "from", "type": "bool", "indexed": "true"}]}}, "undeclared_key"),
        ({"types": {"Mail": [{"name": "from", "type": ["bool"]}]}}, "value_form"),
        ({"primary_type": None}, "primary_type"),
        ({"primary_type": ["Mail"]}, "primary_type"),
        ({"domain": []}, "value_form"),
        ({"domain": None}, "value_form"),
        ({"message": None}, "value_form"),
        ({"message": {**MAIL["message"], 1: 2}}, "undeclared_key"),
    ],
)
def test_parts_of_another_kind_are_refused(changes, rule):
    with pytest.raises(InvalidTypedData) as refused:
        mail(**changes)
    assert refused.value.fields["rule"] == rule


def test_an_error_names_the_member_it_was_found_in():
    with pytest.raises(InvalidTypedData) as refused:
        mail(message={**MAIL["message"], "to": {"name": "Bob", "wallet": "0x"}})
    assert refused.value.fields == {"rule": "address_form", "member": "Person.wallet"}


def test_what_is_given_is_copied():
    members = [1, 2]
    data = thing("uint8[]", members)
    members.append(3)
    assert data.message["value"] == (1, 2)
    with pytest.raises(TypeError):
        data.message["value"] = ()


NODE = [{"name": "below", "type": "Node[]"}]


def nested(depth):
    value: dict[str, list] = {"below": []}
    for _ in range(depth):
        value = {"below": [value]}
    return value


def tree(message):
    return TypedData(types={"Node": NODE}, primary_type="Node", domain={"chainId": 1}, message=message)


def test_a_struct_may_hold_itself_in_an_array():
    assert tree(nested(1)).digest() != tree(nested(2)).digest()


def endless():
    value: dict[str, list] = {"below": []}
    value["below"].append(value)
    return value


def doubled(times):
    value: dict[str, list] = {"below": []}
    for _ in range(times):
        value = {"below": [value] * 2_000}
    return value


def chain(length):
    types = {f"T{at}": [{"name": "next", "type": f"T{at + 1}[]"}] for at in range(length - 1)}
    return {**types, f"T{length - 1}": [{"name": "end", "type": "bool"}]}


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: tree(nested(MAX_DEPTH)), "too_deep"),
        (lambda: tree(endless()), "too_deep"),
        (lambda: tree(doubled(12)), "too_large"),
        (lambda: thing("uint8[]", [1] * MAX_VALUES), "too_large"),
        (lambda: thing("uint8" + "[]" * 17, []), "type_name"),
        (lambda: thing("T" * 129, []), "type_name"),
        (
            lambda: TypedData(types=chain(MAX_TYPES + 1), primary_type="T0", domain={}, message={"next": []}),
            "too_large",
        ),
        (
            lambda: thing("Wide", {}, Wide=[{"name": f"m{at}", "type": "bool"} for at in range(MAX_MEMBERS)]),
            "too_large",
        ),
    ],
)
def test_what_would_exhaust_a_reader_is_refused(make, rule):
    with pytest.raises(InvalidTypedData) as refused:
        make()
    assert refused.value.fields["rule"] == rule


def test_the_limits_themselves_are_inside():
    assert tree(nested(MAX_DEPTH // 2 - 1)).digest()
    assert thing("uint8[]", [1] * (MAX_VALUES - 1)).digest()
    assert TypedData(types=chain(MAX_TYPES), primary_type="T0", domain={}, message={"next": []}).digest()


def test_the_reference_lists_every_rule():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "errors.md").read_text()
    section = page.partition("\n## typed_data-invalid\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(get_args(TypedDataRule))
