from decimal import Decimal

import pytest

from tokenpay.errors import InvalidInput
from tokenpay.primitives.strict_json import read_json


def read(text):
    return read_json(text, max_characters=1_000, max_depth=3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        (' {"a": [1.5, null, true, "\\u00e9"]} ', {"a": [Decimal("1.5"), None, True, "\u00e9"]}),
        ("0.1", Decimal("0.1")),
        ("-1E307", Decimal("-1e307")),
        ("[[[]]]", [[[]]]),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"[[[[{{{{"', "[[[[{{{{"),
        ('["\\"[[[[", "[[[["]', ['"[[[[', "[[[["]),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"a": 1, "A": 2}', {"a": 1, "A": 2}),
    ],
)
def test_what_has_one_meaning_is_read(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("size", " " * 1_000 + "1"),
        ("depth", "[[[[]]]]"),
        ("depth", '[{"a": {"b": []}}]'),
        ("depth", "[" * 999),
        ("duplicate_name", '{"a": 1, "a": 1}'),
        ("duplicate_name", '[{"a": 1, "\\u0061": 2}]'),
        ("json", ""),
        ("json", "{a: 1}"),
        ("json", "[1,]"),
        ("json", "1 1"),
        ("json", "\ufeff1"),
        ("json", "NaN"),
        ("json", "[-Infinity]"),
        ("json", "1e308"),
        ("json", "1e999999999999999999999"),
        ("json", "9" * 900 + "e9"),
        ("json", '"\x00"'),
        ("json", "]["),
        ("json", '"\\ud800"'),
        ("json", '{"\\uDfff": 1}'),
        ("json", '"\udc80"'),
        ("json", '["\\ud800\udc80"]'),
    ],
)
def test_what_parsers_disagree_about_is_refused(rule, text):
    with pytest.raises(InvalidInput) as refusal:
        read(text)
    assert refusal.value.fields == {"rule": rule}


def test_an_integer_of_thousands_of_digits_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        read_json("9" * 5_000, max_characters=10_000, max_depth=1)
    assert refusal.value.fields == {"rule": "json"}
