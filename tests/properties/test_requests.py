"""Requests: what is written is read back, and no text makes the reader raise or repeat it."""

import string

from hypothesis import given, strategies as st

from tests.unit.requests.samples import TOKEN, request
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.reference import parse_reference, reference_id
from tokenpay.requests.request_state import RequestState, after_payment, after_time
from tokenpay.requests.scanned import ScannedAddress, ScannedReference, Unreadable, read_request

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


@given(st.text() | st.text(string.printable) | near_requests | near_requests.map("ethereum:0x".__add__))
def test_reading_never_raises_and_never_repeats_what_it_refuses(text):
    read = read_request(text)
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
