import json

import pytest

from tests.comparison.invalid_typed_messages import MAIL, cases
from tokenpay.errors import InvalidTypedData
from tokenpay.ethereum.typed_data_parts.rule import MAX_TEXT_SIZE
from tokenpay.ethereum.typed_json import parse_typed_data

TEXT = json.dumps(MAIL)


def test_the_example_of_eip_712():
    data = parse_typed_data(TEXT)
    assert data.digest().hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    assert (data.primary_type, data.message["contents"]) == ("Mail", "Hello, Bob!")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "json"),
        ("{", "json"),
        (TEXT + "{}", "json"),
        ("\ufeff" + TEXT, "json"),
        ("[]", "value_form"),
        ("null", "value_form"),
        (TEXT.replace('"chainId": 1', '"chainId": 1.0'), "float"),
        (TEXT.replace('"chainId": 1', '"chainId": 1e0'), "float"),
        (TEXT.replace('"chainId": 1', '"chainId": NaN'), "float"),
        (TEXT.replace('"chainId": 1', '"chainId": -Infinity'), "float"),
        (TEXT.replace('"chainId": 1', '"chainId": 9007199254740992'), "unsafe_number"),
        (TEXT.replace('"chainId": 1', '"chainId": ' + "9" * 5_000), "unsafe_number"),
        (TEXT.replace('"chainId": 1', '"chainId": -1'), "number_range"),
        (TEXT.replace('"chainId": 1', '"chainId": 1, "chainId": 1'), "duplicate_key"),
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        (TEXT + " " * MAX_TEXT_SIZE, "too_large"),
    ],
    ids=lambda value: value[-40:],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(text, rule):
    with pytest.raises(InvalidTypedData) as refused:
        parse_typed_data(text)
    assert refused.value.fields["rule"] == rule


@pytest.mark.parametrize("name", ["types", "primaryType", "domain", "message"])
def test_each_of_the_four_parts_is_needed(name):
    with pytest.raises(InvalidTypedData) as refused:
        parse_typed_data(json.dumps({key: part for key, part in MAIL.items() if key != name}))
    assert refused.value.fields["rule"] == "missing_key"


def test_the_largest_number_that_javascript_keeps():
    assert parse_typed_data(TEXT.replace('"chainId": 1', '"chainId": 9007199254740991')).domain["chainId"] == 2**53 - 1


def test_no_error_repeats_what_was_sent():
    for case in cases():
        with pytest.raises(InvalidTypedData) as refused:
            parse_typed_data(case.text.replace("Cow", "Secret"))
        assert "Secret" not in str(refused.value) + str(refused.value.fields)
        assert "\n" not in refused.value.message
