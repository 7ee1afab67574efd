import pytest

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.canonical import canonical_text, parse_canonical, quoted


@pytest.mark.parametrize("value", [{"b": [1, "é", None, True], "a": {}}, [], "text", 2**256])
def test_what_was_stored_reads_back(value):
    assert parse_canonical(canonical_text(value)) == value


@pytest.mark.parametrize("write", [canonical_text, lambda text: quoted(text["a"][0])])
@pytest.mark.parametrize("half", ["\ud800", "x\udfff", "\ude00\ud83d"])
def test_what_could_not_be_read_back_is_not_written(write, half):
    assert write({"a": ["\N{PARTY POPPER} \\ud800"]})
    with pytest.raises(InvalidInput):
        write({"a": [half]})


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[" * 40 + "]" * 40, '{"a":1,"a":2}', '"\\ud800"', "NaN"])
def test_what_nobody_wrote_so_is_refused(text):
    with pytest.raises(IntegrityError):
        parse_canonical(text)
