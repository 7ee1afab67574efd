"""Requests: what is written is read back, and no text makes the reader raise or repeat it."""

import string
from dataclasses import replace

from hypothesis import given, strategies as st

from tests.unit.requests.samples import TOKEN, request
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_check import broken_rules
from tokenpay.requests.emvco_object import DataObject, checksum, write_objects
from tokenpay.requests.ens import EnsName
from tokenpay.requests.merchant import Merchant
from tokenpay.requests.reference import parse_reference, reference_id
from tokenpay.requests.request_state import RequestState, after_payment, after_time
from tokenpay.requests.scanned import ScannedAddress, ScannedReference, Unreadable, read_request
from tokenpay.requests.token_template import TokenTemplate
from tokenpay.requests.visible import is_visible

addresses = st.binary(min_size=20, max_size=20).filter(any).map(Address)
chains = st.integers(1, 2**63 - 1)
open_or_units = st.none() | st.integers(1, MAX_UNITS)
ids = st.binary(min_size=16, max_size=16).map(reference_id)
requests = st.builds(
    Eip681,
    chain_id=chains,
    payee=addresses.filter(lambda address: address.raw[0] != 0xC0),
    contract=st.none() | addresses.map(lambda address: Address(b"\xc0" + address.raw[1:])),
    units=open_or_units,
)
names = st.from_regex(r"([a-z0-9]{1,9}\.){1,3}eth", fullmatch=True)
types = st.sampled_from(
    ["address", "uint256", "int8", "bool", "bytes", "bytes32", "string", "uint256[]", "bytes4[2][]"]
)
values = st.text(string.ascii_letters + string.digits + ",.%[]-_=", max_size=20)
calls = st.builds(
    ContractCall,
    chain_id=chains,
    contract=addresses,
    function=st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$]{0,20}", fullmatch=True).filter(lambda name: name != "transfer"),
    parameters=st.lists(st.tuples(types, values), max_size=4).map(tuple),
    value_wei=st.none() | st.integers(0, MAX_UNITS),
)
merchants = st.builds(
    Merchant,
    name=st.text(string.printable[:95], min_size=1, max_size=25),
    city=st.text(string.printable[:95], min_size=1, max_size=15),
    country=st.text(string.ascii_uppercase, min_size=2, max_size=2),
    category=st.text(string.digits, min_size=4, max_size=4),
    postal_code=st.text(string.printable[:95], max_size=10),
)
tokens = st.builds(TokenTemplate, reference=ids) | st.builds(
    TokenTemplate,
    reference=st.none() | ids,
    chain_id=chains,
    payee=addresses.filter(lambda address: address.raw[0] != 0xC0),
    contract=st.none() | addresses.map(lambda address: Address(b"\xc0" + address.raw[1:])),
    units=st.none() | st.integers(1, 10**59 - 1),
)
letters = st.characters(categories=["L", "N", "P"], include_characters=" ")
visible = st.text(letters, max_size=99).filter(is_visible)
data_objects = st.lists(
    st.builds(DataObject, st.integers(0, 99).filter(lambda id: id != 63).map("{:02}".format), visible),
    max_size=6,
    unique_by=lambda found: found.id,
)
near_codes = st.text(st.sampled_from("00020101264852535863040123456789ABCDEF \u202eé"), max_size=60)
near_requests = st.text(
    st.sampled_from("ethereum:pay-0x123456789abcdefABCDEF@/transfer?address=&uint256.+eE%TKPOIL \n\u200b\u0435"),
    max_size=120,
)


@given(st.binary(min_size=16, max_size=16))
def test_a_reference_round_trips_and_sorts_as_its_number(random):
    id = reference_id(random)
    assert parse_reference(f"TKP:{id}") == id
    assert read_request(f"tkp:{id.lower()}\r\n") == ScannedReference(id=id)
    assert (id >= reference_id(bytes.fromhex("7f" * 16))) == (random >= bytes.fromhex("7f" * 16))


@given(requests)
def test_erc681_round_trips(asked):
    assert Eip681.parse(str(asked)) == asked
    assert read_request(str(asked)) == asked


@given(requests, names)
def test_a_name_never_becomes_an_address_by_itself(asked, payee):
    book = {payee: asked.payee, "token.eth.example": asked.contract}
    text = str(asked).replace(asked.payee.text, payee).replace("ethereum:", "ethereum:pay-")
    assert read_request(text) == EnsName(name=payee)
    text = text.replace(str(asked.contract), "token.eth.example")
    read = read_request(text, resolver=book.get)
    assert isinstance(read, Eip681)
    assert read == replace(asked, names=read.names)
    assert {name.name for name in read.names} == {name for name, address in book.items() if address is not None}


@given(calls)
def test_contract_calls_round_trip(call):
    assert read_request(str(call)) == call


@given(tokens, merchants, st.booleans())
def test_codes_of_ours_round_trip(token, merchant, static):
    code = EmvcoRequest.asking(token, merchant, static=static)
    read = EmvcoRequest.parse(str(code), strict=True)
    assert (read, read.token, read.merchant, read.static) == (code, token, merchant, static)
    assert read_request(str(code)) == code


@given(data_objects)
def test_any_data_objects_are_read_in_their_order_and_written_back(objects):
    text = write_objects(objects) + "6304"
    text += checksum(text)
    if len(text) > 512:
        return
    read = EmvcoRequest.parse(text)
    assert list(read.objects[:-1]) == objects
    assert str(read) == text
    assert set(read.warnings) == set(broken_rules(text))


@given(st.builds(EmvcoRequest.asking, tokens, merchants), st.data())
def test_a_changed_code_is_refused(code, data):
    text = str(code)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.sampled_from(string.ascii_letters + string.digits).filter(lambda c: c.upper() != text[at].upper())
    )
    read = read_request(text[:at] + other + text[at + 1 :])
    assert isinstance(read, Unreadable)


@given(addresses, chains)
def test_addresses_round_trip(address, chain_id):
    assert read_request(address.text) == ScannedAddress(address=address)
    assert read_request(address.caip10(chain_id)) == ScannedAddress(address=address, chain_id=chain_id)


@given(requests, st.data())
def test_a_letter_in_the_wrong_case_never_changes_who_is_paid(asked, data):
    text = str(asked)
    payee = asked.payee.text
    digits = [i for i, c in enumerate(payee) if i > 1 and c.isalpha()]
    if not any(payee[i].isupper() for i in digits) or not any(payee[i].islower() for i in digits):
        return  # digits of one case carry no checksum
    position = text.index(payee) + data.draw(st.sampled_from(digits))
    changed = text[:position] + text[position].swapcase() + text[position + 1 :]
    read = read_request(changed)
    assert isinstance(read, Unreadable) or read == asked


def with_checksum(text):
    text = f"000201{text}6304"
    return text + checksum(text)


@given(
    st.text()
    | st.text(string.printable)
    | near_requests
    | near_requests.map("ethereum:0x".__add__)
    | near_codes
    | near_codes.map(with_checksum)
    | data_objects.map(write_objects).map(with_checksum)
)
def test_reading_never_raises_and_never_repeats_what_it_refuses(text):
    read = read_request(text)
    broken_rules(text)
    if isinstance(read, EmvcoRequest):
        assert str(read) == text.strip(" \t\r\n")
        read.merchant, read.local_name, read.amount, read.tip, read.additional, read.token, read.warnings  # noqa: B018
    if isinstance(read, Unreadable):
        assert len(text.strip()) < 12 or text.strip() not in repr(read) + read.message


@given(
    asked=st.integers(1, 50),
    payments=st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.integers(1_000, 3_000)), max_size=8),
)
def test_no_unit_is_lost_and_no_more_is_credited_than_asked(asked, payments):
    wanted = request(amount=Amount(TOKEN, asked))
    state, credited, suspense = RequestState.OPEN, 0, 0
    for units, clock_runs, at_s in payments:
        if clock_runs:
            state = after_time(wanted, state, now_s=at_s)
        taken = after_payment(wanted, state, credited_units=credited, units=units, at_s=at_s)
        assert taken.credit_units + taken.suspense_units == units
        assert min(taken.credit_units, taken.suspense_units) >= 0
        assert taken.credit_units == 0 or at_s < wanted.expires_at_s
        state, credited, suspense = taken.state, credited + taken.credit_units, suspense + taken.suspense_units
        assert credited <= asked
        assert (state in (RequestState.PAID, RequestState.OVERPAID)) == (credited == asked)
        assert state is not RequestState.OVERPAID or suspense > 0
