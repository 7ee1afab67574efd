"""issue_requests: many requests in one unit of work, each as if it had been issued by itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

import tokenpay as tp
from tests.world import TOKEN, World, address_of, euro
from tokenpay.store.tables import metadata

CASH = tp.Asset.cash("EUR")


def order(world: World, whole: int | str | None = 20, **changes: Any) -> tp.RequestOrder:
    """An order for Anna, or as named."""
    amount = None if whole is None else euro(whole)
    return tp.RequestOrder(**{"payee": world.anna.id, "asset": TOKEN, "amount": amount, **changes})


def issue(world: World, *orders: tp.RequestOrder, **changes: Any) -> list[tp.PaymentRequest | tp.RequestRefusal]:
    return list(tp.issue_requests(world.bank, orders=orders, **{"by": world.tom, "key": "rents", **changes}))


def issued(outcomes: Sequence[tp.PaymentRequest | tp.RequestRefusal]) -> list[tp.PaymentRequest]:
    assert all(isinstance(outcome, tp.PaymentRequest) for outcome in outcomes), outcomes
    return [outcome for outcome in outcomes if isinstance(outcome, tp.PaymentRequest)]


def rows(world: World) -> dict[str, list[str]]:
    """Every row of every table."""
    with world.bank.store.read() as uow:
        connection = uow.connection
        return {name: sorted(map(str, connection.execute(it.select()))) for name, it in metadata.tables.items()}


def test_each_is_the_request_that_its_own_key_would_have_made(world: World) -> None:
    tp.register_asset(world.bank, CASH, by=world.ann)
    orders = [
        order(world, 25, remittance_information="rent, May"),
        order(world, None, payee=world.boris.id, expires_in_s=86_400),
        order(world, payee=world.boris.id, asset=CASH, amount=tp.Amount(CASH, 500)),
        order(world, 5, terms=tp.Terms.EXACT),
    ]
    made = issued(issue(world, *orders))
    for number, (asked, request) in enumerate(zip(orders, made, strict=True), start=1):
        single = tp.issue_request(
            world.bank,
            payee=asked.payee,
            asset=asked.asset,
            amount=asked.amount,
            expires_in_s=asked.expires_in_s,
            remittance_information=asked.remittance_information,
            terms=asked.terms,
            by=world.tom,
            key=f"rents/{number}",
        )
        assert single == request == tp.get_request(world.bank, request.id, by=world.tom).request
    later = world.request(7)
    addresses = [address_of(request) for request in (*made, later) if request.asset == TOKEN]
    assert len({*addresses, world.treasury}) == 5
    assert made[2].deposit_address is None
    world.deposit(made[0], 25)
    world.to_finality()
    assert tp.get_request(world.bank, made[0].id, by=world.tom).state is tp.RequestState.PAID
    world.prove()


def test_the_audit_and_the_feed_say_each_by_itself(world: World) -> None:
    made = issued(issue(world, order(world, 1), order(world, 2)))
    told = [each.subject for each in tp.read_events(world.bank, by=world.ann) if each.kind == "request.open"]
    assert told[-2:] == [request.id for request in made]
    tp.verify_audit(world.bank, by=world.ann)


def test_the_same_call_is_the_same_requests_and_a_longer_one_is_more_of_them(world: World) -> None:
    first = issue(world, order(world, 1), order(world, 2))
    before = rows(world)
    assert issue(world, order(world, 1), order(world, 2)) == first
    assert rows(world) == before
    assert issue(world, order(world, 1), order(world, 2), order(world, 3))[:2] == first
    with pytest.raises(tp.KeyReused) as caught:
        issue(world, order(world, 1), order(world, 3))
    assert (caught.value.fields["field"], caught.value.fields["order"]) == ("units", 2)


def test_whoever_may_not_be_asked_for_is_refused_alone_and_tried_again(world: World) -> None:
    tp.freeze_customer(world.bank, world.boris.id, reason="x", by=world.ann)
    odd = replace(TOKEN, decimals=2)
    orders = [
        order(world, 1),
        order(world, 2, payee=world.boris.id),
        order(world, None, asset=odd),
        order(world, 3),
    ]
    one, refused, unknown, four = issue(world, *orders)
    assert (refused, unknown) == (
        tp.RequestRefusal(order=orders[1], code="state.wrong", message="the customer is not active"),
        tp.RequestRefusal(
            order=orders[2],
            code="state.wrong",
            message="DEUR cannot be asked for: it is frozen, or not as this bank knows it",
        ),
    )
    issued([one, four])
    tp.unfreeze_customer(world.bank, world.boris.id, reason="y", by=world.ann)
    again = issue(world, *orders)
    assert (again[0], again[2], again[3]) == (one, unknown, four)
    (two,) = issued([again[1]])
    assert two.payee == f"customer/{world.boris.id}"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"payee": "C0"}, tp.NotFound),
        ({"amount": euro(0)}, tp.InvalidInput),
        ({"amount": None, "terms": tp.Terms.EXACT}, tp.InvalidInput),
        ({"expires_in_s": 0}, tp.InvalidInput),
        ({"remittance_information": "x" * 141}, tp.InvalidInput),
    ],
)
def test_a_mistake_is_named_and_nothing_is_issued(
    world: World, changes: dict[str, Any], error: type[tp.TokenpayError]
) -> None:
    before = rows(world)
    with pytest.raises(error) as caught:
        issue(world, order(world), replace(order(world), **changes), order(world))
    assert caught.value.fields["order"] == 2
    assert rows(world) == before


def test_a_batch_has_an_end(world: World) -> None:
    for orders in ([], [order(world)] * 1_001):
        with pytest.raises(tp.InvalidInput) as caught:
            issue(world, *orders)
        assert caught.value.fields["rule"] == "batch.size"
    with pytest.raises(tp.InvalidInput):
        issue(world, order(world), key="k" * 127)


def test_many_cost_a_few_statements_and_a_key_each(world: World) -> None:
    said: list[str] = []
    event.listen(world.bank.store.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    issued(issue(world, *[order(world)] * 5, key="warm"))
    few = len(said)
    said.clear()
    issued(issue(world, *[order(world)] * 105, key="many"))
    assert len([sql for sql in said if "INTO keys" not in sql]) == few - 5
