"""The short form of `python -m tests.fuzz`: the same readers and the same invariant, some hundred inputs each."""

import pytest

from tests.fuzz import mutate
from tests.fuzz.reader import Reader, check
from tests.fuzz.readers import BY_NAME, READERS
from tokenpay.errors import InvalidInput

INPUTS = 500


def test_names_are_used_once() -> None:
    assert len(BY_NAME) == len(READERS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_seeds_are_accepted(reader: Reader) -> None:
    for seed in reader.seed_bytes():
        assert check(reader, seed)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_no_input_breaks_a_reader(reader: Reader) -> None:
    accepted = 0
    for data in mutate.inputs(reader, int(INPUTS * min(1, 10 * reader.speed)), seed=1):
        try:
            accepted += check(reader, data)
        except Exception as error:
            raise AssertionError(f"{reader.name} breaks on {data!r}") from error
    assert accepted < INPUTS, "a reader that refuses nothing is not one"


def refuse(given: str) -> str:
    if given == "no":
        raise InvalidInput("not this")
    if given == "repeats all that it was given":
        raise InvalidInput("cannot read: repeats all that it was given")
    if given == "two lines":
        raise InvalidInput("one\ntwo")
    return str(int(given))


@pytest.mark.parametrize(
    ("given", "breaks"),
    [
        (b"7", None),
        (b"no", None),
        (b"07", AssertionError),
        (b"\xff", ValueError),
        (b"repeats all that it was given", AssertionError),
        (b"two lines", AssertionError),
    ],
)
def test_the_invariant_can_break(given: bytes, breaks: type[Exception] | None) -> None:
    reader = Reader(name="sample", read=refuse, write=str, seeds=("7",))
    if breaks is None:
        assert check(reader, given) is (given == b"7")
    else:
        with pytest.raises(breaks):
            check(reader, given)


def test_what_does_not_read_back_equal_breaks() -> None:
    readings = iter((1, 2))
    reader = Reader(name="sample", read=lambda _: next(readings), write=str, exact=False, seeds=("7",))
    with pytest.raises(AssertionError):
        check(reader, b"7")
