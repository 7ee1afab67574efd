from dataclasses import replace

import pytest

from tests.unit.requests.samples import COIN, CONTRACT, EURO, PAYEE, request
from tokenpay.errors import InvalidRequest, NotFound
from tokenpay.money.amount import Amount
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.eip681 import Eip681, read_eip681
from tokenpay.requests.ens import EnsName
from tokenpay.requests.reason import Reason, reason_of

TOKEN_TEXT = f"ethereum:{CONTRACT}@8453/transfer?address={PAYEE}"
COIN_TEXT = f"ethereum:{PAYEE}@8453"
MAX = 2**256 - 1


def test_a_request_of_ours_is_written_for_ordinary_wallets():
    assert str(Eip681.of(request())) == f"{TOKEN_TEXT}&uint256=100"
    assert str(Eip681.of(request(amount=None))) == TOKEN_TEXT
    assert str(Eip681.of(request(asset=COIN, amount=Amount(COIN, 5)))) == f"{COIN_TEXT}?value=5"
    assert str(Eip681.of(request(asset=COIN, amount=None))) == COIN_TEXT


@pytest.mark.parametrize(
    "changes",
    [{"deposit_address": None}, {"asset": EURO, "amount": Amount(EURO, 1), "deposit_address": None}],
)
def test_a_request_without_a_deposit_address_cannot_be_written(changes):
    with pytest.raises(InvalidRequest):
        Eip681.of(request(**changes))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"ethereum:{PAYEE}", Eip681(chain_id=1, payee=PAYEE)),
        (f"ETHEREUM:pay-{PAYEE}@137", Eip681(chain_id=137, payee=PAYEE)),
        (f"ethereum:{PAYEE.text.lower()}@5?value=1", Eip681(chain_id=5, payee=PAYEE, units=1)),
        (f"ethereum:{PAYEE}?value=2.014e18", Eip681(chain_id=1, payee=PAYEE, units=2_014_000_000_000_000_000)),
        (f"ethereum:{PAYEE}?value=+.5E1", Eip681(chain_id=1, payee=PAYEE, units=5)),
        (f"ethereum:{PAYEE}?value=1e0", Eip681(chain_id=1, payee=PAYEE, units=1)),
        (f"ethereum:{PAYEE}?value={MAX}", Eip681(chain_id=1, payee=PAYEE, units=MAX)),
        (
            f"ethereum:{PAYEE}?gasPrice=1&value=7&gas=2",
            Eip681(chain_id=1, payee=PAYEE, units=7, ignored=("gas", "gasPrice")),
        ),
        (TOKEN_TEXT, Eip681(chain_id=8453, payee=PAYEE, contract=CONTRACT)),
        (f"{TOKEN_TEXT}&uint256=1.5e1", Eip681(chain_id=8453, payee=PAYEE, contract=CONTRACT, units=15)),
        (
            f"ethereum:pay-{CONTRACT}/transfer?address={PAYEE}&gasLimit=9&uint256=1",
            Eip681(chain_id=1, payee=PAYEE, contract=CONTRACT, units=1, ignored=("gasLimit",)),
        ),
        (f"ethereum:{PAYEE}@9223372036854775807", Eip681(chain_id=2**63 - 1, payee=PAYEE)),
    ],
)
def test_what_is_read(text, expected):
    assert Eip681.parse(text) == expected


WRONG_CHECKSUM = PAYEE.text.replace("5aA", "5Aa")
REFUSED = [
    (Reason.UNKNOWN_FORMAT, f"bitcoin:{PAYEE}"),
    (Reason.UNKNOWN_FORMAT, "ethereum"),
    (Reason.UNKNOWN_PREFIX, "ethereum:"),
    (Reason.UNKNOWN_PREFIX, f"ethereum:sign-{PAYEE}"),
    (Reason.UNKNOWN_PREFIX, "ethereum:pay"),
    (Reason.WALLET_CONNECT, "ethereum:wc-8a5e5bdc-a0e4-4702-ba63-8f1a5655744f@1?bridge=x&key=y"),
    (Reason.RECEIPT, "ethereum:tx-0x" + "ab" * 32),
    (Reason.UNKNOWN_PREFIX, f"ethereum:PAY-{PAYEE}"),
    (Reason.UNKNOWN_PREFIX, f"ethereum:{PAYEE.text[2:]}"),
    (Reason.UNKNOWN_PREFIX, f"ethereum:0X{PAYEE.text[2:]}"),
    (Reason.ENS_NAME, "ethereum:vitalik.eth"),
    (Reason.ENS_NAME, "ethereum:pay-vitalik.eth@1?value=1"),
    (Reason.ENS_NAME, "ethereum:pay-doge-to-the-moon.eth"),
    (Reason.ENS_NAME, "ethereum:doge.to-the-moon.eth"),
    (Reason.BAD_NAME, "ethereum:pay-a_b.eth"),
    (Reason.LOOKALIKE, "ethereum:pay-xn--vitlik-8fg.eth"),
    (Reason.BAD_NUMBER, "ethereum:pay-vitalik.eth?value=x"),
    (Reason.ENS_NAME, "ethereum:0xabc.eth"),
    (Reason.ENS_NAME, f"ethereum:pay-token.eth/transfer?address={PAYEE}&uint256=1"),
    (Reason.ENS_NAME, f"ethereum:{CONTRACT}/transfer?address=payee.eth&uint256=1"),
    (Reason.BAD_ADDRESS, f"ethereum:{WRONG_CHECKSUM}"),
    (Reason.BAD_ADDRESS, f"ethereum:{PAYEE.text[:-1]}"),
    (Reason.BAD_ADDRESS, f"ethereum:{PAYEE}0"),
    (Reason.BAD_ADDRESS, "ethereum:0x" + "0" * 40),
    (Reason.BAD_ADDRESS, f"ethereum:pay-pay-{PAYEE}"),
    (Reason.BAD_ADDRESS, f"ethereum:{CONTRACT}/transfer?address=&uint256=1"),
    (Reason.BAD_ADDRESS, f"ethereum:{CONTRACT}/transfer?address={WRONG_CHECKSUM}"),
    (Reason.BAD_ADDRESS, f"ethereum:{WRONG_CHECKSUM}/transfer?address={CONTRACT}"),
    (Reason.BAD_ADDRESS, f"ethereum:{CONTRACT}/transfer?address=%30x{PAYEE.text[2:]}"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@0"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@01"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@0x1"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@-1"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@1e3"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@1@1"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@9223372036854775808"),
    (Reason.BAD_CHAIN, f"ethereum:{PAYEE}@\N{ARABIC-INDIC DIGIT ONE}"),
    (Reason.UNKNOWN_FUNCTION, f"ethereum:{CONTRACT}/"),
    (Reason.UNKNOWN_FUNCTION, f"ethereum:{CONTRACT}/approve?address={PAYEE}&uint256=1"),
    (Reason.UNKNOWN_FUNCTION, f"ethereum:{CONTRACT}/Transfer?address={PAYEE}&uint256=1"),
    (Reason.UNKNOWN_FUNCTION, f"ethereum:{CONTRACT}/transfer/?address={PAYEE}&uint256=1"),
    (Reason.UNKNOWN_FUNCTION, f"ethereum:{CONTRACT}/transfer?uint256=1&address={PAYEE}"),
    (Reason.UNKNOWN_FUNCTION, f"{TOKEN_TEXT}&uint256=1&bytes=0x00"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{PAYEE}?"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{PAYEE}?value=1&"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{PAYEE}?amount=1"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{PAYEE}?Value=1"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{PAYEE}?uint256=1"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{PAYEE}?value=1&address={PAYEE}"),
    (Reason.UNKNOWN_PARAMETER, f"{TOKEN_TEXT}&value=1"),
    (Reason.UNKNOWN_PARAMETER, f"{TOKEN_TEXT}&uint256=1&bytes33x=0x00"),
    (Reason.UNKNOWN_PARAMETER, f"ethereum:{CONTRACT}/approve?spender={PAYEE}"),
    (Reason.DUPLICATE_PARAMETER, f"ethereum:{CONTRACT}/deposit?value=1&value=2"),
    (Reason.BAD_NUMBER, f"ethereum:{CONTRACT}/deposit?value=x"),
    (Reason.BAD_ADDRESS, f"ethereum:{WRONG_CHECKSUM}/deposit"),
    (Reason.DUPLICATE_PARAMETER, f"ethereum:{PAYEE}?value=1&value=1"),
    (Reason.DUPLICATE_PARAMETER, f"ethereum:{PAYEE}?gas=1&gas=2"),
    (Reason.DUPLICATE_PARAMETER, f"{TOKEN_TEXT}&address={PAYEE}"),
    (Reason.NO_PAYEE, f"ethereum:{CONTRACT}/transfer"),
    (Reason.NO_PAYEE, f"ethereum:{CONTRACT}/transfer?uint256=1"),
    (Reason.PAYEE_IS_TOKEN, f"ethereum:{CONTRACT}/transfer?address={CONTRACT}&uint256=1"),
    *(
        (Reason.BAD_NUMBER, f"ethereum:{PAYEE}?value={number}")
        for number in (
            *("", "0", "0e5", "-1", "1e", "e5", "1e-1", "1e+1", ".", "+", "++1", "1.", "1.5", "1.5e0", "1.0", "1.25e1"),
            *("0x10", "1_000", "1,000", " 1", "1 ", "1%30", "inf", "NaN", "1e78", "1e1000", "9" * 79, str(MAX + 1)),
            *(
                "\N{ARABIC-INDIC DIGIT ONE}",
                "1\N{ARABIC-INDIC DIGIT ONE}",
                "\N{FULLWIDTH DIGIT ONE}",
                "1=1",
                "1?value=1",
                "1#",
            ),
        )
    ),
]


@pytest.mark.parametrize(("reason", "text"), REFUSED)
def test_what_is_refused_and_why(reason, text):
    with pytest.raises(InvalidRequest) as caught:
        Eip681.parse(text)
    assert reason_of(caught.value) is reason
    assert caught.value.message == reason.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        (Reason.BAD_CHAIN, {"chain_id": 0}),
        (Reason.BAD_CHAIN, {"chain_id": 2**63}),
        (Reason.BAD_NUMBER, {"units": 0}),
        (Reason.BAD_NUMBER, {"units": MAX + 1}),
        (Reason.PAYEE_IS_TOKEN, {"contract": PAYEE}),
    ],
)
def test_what_cannot_be_made(reason, changes):
    with pytest.raises(InvalidRequest) as caught:
        Eip681(**{"chain_id": 1, "payee": PAYEE} | changes)
    assert reason_of(caught.value) is reason


@pytest.mark.parametrize(
    ("text", "signature", "expected"),
    [
        (
            f"ethereum:{CONTRACT}@5/approve?address={PAYEE}&uint256=1e3",
            "approve(address,uint256)",
            {"chain_id": 5, "function": "approve", "parameters": (("address", PAYEE.text), ("uint256", "1e3"))},
        ),
        (
            f"ethereum:pay-{CONTRACT}/deposit?value=2e18&gas=5",
            "deposit()",
            {"function": "deposit", "value_wei": 2 * 10**18, "ignored": ("gas",)},
        ),
        (
            f"ethereum:{CONTRACT}/transfer?uint256=1&address={PAYEE}",
            "transfer(uint256,address)",
            {"function": "transfer", "parameters": (("uint256", "1"), ("address", PAYEE.text))},
        ),
        (
            f"ethereum:{CONTRACT}/transferFrom?address={PAYEE}&address={PAYEE}&uint256=1",
            "transferFrom(address,address,uint256)",
            {
                "function": "transferFrom",
                "parameters": (("address", PAYEE.text), ("address", PAYEE.text), ("uint256", "1")),
            },
        ),
        (
            f"ethereum:{CONTRACT}/_x$?bytes4=0xab&uint8[2][]=1,2&bool=true&string=a%20b",
            "_x$(bytes4,uint8[2][],bool,string)",
            {
                "function": "_x$",
                "parameters": (("bytes4", "0xab"), ("uint8[2][]", "1,2"), ("bool", "true"), ("string", "a%20b")),
            },
        ),
    ],
)
def test_any_other_function_is_recognised_and_never_paid(text, signature, expected):
    call = read_eip681(text)
    assert call == ContractCall(**{"chain_id": 1, "contract": CONTRACT} | expected)
    assert call.signature == signature
    with pytest.raises(InvalidRequest) as caught:
        Eip681.parse(text)
    assert reason_of(caught.value) is Reason.UNKNOWN_FUNCTION


NAMED = [
    ("ethereum:pay-Payee.eth@5?value=1", "payee.eth", Eip681(chain_id=5, payee=PAYEE, units=1)),
    ("ethereum:payee.eth", "payee.eth", Eip681(chain_id=1, payee=PAYEE)),
    (
        f"ethereum:pay-{CONTRACT}/transfer?address=payee.eth&uint256=1",
        "payee.eth",
        Eip681(chain_id=1, payee=PAYEE, contract=CONTRACT, units=1),
    ),
    (
        f"ethereum:pay-token.eth/transfer?address={PAYEE}",
        "token.eth",
        Eip681(chain_id=1, payee=PAYEE, contract=CONTRACT),
    ),
    (
        "ethereum:pay-token.eth/transfer?address=payee.eth",
        "payee.eth",
        Eip681(chain_id=1, payee=PAYEE, contract=CONTRACT),
    ),
    (
        "ethereum:pay-token.eth/approve",
        "token.eth",
        ContractCall(chain_id=1, contract=CONTRACT, function="approve"),
    ),
]


@pytest.mark.parametrize(("text", "name", "resolved"), NAMED)
def test_a_name_is_resolved_by_nobody_but_the_resolver_given(text, name, resolved):
    assert read_eip681(text) == EnsName(name=name)
    asked = []

    def resolver(wanted):
        asked.append(wanted)
        return {"payee.eth": PAYEE, "token.eth": CONTRACT}[wanted]

    read = read_eip681(text, resolver=resolver)
    assert name in asked
    if isinstance(read, Eip681):
        assert {found.name for found in read.names} == set(asked)
        read = replace(read, names=())
    assert read == resolved


def test_what_a_resolver_raises_is_raised():
    def nobody(name):
        raise NotFound("no such name")

    with pytest.raises(NotFound):
        read_eip681("ethereum:pay-payee.eth", resolver=nobody)
