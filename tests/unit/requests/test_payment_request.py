import pytest

from tests.unit.requests.samples import COIN, CONTRACT, EURO, PAYEE, TOKEN, request
from tokenpay.errors import InvalidRequest
from tokenpay.money.amount import Amount
from tokenpay.requests.payment_request import Terms


def test_the_reference_is_the_id_with_our_prefix():
    assert request().reference == "TKP:" + request().id


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"amount": None},
        {"terms": Terms.EXACT},
        {"asset": COIN, "amount": Amount(COIN, 1)},
        {"asset": EURO, "amount": Amount(EURO, 1), "deposit_address": None},
        {"remittance_information": "Rechnung 17, Zoë שלום 東京 €"},
        {"remittance_information": "x" * 140},
        {"payee": "c" * 80},
        {"created_at_s": 0, "expires_at_s": 1},
    ],
)
def test_what_may_be_asked(changes):
    for name, value in changes.items():
        assert getattr(request(**changes), name) == value


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "0" * 25},
        {"id": "8" + "0" * 25},
        {"id": "o" * 26},
        {"payee": ""},
        {"payee": "customer C7K2"},
        {"payee": "customer:C7K2\n"},
        {"payee": "customer:\N{CYRILLIC SMALL LETTER ES}7K2"},
        {"payee": "c" * 81},
        {"amount": Amount(TOKEN, 0)},
        {"amount": Amount(COIN, 100)},
        {"amount": None, "terms": Terms.EXACT},
        {"expires_at_s": 1_000},
        {"expires_at_s": 999},
        {"created_at_s": -1},
        {"remittance_information": "x" * 141},
        {"remittance_information": "two\nlines"},
        {"remittance_information": "tab\t"},
        {"remittance_information": "\N{RIGHT-TO-LEFT OVERRIDE}001 RUE"},
        {"remittance_information": "in\N{ZERO WIDTH SPACE}voice"},
        {"remittance_information": "in\N{SOFT HYPHEN}voice"},
        {"remittance_information": "in\N{HANGUL FILLER}voice"},
        {"remittance_information": "in\N{BRAILLE PATTERN BLANK}voice"},
        {"remittance_information": "in\N{VARIATION SELECTOR-16}voice"},
        {"remittance_information": "in\N{COMBINING GRAPHEME JOINER}voice"},
        {"remittance_information": "no\N{NO-BREAK SPACE}break"},
        {"remittance_information": "half \ud800"},
        {"asset": EURO, "amount": Amount(EURO, 1), "deposit_address": PAYEE},
        {"deposit_address": CONTRACT},
    ],
)
def test_what_may_not_be_asked(changes):
    with pytest.raises(InvalidRequest):
        request(**changes)
