from dataclasses import replace

import pytest
from eth_account import Account

from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.abi import uint_word
from tokenpay.ethereum.grants.grant import sign, verify
from tokenpay.ethereum.grants.permit import Permit, calldata, decode_calldata
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
DOMAIN = Domain(name="USDC", version="2", chain_id=31337, verifying_contract=Address(b"\xaa" * 20))
PERMIT = Permit(
    domain=DOMAIN,
    owner=Address(KEY.public_key.address_bytes()),
    spender=Address(b"\xbb" * 20),
    units=7,
    nonce=3,
    deadline_s=1_700_000_000,
)
CALL = calldata(sign(PERMIT, KEY))


def test_it_signs_as_eth_account_does():
    theirs = Account.sign_typed_data(
        KEY.reveal(),
        domain_data={
            "name": "USDC",
            "version": "2",
            "chainId": 31337,
            "verifyingContract": DOMAIN.verifying_contract.text,
        },
        message_types={
            "Permit": [
                {"name": "owner", "type": "address"},
                {"name": "spender", "type": "address"},
                {"name": "value", "type": "uint256"},
                {"name": "nonce", "type": "uint256"},
                {"name": "deadline", "type": "uint256"},
            ]
        },
        message_data={
            "owner": PERMIT.owner.text,
            "spender": PERMIT.spender.text,
            "value": 7,
            "nonce": 3,
            "deadline": 1_700_000_000,
        },
    )
    ours = sign(PERMIT, KEY).signature
    assert (ours.y_parity + 27, ours.r, ours.s) == (theirs.v, theirs.r, theirs.s)


def test_a_call_is_read_back():
    assert CALL[:4].hex() == "d505accf"
    assert decode_calldata(CALL, DOMAIN, 3) == sign(PERMIT, KEY)


def test_it_holds_at_one_nonce_only():
    with pytest.raises(InvalidAuthorization):
        decode_calldata(CALL, DOMAIN, 4)
    with pytest.raises(InvalidAuthorization):
        verify(replace(PERMIT, nonce=4), sign(PERMIT, KEY).signature)


def test_the_deadline_itself_is_inside():
    PERMIT.check_window(1_700_000_000)
    with pytest.raises(InvalidAuthorization):
        PERMIT.check_window(1_700_000_001)


@pytest.mark.parametrize("name", ["units", "nonce", "deadline_s"])
@pytest.mark.parametrize("number", [-1, 2**256])
def test_a_part_out_of_range_is_refused(name, number):
    with pytest.raises(InvalidAuthorization):
        replace(PERMIT, **{name: number})


@pytest.mark.parametrize(
    "call",
    [
        b"",
        CALL[:-1],
        CALL + b"\x00",
        b"\x00" + CALL[1:],
        CALL[:4] + bytes(32) + CALL[36:],
        CALL[:-32] + uint_word(ORDER - sign(PERMIT, KEY).signature.s),
    ],
    ids=["empty", "cut", "longer", "other function", "zero owner", "high s"],
)
def test_any_other_call_is_refused(call):
    with pytest.raises(InvalidAuthorization):
        decode_calldata(call, DOMAIN, 3)
