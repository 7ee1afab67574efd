from dataclasses import replace

import pytest

from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.preflight import MAX_INITCODE_SIZE, floor_gas, intrinsic_gas, preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction

TRANSFER = DynamicFeeTransaction(
    chain_id=1,
    nonce=0,
    max_priority_fee_wei=1,
    max_fee_wei=2,
    gas_limit=21_000,
    to=b"\x01" * 20,
)
KEYS = (bytes(32), bytes(32))

# Fields that change, the intrinsic gas, the floor; summed by hand from the EIPs.
GAS = [
    ({}, 21_000, 21_000),
    ({"data": b"\x00"}, 21_004, 21_010),
    ({"data": b"\x01"}, 21_016, 21_040),
    ({"data": b"\x00\x01" * 32}, 21_640, 22_600),
    ({"access_list": ((bytes(20), KEYS), (bytes(20), ()))}, 29_600, 21_000),
    ({"to": None}, 53_000, 21_000),
    ({"to": None, "data": b"\x01" * 33}, 53_532, 22_320),
]


@pytest.mark.parametrize(("change", "intrinsic", "floor"), GAS)
def test_gas_before_execution(change, intrinsic, floor):
    transaction = replace(TRANSFER, **change)
    assert (intrinsic_gas(transaction), floor_gas(transaction)) == (intrinsic, floor)
    least = max(intrinsic, floor)
    preflight(replace(transaction, gas_limit=least))
    with pytest.raises(InvalidTransaction) as refusal:
        preflight(replace(transaction, gas_limit=least - 1))
    assert refusal.value.fields["rule"] == ("floor_gas" if floor > intrinsic else "intrinsic_gas")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"chain_id": 0}, "chain_id"),
        ({"chain_id": 2**63}, "chain_id"),
        ({"nonce": 2**64 - 1}, "nonce"),
        ({"gas_limit": 2**64}, "gas_overflow"),
        ({"max_fee_wei": 2**256}, "fee_overflow"),
        ({"max_priority_fee_wei": 2**256}, "fee_overflow"),
        ({"max_priority_fee_wei": 3}, "tip_above_max_fee"),
        ({"value_wei": 2**256}, "value_overflow"),
        ({"value_wei": 2**256 - 42_000}, "cost_overflow"),
        ({"max_fee_wei": 2**255}, "cost_overflow"),
        ({"to": None, "data": bytes(MAX_INITCODE_SIZE + 1), "gas_limit": 10**9}, "initcode_size"),
    ],
)
def test_a_broken_rule_is_named(change, rule):
    with pytest.raises(InvalidTransaction) as refusal:
        preflight(replace(TRANSFER, **change))
    assert refusal.value.fields["rule"] == rule


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 2**63 - 1},
        {"nonce": 2**64 - 2},
        {"max_priority_fee_wei": 2},
        {"gas_limit": 2**64 - 1},
        {"value_wei": 2**256 - 42_001},
        {"to": None, "data": bytes(MAX_INITCODE_SIZE), "gas_limit": 10**9},
        {"data": bytes(MAX_INITCODE_SIZE + 1), "gas_limit": 10**9},
    ],
)
def test_the_last_allowed_value_passes(change):
    preflight(replace(TRANSFER, **change))
