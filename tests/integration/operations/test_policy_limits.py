"""The policy's further rules in a bank: counted over days, locked, held, listed, and typed again."""

from dataclasses import replace

import pytest

import tokenpay as tp
from tests.world import OUTSIDE, STRANGER, TOKEN, World, euro
from tokenpay.payments.payment import PaymentState as S
from tokenpay.steps import clear
from tokenpay.store.unit_of_work import UnitOfWork

pytestmark = pytest.mark.one_database

P, Of = tp.Period, tp.Scope
DAY_S = 86_400


def limit(of: tp.Scope, period: tp.Period, whole: int, name: str = "") -> tp.ScopedLimit:
    return tp.ScopedLimit(asset_id=TOKEN.id, of=of, name=name, period=period, units=euro(whole).units)


def codes(result: tp.Payment | tp.Refusal) -> list[str]:
    return [reason.code for reason in result.reasons]


def at_monday(world: World) -> None:
    """Go on to noon (UTC) of the next Monday that begins neither a month nor the one before."""
    days = -(world.clock.now_s() // DAY_S + 3) % 7
    world.clock.advance(days * DAY_S + DAY_S // 2 - world.clock.now_s() % DAY_S)
    world.next_day()  # people sign in: it is Tuesday


@pytest.mark.every_database
def test_a_week_counts_what_earlier_days_used_and_a_new_week_begins_at_nothing(world: World) -> None:
    at_monday(world)
    world.paid(40)  # before any limit of a week stood: it counts all the same
    world.decree(scoped=(limit(Of.CUSTOMER, P.WEEK, 100), limit(Of.OPERATOR, P.MONTH, 10_000)))
    world.next_day()
    held = world.paid(60)
    assert held.state is S.FINAL
    assert world.refused(1) == ["limit.customer"]
    for _ in range(5):  # Wednesday to Monday
        world.next_day()
    assert world.paid(1).state is S.FINAL
    world.prove()


def test_what_ends_unpaid_is_given_back_to_its_week(world: World) -> None:
    at_monday(world)
    world.decree(scoped=(limit(Of.CUSTOMER, P.WEEK, 150),))
    waits = world.paid(150)
    world.next_day()
    assert world.refused(1) == ["limit.customer"]
    tp.expire(world.bank, by=world.engine)
    assert world.now(waits).state is S.EXPIRED
    assert world.paid(1).state is S.FINAL


def test_a_branch_is_counted_over_all_its_tellers(world: World) -> None:
    world.decree(scoped=(limit(Of.BRANCH, P.DAY, 50, "main"), limit(Of.ROLE, P.PAYMENT, 30, "teller")))
    assert world.refused(31) == ["limit.role"]
    assert world.paid(30).state is S.FINAL
    assert world.refused(21, by=world.ann) == ["limit.branch"]
    assert world.paid(20, by=world.ann).state is S.FINAL
    assert world.refused(1, by=world.bob) == ["limit.branch"]


@pytest.mark.every_database
def test_around_midnight_payments_wait_for_each_other(world: World) -> None:
    """The day before is locked first: what was paid a moment before midnight is not overlooked a moment after it."""
    at_monday(world)
    world.decree(scoped=(limit(Of.CUSTOMER, P.WEEK, 100),))
    world.paid(1)
    with world.bank.store.read() as uow:
        counted = _counters(uow)
    assert len({day for _, day in counted}) == 2
    assert {counter for counter, _ in counted} == {f"customer/{world.anna.id}", "operator/tom"}


def _counters(uow: UnitOfWork) -> list[tuple[str, str]]:
    rows = uow.connection.exec_driver_sql("SELECT scope, day FROM limit_counters ORDER BY day DESC, scope").all()
    newest = sorted({day for _, day in rows})[-2:]
    return [(scope, day) for scope, day in rows if day in newest]


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_first_payment_is_held_until_its_time_and_its_second_person(world: World) -> None:
    world.decree(new_payee=tp.NewPayee(free_units={TOKEN.id: euro(5).units}, wait_s=600))
    assert world.paid(5).state is S.FINAL  # free, and not the end of being new for what is above
    world.decree(new_payee=tp.NewPayee(wait_s=600))
    assert world.paid(9).state is S.FINAL  # known by now
    payment = world.paid(9, creditor=OUTSIDE)
    assert (payment.state, codes(payment)) == (S.HELD, ["payee.new", "payee.wait"])
    early = tp.approve(world.bank, payment.id, by=world.ann)
    assert (early.state, codes(early)) == (S.HELD, ["payee.wait"])
    world.clock.advance(600)
    assert tp.approve(world.bank, payment.id, by=world.ann).state is S.CLEARED
    assert world.paid(9, creditor=OUTSIDE).state is S.HELD  # not paid to the end yet
    world.to_finality()
    assert world.paid(9, creditor=OUTSIDE).state is S.CLEARED


@pytest.mark.parametrize("at_first", [1, 2, 100], ids="{} looked at first".format)
def test_small_payments_make_no_payee_known(world: World, monkeypatch: pytest.MonkeyPatch, at_first: int) -> None:
    monkeypatch.setattr(clear, "_FIRST", at_first)
    world.decree(new_payee=tp.NewPayee(free_units={TOKEN.id: euro(10).units}))
    assert world.paid("0.000001").state is S.FINAL
    assert codes(world.paid(90)) == ["payee.new"]
    assert [world.paid(4, creditor=OUTSIDE).state for _ in range(3)] == [S.CLEARED, S.CLEARED, S.HELD]
    world.to_finality()
    held = world.paid(4, creditor=OUTSIDE)
    assert (held.state, codes(held)) == (S.HELD, ["payee.new"])
    assert tp.approve(world.bank, held.id, by=world.ann).state is S.CLEARED
    world.to_finality()
    assert world.paid(90, creditor=OUTSIDE).state is S.CLEARED


@pytest.mark.every_database
@pytest.mark.one_database
def test_what_is_held_is_counted_against_the_limits_then_in_force(world: World) -> None:
    held = [world.paid(200) for _ in range(3)]
    world.limit(customer_day_units=euro(200).units)
    assert world.refused(1) == ["limit.customer_day"]
    decided = [tp.approve(world.bank, each.id, by=world.ann) for each in held]
    assert [(each.state, codes(each)) for each in decided] == [
        (S.REFUSED, ["limit.customer_day"]),
        (S.REFUSED, ["limit.customer_day"]),
        (S.FINAL, []),
    ]
    world.limit()
    held = [world.paid(200) for _ in range(2)]
    world.decree(scoped=(limit(Of.BRANCH, P.DAY, 300, "main"),))  # nothing was counted for branches until now
    decided = [tp.approve(world.bank, each.id, by=world.ann) for each in held]
    assert [codes(each) for each in decided] == [[], ["limit.branch"]]
    world.prove()


def test_a_payment_counts_for_the_day_it_was_made_also_over_midnight(world: World) -> None:
    world.decree(held_for_s=10 * DAY_S)
    world.limit(customer_day_units=euro(400).units)
    held = [world.paid(200) for _ in range(2)]
    world.next_day()
    assert world.paid(100).state is S.FINAL
    assert [tp.approve(world.bank, each.id, by=world.ann).state for each in held] == [S.FINAL, S.FINAL]
    assert "limit.customer_day" in world.refused(301)  # today has used 100
    midnight = (world.clock.now_s() // DAY_S + 1) * DAY_S
    for before in range(1, 9):
        striking = _Striking(midnight, before)
        world.bank = replace(world.bank, clock=striking)
        paid = world.pay(301)
        assert isinstance(paid, tp.Refusal) or paid.intent.created_at_s == midnight


class _Striking:
    """A clock that strikes midnight while somebody pays, after it was asked a few times."""

    def __init__(self, midnight: int, before: int) -> None:
        self._times = iter([midnight - 1] * before)
        self._midnight = midnight

    def now_s(self) -> int:
        return next(self._times, self._midnight)


@pytest.mark.parametrize("who", ["tom", "ann"])
def test_what_somebody_signed_who_was_dismissed_since_is_not_let_go(world: World, who: str) -> None:
    world.decree(new_payee=tp.NewPayee(wait_s=600))
    payment = world.paid(150)
    assert codes(tp.approve(world.bank, payment.id, by=world.ann)) == ["payee.wait"]
    world.clock.advance(600)
    world.sql("UPDATE operators SET active = false WHERE id = :id", id=who)
    refused = tp.approve(world.bank, payment.id, by=world.bob)
    assert (refused.state, codes(refused)) == (S.REFUSED, ["approval.gone"])


def test_a_customer_pays_whom_a_list_has(world: World) -> None:
    world.decree(payees={world.anna.id: frozenset({OUTSIDE})})
    assert world.refused(5) == ["payee.not_allowed"]
    assert world.paid(5, creditor=OUTSIDE).state is S.CLEARED


def test_private_persons_pay_businesses(world: World) -> None:
    world.decree(private_transfers=False)
    assert world.refused(5) == ["payee.private"]
    business = tp.CustomerKind.BUSINESS
    with pytest.raises(tp.NotPermitted):  # or a teller's mule would be a business
        tp.enrol_customer(world.bank, name="Shop", by=world.tom, key="shop", kind=business)
    shop = tp.enrol_customer(world.bank, name="Shop", by=world.ann, key="shop", kind=business)
    assert shop.kind is business
    assert tp.enrol_customer(world.bank, name="Shop", by=world.ann, key="shop", kind=business) == shop
    with pytest.raises(tp.KeyReused):
        tp.enrol_customer(world.bank, name="Shop", by=world.tom, key="shop")
    assert world.paid(5, creditor=f"customer/{shop.id}").state is S.FINAL
    told = tp.set_customer_kind(world.bank, world.boris.id, business, reason="a shop of his own", by=world.ann)
    assert told.kind is business
    assert tp.set_customer_kind(world.bank, world.boris.id, business, reason="again", by=world.ann) == told
    with pytest.raises(tp.NotPermitted):
        tp.set_customer_kind(world.bank, world.boris.id, tp.CustomerKind.PRIVATE, reason="no", by=world.tom)
    assert world.paid(5).state is S.FINAL


def test_a_preview_says_every_reason_before_anything_is_done(world: World) -> None:
    world.decree(
        scoped=(limit(Of.CUSTOMER, P.MONTH, 10), limit(Of.ROLE, P.WEEK, 10, "teller")),
        payees={"": frozenset()},
        new_payee=tp.NewPayee(wait_s=60),
        private_transfers=False,
    )
    seen = tp.preview_payment(
        world.bank,
        debtor=f"customer/{world.anna.id}",
        creditor=f"customer/{world.boris.id}",
        amount=euro(200),
        by=world.tom,
    )
    assert seen.decision.answer is tp.Answer.REFUSE
    said = ["limit.customer", "limit.role", "payee.not_allowed", "payee.private", "approval.second_person"]
    assert [reason.code for reason in seen.decision.reasons] == [*said, "payee.new", "payee.wait"]
    assert world.refused(200) == [*said, "payee.new", "payee.wait"]


# --- typed again ---------------------------------------------------------------------------------


def retyping(world: World) -> None:
    world.limit(rekey_units=euro(150).units)


def test_a_large_payment_is_typed_again_before_it_is_signed(world: World) -> None:
    retyping(world)
    payment = world.paid(200)
    wrong = tp.Rekeyed(amount=euro(201), payee=world.boris.id)
    another = tp.Rekeyed(amount=euro(200), payee=world.anna.id)
    for typed, why in ((None, "from the order before"), (wrong, "not what was made"), (another, "not what was made")):
        with pytest.raises(tp.NotRekeyed, match=why) as caught:
            tp.approve(world.bank, payment.id, by=world.ann, rekeyed=typed)
        assert world.boris.id not in str(caught.value)
    assert world.now(payment) == payment  # nothing was signed
    kinds = [event.kind for event in tp.read_events(world.bank, by=world.ann, limit=999) if event.subject == payment.id]
    assert kinds == ["payment.held", "payment.rekey_failed", "payment.rekey_failed"]
    typed = tp.Rekeyed(amount=euro(200), payee=world.boris.id)
    assert tp.approve(world.bank, payment.id, by=world.ann, rekeyed=typed).state is S.FINAL
    assert tp.approve(world.bank, payment.id, by=world.ann).state is S.FINAL  # done: nothing is typed for it


def test_up_to_the_limit_and_by_who_may_not_approve_nothing_is_typed(world: World) -> None:
    retyping(world)
    assert tp.approve(world.bank, world.paid(150).id, by=world.ann).state is S.FINAL
    own = world.paid(200, by=world.ann)
    with pytest.raises(tp.NotPermitted, match="they made"):
        tp.approve(world.bank, own.id, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, own.id, by=world.tom)


def test_an_address_is_typed_as_it_is_written(world: World) -> None:
    retyping(world)
    payment = world.paid(200, creditor=OUTSIDE)
    typed = tp.Rekeyed(amount=euro(200), payee=STRANGER.text.lower())
    assert tp.approve(world.bank, payment.id, by=world.ann, rekeyed=typed).state is S.CLEARED


def test_a_new_way_in_of_a_customer_is_no_new_operator_to_a_limit(world: World) -> None:
    world.decree(scoped=(limit(Of.ROLE, P.DAY, 50, "customer"), limit(Of.OPERATOR, P.DAY, 70)))
    pin = "482915"
    for asked, expected in ((40, []), (20, ["limit.role"]), (40, ["limit.operator_day", "limit.role"])):
        tp.open_self_service(world.bank, customer_id=world.anna.id, pin=pin, by=world.tom, key=world.key())
        own = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin=pin, terminal="kiosk-1")
        assert codes(world.pay(asked, by=own)) == expected
    assert world.paid(60).state is S.FINAL  # the teller's own day is another
