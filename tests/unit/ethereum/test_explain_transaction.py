from dataclasses import replace

import pytest

from tokenpay.ethereum import erc20
from tokenpay.ethereum.abi import address_word, selector, uint_word
from tokenpay.ethereum.grants import authorization, cancel_authorization, dai_permit, permit
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.meanings.explain_transaction import explain_transaction
from tokenpay.ethereum.meanings.meaning import MeaningKind
from tokenpay.ethereum.transaction import (
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeAuthorization,
    SetCodeTransaction,
)
from tokenpay.ethereum.transaction_kinds.set_code import authorization_digest
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
HOLDER = Address(KEY.public_key.address_bytes())
OTHER = Address(b"\xbb" * 20)
CONTRACT = Address.parse("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
USDC = Asset.token(1, CONTRACT, symbol="USDC", decimals=6)
ASSETS = {(1, None): Asset.native(1), (1, CONTRACT): USDC}
DOMAIN = Domain(name="USD Coin", version="2", chain_id=1, verifying_contract=CONTRACT)
TOKEN = ("token", "USDC eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
UNLIMITED = 2**256 - 1


def transaction(data=b"", *, to=CONTRACT.raw, value_wei=0, chain_id=1):
    return DynamicFeeTransaction(
        chain_id=chain_id,
        nonce=0,
        max_priority_fee_wei=1,
        max_fee_wei=2,
        gas_limit=100_000,
        to=to,
        value_wei=value_wei,
        data=data,
    )


def call(function, *words):
    return selector(function) + b"".join(
        word if isinstance(word, bytes) else uint_word(word) if isinstance(word, int) else address_word(word)
        for word in words
    )


GRANT = authorization.Authorization(
    domain=DOMAIN,
    sender=HOLDER,
    recipient=OTHER,
    units=1_500_000,
    valid_after_s=0,
    valid_before_s=1_700_000_000,
    nonce=b"\x01" * 32,
)
PERMIT = permit.Permit(domain=DOMAIN, owner=HOLDER, spender=OTHER, units=UNLIMITED, nonce=0, deadline_s=UNLIMITED)
DAI_PERMIT = dai_permit.DaiPermit(domain=DOMAIN, holder=HOLDER, spender=OTHER, nonce=4, expiry_s=0, allowed=True)
CANCELLATION = cancel_authorization.Cancellation(domain=DOMAIN, authorizer=HOLDER, nonce=b"\x01" * 32)


def signed_call(module, grant):
    return module.calldata(sign(grant, KEY))


TRANSFER = erc20.transfer(OTHER, 12_500_000)
WINDOW = (("valid after", "1970-01-01 00:00:00 UTC"), ("valid before", "2023-11-14 22:13:20 UTC"))
NONCE = ("nonce", "0x" + "01" * 32)
FROM_TO = (("from", HOLDER.text), ("to", OTHER.text))
UNDERSTOOD = [
    (
        transaction(to=OTHER.raw, value_wei=10**16),
        MeaningKind.NATIVE_TRANSFER,
        (("chain", "eip155:1"), ("to", OTHER.text), ("amount", "0.01 ETH")),
    ),
    (
        transaction(TRANSFER),
        MeaningKind.TOKEN_TRANSFER,
        (TOKEN, ("to", OTHER.text), ("amount", "12.50 USDC")),
    ),
    (
        transaction(call("transferFrom(address,address,uint256)", HOLDER, OTHER, 1)),
        MeaningKind.TOKEN_TRANSFER_FROM,
        (TOKEN, *FROM_TO, ("amount", "0.000001 USDC")),
    ),
    (
        transaction(call("approve(address,uint256)", OTHER, UNLIMITED)),
        MeaningKind.TOKEN_APPROVAL,
        (TOKEN, ("spender", OTHER.text), ("allowance", "unlimited USDC")),
    ),
    (
        transaction(call("approve(address,uint256)", OTHER, 0)),
        MeaningKind.TOKEN_APPROVAL,
        (TOKEN, ("spender", OTHER.text), ("allowance", "none: what the spender had of USDC is taken back")),
    ),
    (
        transaction(call("approve(address,uint256)", OTHER, UNLIMITED - 1)),
        MeaningKind.TOKEN_APPROVAL,
        (TOKEN, ("spender", OTHER.text), ("allowance", f"{(UNLIMITED - 1) // 10**6}.639934 USDC")),
    ),
    (
        transaction(signed_call(permit, PERMIT)),
        MeaningKind.TOKEN_PERMIT,
        (
            TOKEN,
            ("owner", HOLDER.text),
            ("spender", OTHER.text),
            ("allowance", "unlimited USDC"),
            ("valid through", "no end: after the year 9999"),
        ),
    ),
    (
        transaction(signed_call(dai_permit, DAI_PERMIT)),
        MeaningKind.DAI_PERMIT,
        (
            TOKEN,
            ("owner", HOLDER.text),
            ("spender", OTHER.text),
            ("nonce", "4"),
            ("valid through", "no end"),
            ("allowance", "unlimited USDC"),
        ),
    ),
    (
        transaction(signed_call(authorization, GRANT)),
        MeaningKind.TRANSFER_WITH_AUTHORIZATION,
        (TOKEN, *FROM_TO, ("amount", "1.50 USDC"), *WINDOW, NONCE),
    ),
    (
        transaction(signed_call(authorization, replace(GRANT, kind="receive"))),
        MeaningKind.RECEIVE_WITH_AUTHORIZATION,
        (TOKEN, *FROM_TO, ("amount", "1.50 USDC"), *WINDOW, NONCE),
    ),
    (
        transaction(signed_call(cancel_authorization, CANCELLATION)),
        MeaningKind.CANCEL_AUTHORIZATION,
        (TOKEN, ("owner", HOLDER.text), NONCE),
    ),
    (
        transaction(b"\x60\x00", to=None, value_wei=10**18),
        MeaningKind.CONTRACT_CREATION,
        (
            ("chain", "eip155:1"),
            ("amount", "1.00 ETH"),
            ("code", "2 bytes"),
            ("code hash", "0x" + keccak256(b"\x60\x00").hex()),
        ),
    ),
]


@pytest.mark.parametrize(("given", "kind", "lines"), UNDERSTOOD, ids=[kind for _, kind, _ in UNDERSTOOD])
def test_what_is_done_is_said_whole(given, kind, lines):
    meaning = explain_transaction(given, ASSETS)
    assert (meaning.kind, meaning.lines) == (kind, lines)


V_OF_PERMIT = 4 + 4 * 32
NOT_UNDERSTOOD = {
    "another function": (transaction(b"\x00\x01\x02\x03" + TRANSFER[4:]), "the function is not known"),
    "a byte too many": (transaction(TRANSFER + b"\x00"), "expected 2 words of 32 bytes"),
    "a byte too few": (transaction(TRANSFER[:-1]), "expected 2 words of 32 bytes"),
    "three bytes": (transaction(b"\xa9\x05\x9c"), "the function is not known"),
    "a dirty address": (transaction(TRANSFER[:4] + b"\x01" + TRANSFER[5:]), "an address is 20 bytes"),
    "to the zero address": (transaction(call("transfer(address,uint256)", 0, 1)), "the zero address"),
    "coin along with the call": (transaction(TRANSFER, value_wei=1), "native coin is sent along"),
    "an unknown token": (transaction(TRANSFER, to=OTHER.raw), "the token is not registered"),
    "a token of another chain": (transaction(TRANSFER, chain_id=10), "the token is not registered"),
    "an unknown coin": (transaction(to=OTHER.raw, value_wei=1, chain_id=10), "native coin is not registered"),
    "coin to the zero address": (transaction(to=bytes(20), value_wei=1), "the zero address"),
    "a contract with an unknown coin": (transaction(b"\x00", to=None, value_wei=1, chain_id=10), "not registered"),
    "any chain": (
        LegacyTransaction(chain_id=None, nonce=0, gas_price_wei=1, gas_limit=21_000, to=OTHER.raw),
        "any chain",
    ),
    "a permit with v 0": (
        transaction(
            call(
                "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
                *(HOLDER, OTHER, 1, 1, 0, b"\x01" * 32, b"\x01" * 32),
            )
        ),
        "parity",
    ),
    "a DAI permit that allows 2": (
        transaction(
            call(
                "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
                *(HOLDER, OTHER, 1, 1, 2, 27, b"\x01" * 32, b"\x01" * 32),
            )
        ),
        "a bool is 0 or 1",
    ),
}


@pytest.mark.parametrize(("given", "why"), NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_not_wholly_understood_is_unknown(given, why):
    meaning = explain_transaction(given, ASSETS)
    assert meaning.kind is MeaningKind.UNKNOWN
    lines = dict(meaning.lines)
    assert why in lines["why"]
    assert {"chain", "to", "value", "function", "data"} < lines.keys()
    assert "USDC" not in meaning.text()


def test_a_register_whose_key_and_asset_differ_is_not_believed():
    assert explain_transaction(transaction(TRANSFER), {(1, CONTRACT): ASSETS[1, None]}).kind is MeaningKind.UNKNOWN


def delegation(code, *, chain_id=1, **changes):
    """An authorization of KEY, which may be one that the library would not sign."""
    made = KEY.sign_digest(authorization_digest(chain_id=chain_id, address=code, nonce=7))
    given = {"chain_id": chain_id, "address": code, "nonce": 7, "y_parity": made.y_parity, "r": made.r, "s": made.s}
    return SetCodeAuthorization(**(given | changes))


def delegating(grant, data=b""):
    return SetCodeTransaction(
        chain_id=1,
        nonce=0,
        max_priority_fee_wei=1,
        max_fee_wei=2,
        gas_limit=90_000,
        to=HOLDER.raw,
        data=data,
        authorization_list=(grant,),
    )


def test_a_delegation_names_the_account_and_the_code():
    meaning = explain_transaction(delegating(delegation(OTHER.raw)), ASSETS)
    assert meaning.kind is MeaningKind.DELEGATION
    assert meaning.lines[:2] == (
        ("account", HOLDER.text),
        ("runs", f"the code at {OTHER.text}, on eip155:1, if its nonce is 7"),
    )


@pytest.mark.parametrize(
    ("grant", "line"),
    [
        (delegation(bytes(20)), ("runs", "no code any more, on eip155:1, if its nonce is 7")),
        (delegation(OTHER.raw, chain_id=0), ("runs", f"the code at {OTHER.text}, on every chain, if its nonce is 7")),
        (delegation(OTHER.raw, y_parity=2), ("skipped", "a delegation that holds for nobody")),
        (delegation(OTHER.raw, r=5, s=1), ("skipped", "a delegation that holds for nobody")),
        (delegation(OTHER.raw, nonce=2**64 - 1), ("skipped", "a delegation that holds for nobody")),
    ],
)
def test_what_a_delegation_can_be(grant, line):
    assert line in explain_transaction(delegating(grant), ASSETS).lines


def test_a_delegation_with_an_unknown_call_is_unknown_and_still_named():
    given = delegating(delegation(OTHER.raw), data=b"\x01\x02\x03\x04")
    meaning = explain_transaction(given, ASSETS)
    assert meaning.kind is MeaningKind.UNKNOWN
    assert ("account", HOLDER.text) in meaning.lines


def test_the_text_is_one_line_a_part():
    assert explain_transaction(transaction(TRANSFER), ASSETS).text() == (
        "token transfer\n"
        "token:  USDC eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\n"
        f"to:     {OTHER.text}\n"
        "amount: 12.50 USDC"
    )
