"""What the first of two people said counts while they may say it: not of who was dismissed, or has another role."""

from collections.abc import Callable
from decimal import Decimal

import pytest

import tokenpay as tp
from tests.long_gone import long_gone
from tests.world import CONTRACT, OUTSIDE, TOKEN, World, sign_in

pytestmark = pytest.mark.one_database

EUR = tp.Asset.cash("EUR")
Done = Callable[[tp.Session], bool]
"""Somebody's call; whether that did it."""


def _case(world: World) -> Done:
    case = tp.open_case(world.bank, kind=tp.CaseKind.SCREENING_MATCH, subject="x", note="", by=world.ann)
    return lambda by: not tp.resolve_case(world.bank, case.id, resolution=f"says {by.operator.id}", by=by).is_open


def _stop(world: World) -> Done:
    tp.stop_payments(world.bank, reason="x", by=world.ann)
    return lambda by: tp.resume_payments(world.bank, by=by)


def _list(world: World) -> Done:
    dated_s = world.clock.now_s() + 1
    files = [f"0x{'ab' * 20}\n".encode()]  # the one in place names another
    return lambda by: (
        not tp.load_list(world.bank, name="ofac", form=tp.ListForm.OWN, files=files, dated_s=dated_s, by=by).doubts
    )


def _rate(world: World) -> Done:
    tp.register_asset(world.bank, EUR, by=world.ann)

    def said(by: tp.Session, price: str = "3") -> bool:
        rate = tp.Rate(token=TOKEN, cash=EUR, price=Decimal(price), source="desk", at_s=world.clock.now_s())
        return tp.set_rate(world.bank, rate, by=by)

    assert said(world.ann, "1")
    return said


def _token(world: World) -> Done:
    tp.freeze_asset(world.bank, TOKEN.id, reason="x", by=world.ann)
    code_hash = tp.token_facts(world.bank, TOKEN.id).code_hash
    return lambda by: tp.unfreeze_asset(world.bank, TOKEN.id, code_hash=code_hash, by=by).active


def _funding(world: World) -> Done:
    world.paid(1, creditor=OUTSIDE)
    world.turn()
    world.chain.deposit(CONTRACT, world.treasury, 5)
    world.to_finality()
    return lambda by: tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=by) == 5


def _erasure(world: World) -> Done:
    gone = long_gone(world)  # which Bob asked for
    return lambda by: tp.erase_personal_data(world.bank, gone.id, by=by).erased_at_s is not None


BY_TWO = {
    "funding": _funding,  # before payments are stopped
    "case": _case,
    "stop": _stop,
    "list": _list,
    "rate": _rate,
    "token": _token,
    "erasure": _erasure,
}
"""What two people do: made ready, and how each of them does it."""


def alone(did: Done, by: tp.Session) -> bool:
    """Whether who said it first can do it with a second call."""
    try:
        return did(by)
    except tp.NotPermitted:
        return False


def test_the_first_of_two_counts_while_they_may_still_say_so(world: World) -> None:
    world.sql("UPDATE operators SET role = 'supervisor' WHERE id = 'tom'")
    tom, ann = sign_in(world.bank, "tom"), world.ann
    calls = {name: ready(world) for name, ready in BY_TWO.items()}
    assert {name: did(world.bob) for name, did in calls.items() if name != "erasure"} == dict.fromkeys(
        BY_TWO.keys() - {"erasure"}, False
    )
    world.sql("UPDATE operators SET active = false WHERE id = 'bob'")
    assert {name: did(ann) for name, did in calls.items()} == dict.fromkeys(BY_TWO, False)
    assert {name: alone(did, ann) for name, did in calls.items()} == dict.fromkeys(BY_TWO, False)
    world.sql("UPDATE operators SET role = 'teller' WHERE id = 'ann'")
    world.sql("UPDATE operators SET role = 'supervisor', active = true WHERE id = 'bob'")
    assert {name: did(tom) for name, did in calls.items()} == dict.fromkeys(BY_TWO, False)
    assert {name: did(sign_in(world.bank, "bob")) for name, did in calls.items()} == dict.fromkeys(BY_TWO, True)
    (case,) = [it for it in tp.list_cases(world.bank, by=tom, open_only=False) if it.subject == "x"]
    assert (case.asked_by, case.resolved_by, case.resolution) == ("tom", "bob", "says tom; says bob")
    world.prove()


@pytest.mark.parametrize("written", [f"bob {'9' * 5_000}", "bob", "bob -1", "9", "", "bob \u0663"])
def test_what_nobody_asked_keeps_nobody_from_stopping_payments(world: World, written: str) -> None:
    world.sql("UPDATE bank SET value = :written WHERE name = 'resume_asked_by'", written=written)
    assert tp.bank_health(world.bank, by=world.tom).resume_asked_by == ""
    tp.stop_payments(world.bank, reason="x", by=world.ann)
    assert not tp.resume_payments(world.bank, by=world.ann)
    assert tp.resume_payments(world.bank, by=world.bob)


@pytest.mark.parametrize("written", ["zzz", "NaN", "Infinity", "0", "-1", ""])
def test_a_price_is_set_whatever_stands_for_the_one_that_the_day_began_with(world: World, written: str) -> None:
    said = _rate(world)
    day = tp.get_policy(world.bank, by=world.ann).hours.day(world.clock.now_s())
    world.sql("UPDATE bank SET value = :written WHERE name LIKE 'rate_asked/%/day'", written=f"{day} {written}")
    assert alone(said, world.bob) is False
    assert said(world.ann)


def test_a_row_that_cannot_be_read_hides_no_other_customer_or_shift(world: World) -> None:
    bad = tp.enrol_customer(world.bank, name="Bad", by=world.tom, key=world.key())
    for by in (world.tom, world.ann):
        tp.open_shift(world.bank, drawer=f"drawer-{by.operator.id}", opening=[], by=by, key=world.key())
    world.sql("UPDATE customers SET status = 'zzz' WHERE id = :bad", bad=bad.id)
    world.sql("UPDATE shifts SET expected = 'zzz' WHERE operator_id = 'tom'")
    assert [known.id for known in tp.find_customers(world.bank, "C", by=world.tom)] == sorted(
        [world.anna.id, world.boris.id]
    )
    assert [shift.operator_id for shift in tp.find_shifts(world.bank, by=world.ann)] == ["ann"]
