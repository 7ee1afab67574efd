"""The lists that the format's authors publish, and lists made from them, judged by us and by their schema."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, strategies as st

from tokenpay.errors import InvalidAsset
from tokenpay.money.token_list import parse_token_list

VALID = {
    "bigexample": 122,
    "empty-name-symbol": 0,
    "example": 2,
    "example-crosschain": 3,
    "example-name-symbol-special-characters": 4,
    "exampleminimum": 2,
    "extensions-valid": 2,
    "extensions-valid-object": 1,
    "solana-addresses": 0,
    "tokenwithperiodsymbol": 1,
}
"""Name to how many of its tokens can be used."""
INVALID = {
    "bigwords": "tokens[0].name must be",
    "empty": "tokens must be",
    "extensions-invalid": "tokens[0].extensions.abc must be",
    "extensions-invalid-object-too-deep": "tokens[0].extensions.withObject.1.anotherInvalidObject must be",
    "invalidNumTags": "tokens[0].tags must be",
    "invaliddecimals.1": "tokens[0].decimals must be",
    "invaliddecimals.2": "tokens[0].decimals must be",
    "invalidlogouri.1": "tokens[0].logoURI is not",
    "invalidlogouri.2": "logoURI is not",
    "invalidtimestamp": "timestamp must be",
    "invalidtokenaddress": "tokens[0].address is not",
    "invalidversion.1": "version.patch must be",
    "invalidversion.2": "version.minor must be",
    "invalidversion.3": "version.major must be",
}
TIMES = {
    "2020-06-12T00:00:00+00:00": True,
    "2023-10-14T00:00:00+00:00": True,
    "2020-06-12T00:00:00Z": True,
    "2020-06-12": False,
    "2020-13-01": False,
}
URIS = {"ipfs://hello-world": True, "https://test": True, "hello": False, "a b:c": False, "://": False}
ADDRESSES = ["0x" + "aB" * 20, "0x" + "a" * 39, "1" * 32, "1" * 31, "z" * 44, "0" * 32]
TEXTS = [letter * length for letter in "a " for length in (0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 42, 43, 60, 61)]
SCALARS: list[Any] = [None, True, False, -1, 0, 1, 36, 255, 256, 2**64, 1.5, "a.b,c:d", "é".encode().hex()]
VALUES = st.recursive(
    st.sampled_from([*SCALARS, *TEXTS, *ADDRESSES, *TIMES, *URIS]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b_1", "c-d", "e" * 41]), inner),
    max_leaves=5,
)


def _text(vectors: Path, name: str) -> str:
    return (vectors / "tokenlists" / f"{name}.tokenlist.json").read_text()


@cache
def _schema_accepts(path: Path) -> Callable[[object], bool]:
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("date-time")(lambda value: not isinstance(value, str) or TIMES.get(value, False))
    checker.checks("uri")(lambda value: not isinstance(value, str) or URIS.get(value, value.startswith("ipfs://Q")))
    judge = jsonschema.Draft7Validator(json.loads(path.read_text()), format_checker=checker)
    return lambda document: bool(judge.is_valid(document))


def test_every_published_list_is_named_here(vectors: Path) -> None:
    published = {
        path.name.removesuffix(".tokenlist.json") for path in (vectors / "tokenlists").glob("*.tokenlist.json")
    }
    assert published == {*VALID, *INVALID}


@pytest.mark.parametrize(("name", "usable"), VALID.items())
def test_valid_lists_are_accepted(vectors: Path, name: str, usable: int) -> None:
    text = _text(vectors, name)
    tokens = parse_token_list(text).tokens
    assert len(tokens) == len(json.loads(text)["tokens"])
    assert sum(token.asset is not None for token in tokens) == usable
    assert all((token.asset is None) == bool(token.reason) for token in tokens)


@pytest.mark.parametrize(("name", "reason"), INVALID.items())
def test_invalid_lists_are_refused(vectors: Path, name: str, reason: str) -> None:
    with pytest.raises(InvalidAsset) as refused:
        parse_token_list(_text(vectors, name))
    assert refused.value.message.startswith(f"token list: {reason}")


@given(st.data())
def test_changed_lists_are_judged_as_the_schema_judges_them(vectors: Path, data: st.DataObject) -> None:
    small = st.sampled_from(sorted({*VALID} - {"bigexample", "example-name-symbol-special-characters"}))
    document = deepcopy(json.loads(_text(vectors, data.draw(small))))
    for _ in range(data.draw(st.integers(1, 3))):
        _change(document, data)
    accepts = _schema_accepts(vectors / "tokenlists" / "tokenlist.schema.json")(document)
    with nullcontext() if accepts else pytest.raises(InvalidAsset):
        parse_token_list(json.dumps(document))


def _change(document: dict[str, Any], data: st.DataObject) -> None:
    """Walk to some place of the document and put something else there, take it away, or add to it."""
    holder: Any = document
    while True:
        places = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        place = data.draw(st.sampled_from([*places, None]))
        if place is None:
            _add(holder, data)
            return
        if isinstance(holder[place], dict | list) and data.draw(st.booleans()):
            holder = holder[place]
            continue
        if data.draw(st.booleans()):
            holder[place] = data.draw(VALUES)
        else:
            del holder[place]
        return


def _add(holder: Any, data: st.DataObject) -> None:
    if isinstance(holder, list):
        holder.append(data.draw(VALUES))
    else:
        known = ["keywords", "tags", "tokenMap", "logoURI", "extensions", "name", "description", "symbol", "a"]
        holder[data.draw(st.sampled_from(known))] = data.draw(VALUES)
