"""What a token costs is said by a supervisor, and by two where the price jumps; both stand in the audit stream."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from tests.world import TOKEN, World
from tokenpay.testing import FakeRates

EUR = tp.Asset.cash("EUR")


@pytest.fixture(autouse=True)
def euro_cash(world: World) -> None:
    tp.register_asset(world.bank, EUR, by=world.ann)


def said(world: World, price: str, *, by: tp.Session | None = None) -> bool:
    rate = tp.Rate(token=TOKEN, cash=EUR, price=Decimal(price), source="desk", at_s=world.clock.now_s())
    return tp.set_rate(world.bank, rate, by=by or world.ann)


def price(world: World) -> str:
    return str(world.bank.required_rates().rate(TOKEN, EUR).price)


def written(world: World) -> list[tuple[str, Any, Any]]:
    told: list[tuple[str, Any]] = [
        (event.kind, event.content) for event in tp.read_events(world.bank, by=world.ann, limit=1000)
    ]
    return [(kind, content["price"], content.get("with")) for kind, content in told if kind.startswith("rate.")]


def test_a_supervisor_sets_a_price_and_the_stream_says_who(world: World) -> None:
    assert said(world, "1.0")
    assert said(world, "1.10")
    assert price(world) == "1.10"
    assert written(world) == [("rate.set", "1.0", None), ("rate.set", "1.10", None)]
    with world.bank.store.read() as uow:
        record = list(uow.audit.records("main"))[-1]
    assert (record.action, record.actor, record.subject) == ("rate.set", "ann", f"{TOKEN.id}/EUR")
    for session in (world.tom, world.engine):
        with pytest.raises(tp.NotPermitted):
            said(world, "1.1", by=session)


@pytest.mark.parametrize("jump", ["1.1001", "0.8999", "100"])
def test_a_price_that_jumps_is_set_by_two(world: World, jump: str) -> None:
    assert said(world, "1")
    assert not said(world, jump)
    assert price(world) == "1"
    with pytest.raises(tp.NotPermitted, match="two people"):
        said(world, jump)
    assert not said(world, "2", by=world.bob), "another price is another question"
    assert not said(world, jump, by=world.bob)
    assert price(world) == "1"
    assert said(world, jump)
    assert price(world) == jump
    assert written(world)[-2:] == [("rate.asked", jump, None), ("rate.set", jump, "bob")]
    assert not said(world, "5000")
    assert said(world, "5000", by=world.bob)
    assert not said(world, jump), "what was agreed to once is not agreed to for ever"


def test_small_steps_of_one_person_come_to_a_tenth_in_a_day(world: World) -> None:
    assert said(world, "1")
    assert said(world, "1.08")
    assert not said(world, "1.16")  # a twelfth above the last, and a sixth above where the day began
    assert not said(world, "0.95")  # near to where the day began, and not to the last
    assert not said(world, "1.16")
    assert said(world, "1.16", by=world.bob)
    assert said(world, "1.27"), "two people agreed to what it is measured from now"
    world.next_day()
    assert said(world, "1.39")


def test_a_price_set_since_takes_the_question_back(world: World) -> None:
    assert said(world, "1")
    assert not said(world, "2")
    assert said(world, "1.05", by=world.bob)
    assert not said(world, "2", by=world.bob)
    assert price(world) == "1.05"


def test_a_table_that_cannot_be_read_or_written_leaves_no_record(world: World) -> None:
    folder = world.bank.directory
    assert folder is not None
    table = folder / "rates.json"
    table.write_text("precious")
    with pytest.raises(tp.RateUnavailable):
        said(world, "1")
    assert table.read_text() == "precious"
    table.unlink()
    Path(folder / ".rates.json.partial").mkdir()
    with pytest.raises(tp.RateUnavailable, match="cannot be written"):
        said(world, "1")
    assert written(world) == []


def test_what_is_not_the_banks_to_set(world: World) -> None:
    with pytest.raises(tp.NotFound):
        tp.set_rate(
            world.bank,
            tp.Rate(token=TOKEN, cash=tp.Asset.cash("CHF"), price=Decimal(1), source="desk", at_s=1),
            by=world.ann,
        )
    with pytest.raises(tp.AssetMismatch):
        tp.set_rate(
            world.bank,
            tp.Rate(token=replace(TOKEN, decimals=2), cash=EUR, price=Decimal(1), source="desk", at_s=1),
            by=world.ann,
        )
    world.bank = replace(world.bank, rates=FakeRates(world.clock))
    with pytest.raises(tp.RateUnavailable, match="elsewhere"):
        said(world, "1")
