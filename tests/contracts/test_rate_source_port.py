"""The RateSource port means the same on the shipped fake and on the table in the bank's folder."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.payments.samples import EURO, TOKEN
from tokenpay.adapters.rates.rate_table import RateTable
from tokenpay.errors import RateUnavailable
from tokenpay.money.asset import Asset
from tokenpay.money.rate import Rate
from tokenpay.ports import RateSource
from tokenpay.testing import FakeClock, FakeRates

FRANC = Asset.cash("CHF")
Say = Callable[[Asset, str, int], None]


@pytest.fixture(params=["fake", "table"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[RateSource, Say]:
    """A source, and how it is told a price of the token in some cash."""
    if request.param == "fake":
        fake = FakeRates(FakeClock())
        return fake, lambda cash, price, at_s: fake.set(TOKEN, cash, price, at_s=at_s)
    table = RateTable(tmp_path / "rates.json")

    def say(cash: Asset, price: str, at_s: int) -> None:
        table.write(Rate(token=TOKEN, cash=cash, price=Decimal(price), source="desk", at_s=at_s))

    return table, say


def test_nothing_said_is_no_rate(source: tuple[RateSource, Say]) -> None:
    rates, say = source
    with pytest.raises(RateUnavailable):
        rates.rate(TOKEN, EURO)
    say(FRANC, "1", 5)
    with pytest.raises(RateUnavailable):
        rates.rate(TOKEN, EURO)


def test_the_newest_word_counts_to_the_last_digit(source: tuple[RateSource, Say]) -> None:
    rates, say = source
    say(EURO, "1.1", 5)
    say(FRANC, "0.000000000000000000000000000001", 6)
    say(EURO, "0.97000000000000000001", 7)
    rate = rates.rate(TOKEN, EURO)
    assert (rate.token, rate.cash, rate.price, rate.at_s) == (TOKEN, EURO, Decimal("0.97000000000000000001"), 7)
    assert rates.rate(TOKEN, FRANC).price == Decimal("1e-30")
    assert rate.source


# --- the table alone -------------------------------------------------------------------------

ROW: dict[str, Any] = {"token": TOKEN.id, "currency": "EUR", "price": "1.5", "at_s": 5}


def written(folder: Path, content: Any) -> RateTable:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "rates.json").write_bytes(text)
    return RateTable(folder / "rates.json")


def test_a_table_as_another_system_writes_it(tmp_path: Path) -> None:
    table = written(tmp_path, {"source": "treasury", "rates": [ROW, {**ROW, "currency": "CHF"}]})
    rate = table.rate(TOKEN, EURO)
    assert (rate.price, rate.source, rate.at_s) == (Decimal("1.5"), "treasury", 5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b'{"source": "a", "source": "b", "rates": []}',
        [],
        {"rates": [ROW]},
        {"source": "a"},
        {"source": 1, "rates": [ROW]},
        {"source": "", "rates": [ROW]},
        {"source": "a", "rates": ROW},
        {"source": "a", "rates": [ROW], "more": 1},
        {"source": "a", "rates": ["x"]},
        {"source": "a", "rates": [{**ROW, "more": 1}]},
        {"source": "a", "rates": [ROW, ROW]},
        *(
            {"source": "a", "rates": [{**ROW, "price": price}]}
            for price in (1, 1.5, "1,5", "-1", "0", "1e3", " 1", "1.", "NaN", "٣", "1" * 60, None)
        ),
        *({"source": "a", "rates": [{**ROW, "at_s": at_s}]} for at_s in ("5", 1.5, True, None, -1)),
        *({"source": "a", "rates": [{**ROW, name: 1}]} for name in ("token", "currency")),
    ],
)
def test_what_is_no_table_gives_no_rate(tmp_path: Path, content: Any) -> None:
    with pytest.raises(RateUnavailable):
        written(tmp_path, content).rate(TOKEN, EURO)


def test_a_wrong_row_stops_the_whole_table(tmp_path: Path) -> None:
    table = written(tmp_path, {"source": "a", "rates": [ROW, {**ROW, "currency": "CHF", "price": "nothing"}]})
    with pytest.raises(RateUnavailable):
        table.rate(TOKEN, EURO)


def test_a_file_that_is_no_table_is_not_written_over(tmp_path: Path) -> None:
    table = written(tmp_path, b"precious")
    with pytest.raises(RateUnavailable):
        table.write(Rate(token=TOKEN, cash=EURO, price=Decimal(1), source="desk", at_s=1))
    assert (tmp_path / "rates.json").read_bytes() == b"precious"
    with pytest.raises(RateUnavailable):
        RateTable(tmp_path / "missing" / "rates.json").write(
            Rate(token=TOKEN, cash=EURO, price=Decimal(1), source="desk", at_s=1)
        )
    assert [path.name for path in tmp_path.iterdir()] == ["rates.json"]
