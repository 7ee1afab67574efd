from random import Random

import pytest

from tests.benchmarks.random_grants import random_grant
from tests.benchmarks.random_typed_data import random_message
from tokenpay.ethereum.meanings.explain_typed_data import explain_typed_data
from tokenpay.ethereum.meanings.meaning import Assets, MeaningKind
from tokenpay.ethereum.typed_data import TypedData
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset

CONTRACT = Address.parse("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
OWNER, SPENDER, UNKNOWN = Address(b"\xaa" * 20), Address(b"\xbb" * 20), Address(b"\xcc" * 20)
ASSETS: Assets = {(1, CONTRACT): Asset.token(1, CONTRACT, symbol="USDC", decimals=6)}
TOKEN = ("token", "USDC eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
OF_TOKEN = {"name": "USD Coin", "version": "2", "chainId": 1, "verifyingContract": CONTRACT}
OF_PERMIT2 = {"name": "Permit2", "chainId": "0x1", "verifyingContract": "0x000000000022d473030f116ddee9f6b43ac78ba3"}
DETAILS = "address token,uint160 amount,uint48 expiration,uint48 nonce"
PERMISSIONS = "address token,uint256 amount"


def members(text):
    return [dict(zip(("type", "name"), part.split(" "), strict=True)) for part in text.split(",")]


def message(primary_type, text, values, *, domain=OF_TOKEN, **others):
    listed = members(text)
    return TypedData(
        types={primary_type: listed, **{name: members(other) for name, other in others.items()}},
        primary_type=primary_type,
        domain=domain,
        message={member["name"]: value for member, value in zip(listed, values, strict=True)},
    )


PERMIT = "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline"
DAI_PERMIT = "address holder,address spender,uint256 nonce,uint256 expiry,bool allowed"
AUTHORIZATION = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
AUTHORIZED = (OWNER, SPENDER, "1500000", 0, "0x6553f100", b"\x01" * 32)
SAID_OF_IT = (
    TOKEN,
    ("from", OWNER.text),
    ("to", SPENDER.text),
    ("amount", "1.50 USDC"),
    ("valid after", "1970-01-01 00:00:00 UTC"),
    ("valid before", "2023-11-14 22:13:20 UTC"),
    ("nonce", "0x" + "01" * 32),
)
WHO = (("owner", OWNER.text), ("spender", SPENDER.text))


def single(token=CONTRACT, amount=2**160 - 1, expiration=0, domain=OF_PERMIT2):
    details = {"token": token, "amount": amount, "expiration": expiration, "nonce": 3}
    values = (details, SPENDER, 1_700_000_000)
    text = "PermitDetails details,address spender,uint256 sigDeadline"
    return message("PermitSingle", text, values, domain=domain, PermitDetails=DETAILS)


def batch(*tokens):
    details = [{"token": token, "amount": 5, "expiration": 1_700_000_000, "nonce": 3} for token in tokens]
    text = "PermitDetails[] details,address spender,uint256 sigDeadline"
    values = (details, SPENDER, 1_700_000_000)
    return message("PermitBatch", text, values, domain=OF_PERMIT2, PermitDetails=DETAILS)


def transfer(name, brackets, permitted):
    text = f"TokenPermissions{brackets} permitted,address spender,uint256 nonce,uint256 deadline"
    values = (permitted, SPENDER, 9, 1_700_000_000)
    return message(name, text, values, domain=OF_PERMIT2, TokenPermissions=PERMISSIONS)


THROUGH = (("spender", SPENDER.text), ("valid through", "2023-11-14 22:13:20 UTC"))
SMALL = (("allowance", "0.000005 USDC"), ("ends after", "2023-11-14 22:13:20 UTC"), ("nonce", "3"))
TAKEN = (
    TOKEN,
    ("at most", "0.000007 USDC"),
    ("spender", SPENDER.text),
    ("nonce", "9"),
    ("valid through", "2023-11-14 22:13:20 UTC"),
)
UNDERSTOOD = [
    (
        message("Permit", PERMIT, (OWNER, SPENDER, 2**256 - 1, 3, 2**256 - 1)),
        MeaningKind.TOKEN_PERMIT,
        (
            TOKEN,
            *WHO,
            ("allowance", "unlimited USDC"),
            ("nonce", "3"),
            ("valid through", "no end: after the year 9999"),
        ),
    ),
    (
        message("Permit", DAI_PERMIT, (OWNER, SPENDER, 3, 0, True)),
        MeaningKind.DAI_PERMIT,
        (TOKEN, *WHO, ("nonce", "3"), ("valid through", "no end"), ("allowance", "unlimited USDC")),
    ),
    (
        message("Permit", DAI_PERMIT, (OWNER, SPENDER, 3, 1_700_000_000, False)),
        MeaningKind.DAI_PERMIT,
        (
            TOKEN,
            *WHO,
            ("nonce", "3"),
            ("valid through", "2023-11-14 22:13:20 UTC"),
            ("allowance", "none: what the spender had of USDC is taken back"),
        ),
    ),
    (
        message("TransferWithAuthorization", AUTHORIZATION, AUTHORIZED),
        MeaningKind.TRANSFER_WITH_AUTHORIZATION,
        SAID_OF_IT,
    ),
    (
        message("ReceiveWithAuthorization", AUTHORIZATION, AUTHORIZED),
        MeaningKind.RECEIVE_WITH_AUTHORIZATION,
        SAID_OF_IT,
    ),
    (
        message("CancelAuthorization", "address authorizer,bytes32 nonce", (OWNER, b"\x01" * 32)),
        MeaningKind.CANCEL_AUTHORIZATION,
        (TOKEN, ("owner", OWNER.text), ("nonce", "0x" + "01" * 32)),
    ),
    (
        single(),
        MeaningKind.PERMIT2_ALLOWANCE,
        (
            TOKEN,
            ("allowance", "unlimited USDC"),
            ("ends after", "the block that carries it out"),
            ("nonce", "3"),
            *THROUGH,
        ),
    ),
    (batch(CONTRACT, CONTRACT), MeaningKind.PERMIT2_ALLOWANCE, (TOKEN, *SMALL, TOKEN, *SMALL, *THROUGH)),
    (transfer("PermitTransferFrom", "", {"token": CONTRACT, "amount": 7}), MeaningKind.PERMIT2_TRANSFER, TAKEN),
    (
        transfer("PermitBatchTransferFrom", "[]", [{"token": CONTRACT, "amount": 7}]),
        MeaningKind.PERMIT2_TRANSFER,
        TAKEN,
    ),
]


@pytest.mark.parametrize(("given", "kind", "lines"), UNDERSTOOD, ids=[given.primary_type for given, *_ in UNDERSTOOD])
def test_what_is_allowed_is_said_whole(given, kind, lines):
    meaning = explain_typed_data(given, ASSETS)
    assert (meaning.kind, meaning.lines) == (kind, lines)


def permit(domain=OF_TOKEN, owner=OWNER):
    return message("Permit", PERMIT, (owner, SPENDER, 1, 2, 3), domain=domain)


NOT_UNDERSTOOD = {
    "another type": (message("Order", "address maker", (OWNER,)), "the type of the message is not known"),
    "other names": (message("Permit", PERMIT.replace("owner", "payer"), (OWNER, SPENDER, 1, 2, 3)), "not known"),
    "a domain alone": (TypedData(types={}, primary_type="EIP712Domain", domain=OF_TOKEN, message={}), "not known"),
    "no chain": (permit({"name": "USD Coin", "verifyingContract": CONTRACT}), "one contract on one chain"),
    "no contract": (permit({"name": "USD Coin", "chainId": 1}), "one contract on one chain"),
    "another chain": (permit({**OF_TOKEN, "chainId": 10}), "not registered"),
    "an unknown token": (permit({**OF_TOKEN, "verifyingContract": UNKNOWN}), "not registered"),
    "the zero address": (permit(owner="0x" + "00" * 20), "zero address"),
    "Permit2 elsewhere": (single(domain={**OF_PERMIT2, "verifyingContract": UNKNOWN}), "than Permit2"),
    "Permit2 by another name": (single(domain={**OF_PERMIT2, "name": "Permit3"}), "than Permit2"),
    "Permit2 with a version": (single(domain={**OF_PERMIT2, "version": "1"}), "than Permit2"),
    "Permit2 of an unknown token": (single(token=UNKNOWN), "not registered"),
    "a batch with one unknown token": (batch(CONTRACT, UNKNOWN), "not registered"),
    "an empty batch": (batch(), "names no token"),
}


@pytest.mark.parametrize(("given", "why"), NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_not_wholly_understood_is_unknown(given, why):
    meaning = explain_typed_data(given, ASSETS)
    assert meaning.kind is MeaningKind.UNKNOWN
    assert why in dict(meaning.lines)["why"]
    assert dict(meaning.lines)["digest"] == "0x" + given.digest().hex()


def typed(given):
    return TypedData(
        types=given["types"], primary_type=given["primaryType"], domain=given["domain"], message=given["message"]
    )


def test_random_messages_are_unknown_and_raise_nothing():
    random = Random(1)
    for _ in range(200):
        assert explain_typed_data(typed(random_message(random)), ASSETS).kind is MeaningKind.UNKNOWN
        name, _, given = random_grant(random)
        assert explain_typed_data(typed(given), ASSETS).kind is MeaningKind.UNKNOWN, name


class AnyToken(dict):
    """A register that has every token of every chain."""

    def get(self, key, default=None):
        return Asset.token(*key, symbol="ANY", decimals=6)


def test_each_random_grant_is_understood_where_its_token_is_registered():
    random = Random(2)
    for _ in range(200):
        name, _, given = random_grant(random)
        meaning = explain_typed_data(typed(given), AnyToken())
        assert meaning.kind is not MeaningKind.UNKNOWN, (name, meaning)
