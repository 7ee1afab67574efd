"""pay_batch: many orders in one unit of work, each as if it had been asked for by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies as st

import tokenpay as tp
from tests.copied_database import beside, drop
from tests.world import CHAIN_ID, CONTRACT, LISTED, OUTSIDE, TOKEN, Template, World, euro, opened, sign_in
from tokenpay.payments.payment import PaymentState as S
from tokenpay.store.tables import metadata
from tokenpay.testing.fake_system import FakeEntropy

ANOTHER = tp.Address(b"\xbc" * 20).caip10(CHAIN_ID)


def order(world: World, whole: int | str = 20, **changes: Any) -> tp.PaymentOrder:
    """An order from Anna to Boris, or as named."""
    names = {"debtor": f"customer/{world.anna.id}", "creditor": f"customer/{world.boris.id}", **changes}
    return tp.PaymentOrder(amount=euro(whole), **names)


def batch(world: World, *orders: tp.PaymentOrder, **changes: Any) -> tuple[tp.Payment | tp.Refusal, ...]:
    return tp.pay_batch(world.bank, orders=orders, **{"by": world.tom, "key": "wages", **changes})


def codes(outcome: tp.Payment | tp.Refusal) -> list[str]:
    return [reason.code for reason in outcome.reasons]


def rows(world: World, *left_out: str) -> dict[str, list[str]]:
    """Every row of every table."""
    with world.bank.store.read() as uow:
        return {
            name: sorted(map(str, uow.connection.execute(table.select())))
            for name, table in metadata.tables.items()
            if name not in left_out
        }


# --- each order by itself


def test_each_order_has_its_own_outcome_and_meets_what_those_before_it_left(world: World) -> None:
    world.limit(customer_day_units=euro(400).units)
    outcomes = batch(
        world,
        order(world, 30, remittance_information="wages May"),
        order(world, 200),
        order(world, 80, creditor=OUTSIDE),
        order(world, 31, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}"),
        order(world, 29, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}"),
        order(world, 91),
        order(world, 5, creditor=LISTED.caip10(CHAIN_ID)),
        order(world, 90),
    )
    states = [outcome.state if isinstance(outcome, tp.Payment) else None for outcome in outcomes]
    assert states == [S.FINAL, S.HELD, S.CLEARED, None, S.FINAL, None, None, S.FINAL]
    assert [codes(outcome) for outcome in outcomes if isinstance(outcome, tp.Refusal)] == [
        ["funds.insufficient"], ["limit.customer_day"], ["screening.match"],
    ]  # fmt: skip
    assert world.cases() == [("screening_match", LISTED.caip10(CHAIN_ID))]
    for payment in (outcome for outcome in outcomes if isinstance(outcome, tp.Payment)):
        assert world.now(payment) == payment
    world.prove()


def test_a_request_is_paid_in_parts_by_one_batch_and_no_further(world: World) -> None:
    asked = world.request(None, payee=world.boris)
    closed = world.request(50, payee=world.boris)
    again = {"request_id": closed.id}
    outcomes = batch(
        world, order(world, 20, request_id=asked.id), order(world, 50, **again), order(world, 50, **again)
    )  # fmt: skip
    assert [codes(outcome) for outcome in outcomes] == [[], [], ["request.closed"]]
    assert tp.get_request(world.bank, closed.id, by=world.tom).credited_units == euro(50).units
    world.prove()


def test_payments_of_a_batch_go_to_the_chain_like_any_other(world: World) -> None:
    paid = batch(world, order(world, 10, creditor=OUTSIDE), order(world, 15, creditor=ANOTHER))
    world.to_finality()
    assert [tp.get_payment(world.bank, each.id, by=world.tom).state for each in paid] == [S.FINAL, S.FINAL]  # type: ignore[union-attr]
    world.prove()


# --- the key


def test_the_same_key_and_orders_are_the_same_payments_at_every_later_state(world: World) -> None:
    world.limit(customer_day_units=euro(300).units)
    orders = [order(world, 20), order(world, 200), order(world, 100)]
    first = batch(world, *orders)
    assert [codes(outcome) for outcome in first] == [[], ["approval.second_person"], ["limit.customer_day"]]
    before = rows(world)
    assert batch(world, *orders) == first
    assert rows(world) == before
    tp.approve(world.bank, first[1].id, by=world.ann)  # type: ignore[union-attr]
    world.limit()
    again = batch(world, *orders)
    assert [again[0], again[2]] == [first[0], first[2]]  # a refusal is as it was, though nothing speaks against it now
    assert isinstance(again[1], tp.Payment)
    assert again[1].state is S.FINAL


def test_a_key_stands_for_these_orders_in_this_order_by_this_person(world: World) -> None:
    one, two = order(world, 20), order(world, 30)
    batch(world, one, two)
    others: list[tuple[list[tp.PaymentOrder], dict[str, Any], str]] = [
        ([one], {}, "orders"),
        ([two, one], {}, "orders"),
        ([one, replace(two, amount=euro(31))], {}, "orders"),
        ([one, replace(two, remittance_information="x")], {}, "orders"),
        ([one, two], {"by": world.ann}, "maker"),
    ]
    for orders, changes, field in others:
        with pytest.raises(tp.KeyReused) as caught:
            batch(world, *orders, **changes)
        assert caught.value.fields["field"] == field
    with pytest.raises(tp.KeyReused) as caught:
        world.pay(20, key="wages")
    assert caught.value.fields["field"] == "verb"
    assert tp.payment_of_key(world.bank, "wages", by=world.tom) is None


def test_what_was_refused_may_be_asked_for_in_another_batch(world: World) -> None:
    there = {"debtor": f"customer/{world.boris.id}", "creditor": f"customer/{world.anna.id}"}
    assert codes(batch(world, order(world, 20, **there))[0]) == ["funds.insufficient"]
    world.paid(20)
    assert codes(batch(world, order(world, 20, **there))[0]) == ["funds.insufficient"]
    assert codes(batch(world, order(world, 20, **there), key="wages, again")[0]) == []


# --- nothing at all


def test_a_batch_is_one_to_a_thousand_orders(world: World) -> None:
    before = rows(world)
    for orders in ([], [order(world, 1)] * 1_001):
        with pytest.raises(tp.InvalidInput) as caught:
            batch(world, *orders)
        assert caught.value.fields == {"rule": "batch.size", "orders": len(orders)}
    assert rows(world) == before


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"creditor": "nobody"}, tp.InvalidInput),
        ({"creditor": "eip155:1:0x00"}, tp.InvalidAddress),
        ({"debtor": OUTSIDE}, tp.InvalidInput),
        ({"remittance_information": "x" * 141}, tp.InvalidInput),
        ({"creditor": "customer/C0"}, tp.NotFound),
        ({"debtor": "suspense/CS-0"}, tp.NotPermitted),
        ({"request_id": "R0"}, tp.NotFound),
        ({"amount": tp.Amount(replace(TOKEN, decimals=2), 1)}, tp.AssetMismatch),
    ],
)
def test_an_order_that_cannot_be_read_ends_the_batch_and_is_named(
    world: World, changes: dict[str, Any], error: type[tp.TokenpayError]
) -> None:
    bad = replace(order(world), **changes)
    before = rows(world)
    with pytest.raises(error) as caught:
        batch(world, order(world), order(world), bad, order(world))
    assert caught.value.fields.get("order") == (None if error is tp.NotPermitted else 3)
    assert rows(world) == before
    batch(world, order(world))  # and the key is free


def test_what_breaks_before_the_commit_leaves_nothing(world: World) -> None:
    orders = [order(world, 20), order(world, 200), order(world, 9, creditor=OUTSIDE)]
    before = rows(world)
    wrote: list[str] = []

    def cut(_c: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if sql.startswith("INSERT INTO"):
            wrote.append(sql.split()[2])
            if wrote[-1] == "audit_records":  # the last of them
                raise OSError("the power went")

    sa.event.listen(world.bank.store.engine, "before_cursor_execute", cut)
    with pytest.raises(OSError, match="the power went"):
        batch(world, *orders)
    sa.event.remove(world.bank.store.engine, "before_cursor_execute", cut)
    assert {"payments", "approvals", "clearances", "transfers", "entries", "outbox"} <= set(wrote)
    assert rows(world) == before
    assert len(batch(world, *orders)) == 3
    world.prove()


# --- who may


def test_customers_pay_batches_from_their_own_account_alone(world: World) -> None:
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="402857", by=world.tom, key="pin")
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="402857", terminal="kiosk")
    assert len(batch(world, order(world, 5), order(world, 6), by=anna)) == 2
    of_boris = order(world, 1, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}")
    for orders in ([of_boris], [order(world, 5), of_boris], [of_boris, order(world, 5)]):
        with pytest.raises(tp.NotPermitted):
            batch(world, *orders, by=anna, key="another")


def test_a_teller_may_not_slip_a_cases_money_into_a_batch(world: World) -> None:
    with pytest.raises(tp.NotPermitted):
        batch(world, order(world, 5), order(world, 5, debtor="suspense/CS-1"))


# --- the same as one by one


class EntropyBySize:
    """Ids of each length come from a sequence of their own: which are drawn first makes no difference."""

    def __init__(self) -> None:
        self._of: dict[int, FakeEntropy] = {}

    def random(self, size: int) -> bytes:
        return self._of.setdefault(size, FakeEntropy(1_000 + size)).random(size)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A template in which there is something of each kind, and who and what may stand in an order."""

    template: Template
    folder: Path
    debtors: list[str]
    creditors: list[str]
    requests: list[str]

    @contextmanager
    def copy(self) -> Iterator[World]:
        """Yield a copy whose ids do not depend on the order in which they are drawn."""
        folder = self.folder / uuid4().hex
        folder.mkdir()
        url = beside(self.template.url, folder, f"copy_{uuid4().hex}")
        with opened(self.template, folder, url) as world:
            world.bank = replace(world.bank, entropy=EntropyBySize())
            yield world
        drop(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, template_of: Callable[[str], Template], tmp_path_factory: pytest.TempPathFactory
) -> Place:
    folder = tmp_path_factory.mktemp("batches")
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else "sqlite://"
    url = beside(server, folder, f"place_{uuid4().hex}")
    (folder / "place").mkdir()
    with opened(template_of(url), folder / "place", url) as world:
        frozen = tp.enrol_customer(world.bank, name="Frozen", by=world.tom, key="frozen")
        world.endow(frozen, 50)
        world.endow(world.boris, 300)  # not swept: the treasury has less than customers are owed
        tp.freeze_customer(world.bank, frozen.id, reason="a drill", by=world.ann)
        late = world.endow(world.anna, 30)
        world.deposit(late, 40)
        world.to_finality()
        case = next(case for case in tp.list_cases(world.bank, by=world.ann))
        world.limit(customer_day_units=euro(700).units, operator_day_units=euro(1_500).units)
        requests = [world.request(whole, payee=world.boris) for whole in (None, 20, 100)]
        people = {name: getattr(world, name) for name in ("ann", "bob", "tom", "engine", "anna", "boris")}
        customers = [f"customer/{customer.id}" for customer in (world.anna, world.boris, frozen)]
        deposit_address = requests[0].deposit_address
        assert deposit_address is not None
        addresses = [LISTED, CONTRACT, world.treasury, deposit_address]
        template = Template(
            folder=folder / "place", url=url, chain=world.chain, at_s=world.clock.at_s, people=people
        )  # fmt: skip
    return Place(
        template=template,
        folder=folder,
        debtors=[*customers, f"suspense/{case.id}"],
        creditors=[*customers, OUTSIDE, ANOTHER, *(address.caip10(CHAIN_ID) for address in addresses)],
        requests=[request.id for request in requests],
    )


WHOLE = st.sampled_from(["0.000001", "1", "20", "20", "99.5", "100", "100.000001", "300", "700", "5001"])
CIRCUMSTANCES = st.sampled_from(["", "", "", "", "stopped", "closed", "stale", "frozen asset"])


@st.composite
def asked(draw: st.DrawFn, place: Place) -> list[tp.PaymentOrder]:
    def one() -> tp.PaymentOrder:
        debtor = draw(st.sampled_from([*place.debtors[:2] * 3, *place.debtors]))
        others = [party for party in place.creditors if party != debtor]
        creditor = draw(st.sampled_from([*(party for party in place.debtors[:2] * 3 if party != debtor), *others]))
        at_home = creditor.startswith("customer/")
        request_id = draw(st.sampled_from(["", "", *place.requests])) if at_home else ""
        remittance = draw(st.sampled_from(["", "wages May", "Löhne Mai, Löhne"]))
        return tp.PaymentOrder(
            debtor=debtor,
            creditor=creditor,
            amount=euro(draw(WHOLE)),
            request_id=request_id,
            remittance_information=remittance,
        )

    return [one() for _ in range(draw(st.integers(1, 14)))]


def bring_about(world: World, circumstance: str) -> None:
    if circumstance == "stopped":
        tp.stop_payments(world.bank, reason="a drill", by=world.ann)
    elif circumstance == "closed":
        world.decree(hours=tp.Hours())
    elif circumstance == "stale":
        world.decree(list_max_age_s=1)
        world.clock.advance(5)
    elif circumstance == "frozen asset":
        with world.bank.store.unit_of_work() as uow:
            uow.assets.freeze(TOKEN.id, at_s=world.clock.now_s())


@pytest.mark.one_database
@given(data=st.data(), circumstance=CIRCUMSTANCES)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=12)
def test_a_batch_is_what_its_orders_are_one_by_one(place: Place, data: st.DataObject, circumstance: str) -> None:
    orders = data.draw(asked(place))
    found = []
    for together in (False, True):
        with place.copy() as world:
            bring_about(world, circumstance)
            by = sign_in(world.bank, "ann") if circumstance == "stale" else world.ann
            if together:
                outcomes = list(tp.pay_batch(world.bank, orders=orders, by=by, key="all"))
                assert list(tp.pay_batch(world.bank, orders=orders, by=by, key="all")) == outcomes
            else:
                outcomes = [
                    tp.pay(
                        world.bank,
                        debtor=each.debtor,
                        creditor=each.creditor,
                        amount=each.amount,
                        request_id=each.request_id,
                        remittance_information=each.remittance_information,
                        by=by,
                        key=str(number),
                    )
                    for number, each in enumerate(orders)
                ]
            world.prove()
            with world.bank.store.read() as uow:
                events = [replace(each, cursor="") for each in uow.outbox.after("0.0", limit=10_000)]
            found.append((outcomes, events, rows(world, "keys", "batch_outcomes", "outbox")))
    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1]
    assert found[0][2] == found[1][2]
