"""Shifts: cash moves between two counts of a drawer, and what a count finds otherwise is booked, by two people above a
limit."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.world import LIMITS, PASSWORDS, POLICY, TOKEN, World, euro
from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.shift import Shift, ShiftState
from tokenpay.counter.shift_report import ShiftReport
from tokenpay.ledger.chart import AccountKind
from tokenpay.operations.close_shift import close_shift
from tokenpay.operations.move_cash import CashDirection, allocate_cash, receive_cash
from tokenpay.operations.open_shift import open_shift
from tokenpay.operations.shift_report import shift_report
from tokenpay.testing.simulator.power_cut import PowerCut, Steps

pytestmark = pytest.mark.one_database

EUR, USD = tp.Asset.cash("EUR"), tp.Asset.cash("USD")
CASH = tp.AssetLimits(payment_units=500_000, alone_units=100_00, operator_day_units=10**9)
TO_DRAWER, TO_VAULT = CashDirection.TO_DRAWER, CashDirection.TO_VAULT


def count(text: str, currency: str = "EUR") -> CashCount:
    return CashCount.parse(text, currency)


def cash(text: str, asset: tp.Asset = EUR) -> tp.Amount:
    return tp.Amount.parse(text, asset)


class Counter:
    """A branch with 3000 EUR in its vault; Tom is the teller. Each call has a key of its own unless it is given one."""

    def __init__(self, world: World) -> None:
        self.world, self.bank = world, world.bank
        world.decree(limits={TOKEN.id: LIMITS, EUR.id: CASH, USD.id: CASH})
        for asset in (EUR, USD):
            tp.register_asset(self.bank, asset, by=world.ann)
        delivery = self.receive("60x50")
        assert tp.approve(self.bank, delivery.id, by=world.bob).state is tp.PaymentState.FINAL

    def receive(self, pieces: str, **given: Any) -> tp.Payment:
        given = {"by": self.world.ann, "key": self.world.key(), **given}
        return payment(receive_cash(self.bank, count=count(pieces), **given))

    def open(self, pieces: str | Sequence[CashCount] = "", **given: Any) -> Shift:
        opening = [count(pieces)] if isinstance(pieces, str) else pieces
        given = {"by": self.world.tom, "key": self.world.key(), "drawer": "drawer-1", **given}
        return shift(open_shift(self.bank, opening=opening, **given))

    def move(self, amount: str, direction: CashDirection = TO_DRAWER, **given: Any) -> tp.Payment | tp.Refusal:
        given = {"by": self.world.tom, "key": self.world.key(), "drawer": "drawer-1", **given}
        return allocate_cash(self.bank, amount=cash(amount), direction=direction, **given)

    def close(self, of: Shift, pieces: str | Sequence[CashCount], **given: Any) -> Shift:
        counts = [count(pieces)] if isinstance(pieces, str) else pieces
        given = {"by": self.world.tom, "key": self.world.key(), **given}
        return shift(close_shift(self.bank, of.id, counts=counts, **given))

    def report(self, of: Shift, *, by: tp.Session | None = None) -> ShiftReport:
        return shift_report(self.bank, of.id, by=by or self.world.ann)

    def held(self) -> tp.Payment:
        (waiting,) = tp.find_payments(self.bank, by=self.world.ann, states=[tp.PaymentState.HELD])
        return waiting

    def state(self, of: Shift) -> ShiftState:
        return self.report(of).state

    def has(self, kind: str, owner: str, asset: tp.Asset = EUR) -> str:
        return tp.Amount(asset, abs(self.world.account(AccountKind(kind), owner, asset).posted_units)).number()

    def sign_in(self, operator_id: str, terminal: str) -> tp.Session:
        return tp.open_session(self.bank, operator_id=operator_id, password=PASSWORDS[operator_id], terminal=terminal)


def payment(answer: tp.Payment | tp.Refusal) -> tp.Payment:
    assert isinstance(answer, tp.Payment), answer
    return answer


def shift(answer: Shift | tp.Refusal) -> Shift:
    assert isinstance(answer, Shift), answer
    return answer


def codes(answer: object) -> list[str]:
    assert isinstance(answer, tp.Refusal), answer
    return [reason.code for reason in answer.reasons]


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world)


@pytest.mark.every_database
def test_a_whole_shift(counter: Counter) -> None:
    opened = counter.open()
    assert (opened.state, opened.terminal, opened.branch) == (ShiftState.OPEN, "till-tom", "main")
    assert payment(counter.move("100.00")).state is tp.PaymentState.FINAL
    assert payment(counter.move("30.50", TO_VAULT)).state is tp.PaymentState.FINAL
    assert (counter.has("vault", "main"), counter.has("drawer", "drawer-1")) == ("2930.50", "69.50")

    blind, seen = counter.report(opened, by=counter.world.tom), counter.report(opened)
    assert (blind.letter, blind.cash[0].expected, blind.cash[0].counted) == ("X", None, None)
    assert seen.cash[0].expected == cash("69.50")

    closed = counter.close(opened, "1x50, 1x10, 1x5, 2x2, 1x0.50")
    assert (closed.state, closed.closed_at_s) == (ShiftState.CLOSED, counter.world.clock.now_s())
    told = counter.report(opened, by=counter.world.tom)
    line = told.cash[0]
    assert (told.letter, told.payments) == ("Z", {"allocation": 2})
    assert (line.from_vault, line.to_vault, line.expected, line.counted) == (
        cash("100.00"), cash("30.50"), cash("69.50"), cash("69.50"),
    )  # fmt: skip
    counter.world.prove()

    again = counter.open("1x50, 1x10, 1x5, 2x2, 1x0.50")  # what was left in the drawer is where the next one begins
    assert counter.report(again).payments == {}
    payment(counter.move("9.50", TO_VAULT))
    assert counter.report(opened, by=counter.world.tom) == told, "a Z report does not change"


@pytest.mark.parametrize(
    ("pieces", "over", "short", "left"),
    [("2x50", "0.00", "0.00", "100.00"), ("2x50, 1x20", "20.00", "0.00", "120.00"), ("1x50", "0.00", "50.00", "50.00")],
)
def test_a_small_variance_is_booked_by_itself(counter: Counter, pieces: str, over: str, short: str, left: str) -> None:
    opened = counter.open()
    payment(counter.move("100.00"))
    assert counter.close(opened, pieces).state is ShiftState.CLOSED
    line = counter.report(opened).cash[0]
    assert (line.over, line.short, line.expected) == (cash(over), cash(short), cash("100.00"))
    assert counter.has("drawer", "drawer-1") == left
    counter.world.prove()


def test_many_small_variances_are_a_large_one(counter: Counter) -> None:
    counter.close(counter.open(), "1x50, 1x20")
    opened = counter.open("1x20")  # fifty are missing
    assert counter.held().intent.amount == cash("50.00")
    assert tp.approve(counter.bank, counter.held().id, by=counter.world.ann).state is tp.PaymentState.FINAL
    assert counter.close(opened, "").state is ShiftState.COUNTED
    assert tp.approve(counter.bank, counter.held().id, by=counter.world.ann).state is tp.PaymentState.FINAL
    counter.world.next_day()
    assert counter.close(counter.open("1x100"), "1x100").state is ShiftState.CLOSED


def test_a_drawer_with_cash_of_another_branch_is_not_opened(counter: Counter) -> None:
    counter.close(counter.open("1x20"), "1x20")
    counter.world.sql("UPDATE shifts SET branch = 'east'")
    with pytest.raises(tp.WrongState, match="cash of the branch east"):
        counter.open("1x20")
    counter.world.sql("UPDATE shifts SET branch = 'main'")
    counter.close(counter.open("1x20"), "")
    counter.world.sql("UPDATE shifts SET branch = 'east'")
    assert counter.open().state is ShiftState.OPEN


def test_a_variance_found_at_opening_is_booked_as_well(counter: Counter) -> None:
    opened = counter.open("1x20")
    assert counter.has("drawer", "drawer-1") == "20.00"
    line = counter.report(opened).cash[0]
    assert (line.opening, line.over, line.expected) == (cash("20.00"), cash("20.00"), cash("20.00"))
    assert counter.close(opened, "1x20").state is ShiftState.CLOSED


def test_a_large_variance_closes_the_shift_when_a_second_person_agrees(counter: Counter) -> None:
    world = counter.world
    opened = counter.open()
    payment(counter.move("100.00"))
    payment(counter.move("100.00"))
    counted = counter.close(opened, "1x50")
    assert (counted.state, counted.closing[0].amount) == (ShiftState.COUNTED, cash("50.00"))
    assert (counter.held().intent.purpose, counter.held().intent.amount) == (tp.Purpose.VARIANCE, cash("150.00"))
    assert codes(counter.move("1.00")) == ["shift.closed"]
    with pytest.raises(tp.WrongState):
        counter.close(opened, "1x50")
    with pytest.raises(tp.WrongState):
        counter.open("1x50")
    with pytest.raises(tp.NotPermitted):
        tp.approve(counter.bank, counter.held().id, by=world.tom)
    assert counter.report(opened, by=world.tom).cash[0].expected is None
    world.prove()
    assert tp.approve(counter.bank, counter.held().id, by=world.ann).state is tp.PaymentState.FINAL
    told = counter.report(opened)
    assert (told.letter, told.cash[0].short, told.payments) == ("Z", cash("150.00"), {"allocation": 2, "variance": 1})
    assert (counter.has("drawer", "drawer-1"), counter.has("variance", "bank")) == ("50.00", "150.00")
    world.prove()


def test_who_counted_neither_refuses_nor_cancels_what_they_found(counter: Counter) -> None:
    opened = counter.open(by=counter.world.ann)
    counter.close(opened, "5x50", by=counter.world.ann)
    held = counter.held()
    with pytest.raises(tp.NotPermitted):
        tp.cancel(counter.bank, held.id, by=counter.world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.refuse(counter.bank, held.id, reason="x", by=counter.world.ann)
    tp.cancel(counter.bank, held.id, by=counter.world.bob)
    assert tp.cancel(counter.bank, held.id, by=counter.world.ann).state is tp.PaymentState.CANCELLED
    assert counter.state(opened) is ShiftState.OPEN


def test_nobody_agrees_to_a_variance_that_they_counted(counter: Counter) -> None:
    opened = counter.open(by=counter.world.ann)
    counter.close(opened, "5x50", by=counter.world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.approve(counter.bank, counter.held().id, by=counter.world.ann)
    tp.approve(counter.bank, counter.held().id, by=counter.world.bob)
    assert counter.state(opened) is ShiftState.CLOSED


def refused(counter: Counter) -> None:
    tp.refuse(counter.bank, counter.held().id, reason="count again", by=counter.world.ann)


def cancelled(counter: Counter) -> None:
    with pytest.raises(tp.NotPermitted):
        tp.cancel(counter.bank, counter.held().id, by=counter.world.tom)  # who would count what the first count told
    tp.cancel(counter.bank, counter.held().id, by=counter.world.ann)


def expired(counter: Counter) -> None:
    counter.world.next_day()
    counter.world.turn()


@pytest.mark.parametrize("end", [refused, cancelled, expired])
def test_a_variance_that_is_not_agreed_to_is_counted_anew(counter: Counter, end: Callable[[Counter], None]) -> None:
    opened = counter.open()
    counter.close(opened, "4x50")
    end(counter)
    assert counter.state(opened) is ShiftState.OPEN
    payment(counter.move("20.00"))
    assert counter.close(opened, "1x20").state is ShiftState.CLOSED
    assert counter.report(opened).payments == {"allocation": 1}
    counter.world.prove()


def test_each_currency_is_counted_and_one_may_wait_for_another(counter: Counter) -> None:
    opened = counter.open([count("1x50"), count("2x20", "USD")])
    counted = counter.close(opened, [count("1x50, 2x1"), count("2x100", "USD")])
    assert counted.state is ShiftState.COUNTED
    assert (counter.has("drawer", "drawer-1"), counter.has("drawer", "drawer-1", USD)) == ("52.00", "40.00")
    refused(counter)
    assert counter.state(opened) is ShiftState.OPEN
    assert counter.close(opened, [count("1x50, 2x1"), count("2x20", "USD")]).state is ShiftState.CLOSED
    assert [line.expected for line in counter.report(opened).cash] == [cash("52.00"), cash("40.00", USD)]
    counter.world.prove()


def test_two_large_variances_need_two_consents(counter: Counter) -> None:
    opened = counter.open()
    counter.close(opened, [count("5x50"), count("5x50", "USD")])
    first, second = tp.find_payments(counter.bank, by=counter.world.ann, states=[tp.PaymentState.HELD])
    tp.approve(counter.bank, first.id, by=counter.world.ann)
    assert counter.state(opened) is ShiftState.COUNTED
    tp.refuse(counter.bank, second.id, reason="again", by=counter.world.ann)
    assert counter.state(opened) is ShiftState.OPEN


def test_a_held_payment_keeps_its_shift_open(counter: Counter) -> None:
    opened = counter.open()
    waiting = payment(counter.move("200.00"))
    assert waiting.state is tp.PaymentState.HELD
    with pytest.raises(tp.WrongState, match="second person"):
        counter.close(opened, "")
    tp.approve(counter.bank, waiting.id, by=counter.world.ann)
    assert counter.close(opened, "4x50").state is ShiftState.CLOSED


def test_one_open_shift_for_each_drawer_terminal_and_operator(counter: Counter) -> None:
    counter.open()
    tom_elsewhere = counter.sign_in("tom", "till-2")
    ann_at_toms = counter.sign_in("ann", "till-tom")
    taken: list[dict[str, Any]] = [
        {"by": counter.world.ann, "drawer": "drawer-1"},
        {"by": tom_elsewhere, "drawer": "drawer-2"},
        {"by": ann_at_toms, "drawer": "drawer-2"},
    ]
    for given in taken:
        with pytest.raises(tp.WrongState, match="is in a shift that is open"):
            counter.open(**given)
    counter.open(by=counter.world.ann, drawer="drawer-2")


@pytest.mark.parametrize(("amount", "also"), [("1.00", []), ("200.00", ["approval.second_person"])])
def test_no_cash_moves_in_a_drawer_but_in_its_open_shift_by_its_operator(
    counter: Counter, amount: str, also: list[str]
) -> None:
    assert codes(counter.move(amount)) == ["shift.closed", *also]
    opened = counter.open()
    assert codes(counter.move(amount, by=counter.world.ann)) == ["shift.other", *also]
    assert codes(counter.move(amount, drawer="drawer-2")) == ["shift.closed", *also]
    counter.close(opened, "")
    assert codes(counter.move(amount)) == ["shift.closed", *also]
    assert counter.has("vault", "main") == "3000.00"


def test_what_is_not_there_does_not_move(counter: Counter) -> None:
    counter.open()
    assert codes(counter.move("0.01", TO_VAULT)) == ["funds.insufficient"]
    assert codes(counter.move("3000.01")) == ["funds.insufficient", "approval.second_person"]
    given: dict[str, Any] = {"drawer": "drawer-1", "direction": TO_DRAWER, "by": counter.world.tom, "key": "none"}
    for amount in (euro(1), cash("0")):
        with pytest.raises(tp.InvalidInput):
            allocate_cash(counter.bank, amount=amount, **given)


def test_limits_and_hours_are_the_policys(counter: Counter) -> None:
    opened = counter.open()
    assert codes(counter.move("5000.01")) == ["funds.insufficient", "limit.payment", "approval.second_person"]
    counter.world.decree(limits={EUR.id: replace(CASH, operator_day_units=300_000)})
    payment(counter.move("50.00"))
    assert codes(counter.move("2960.00"))[1:] == ["limit.operator_day", "approval.second_person"]
    counter.world.decree(hours=tp.Hours())
    assert codes(counter.move("1.00")) == ["hours.closed"]
    assert counter.close(opened, "2x20").state is ShiftState.CLOSED, "a drawer is counted after hours"
    counter.world.decree(hours=POLICY.hours)


def test_while_payments_are_stopped_only_a_right_count_passes(counter: Counter) -> None:
    opened = counter.open()
    payment(counter.move("50.00"))
    tp.stop_payments(counter.bank, reason="drill", by=counter.world.ann)
    bank, tom = counter.bank, counter.world.tom
    with pytest.raises(tp.WrongState) as caught:
        close_shift(bank, opened.id, counts=[count("1x20")], by=tom, key="count")
    assert "30" not in str(caught.value.fields) + caught.value.message, "it does not tell by how much"
    assert counter.state(opened) is ShiftState.OPEN
    assert counter.close(opened, "1x50", key="count").state is ShiftState.CLOSED
    new: dict[str, Any] = {"drawer": "drawer-2", "opening": [count("1x20")], "by": tom, "key": "open"}
    assert codes(open_shift(bank, **new)) == ["emergency.stop"]
    assert counter.open("", drawer="drawer-2", key="open").state is ShiftState.OPEN


def test_the_same_key_acts_once(counter: Counter) -> None:
    opened = counter.open("1x20", key="open")
    assert counter.open("1x20", key="open") == opened
    moved = payment(counter.move("50.00", key="move"))
    assert payment(counter.move("50.00", key="move")) == moved
    closed = counter.close(opened, "1x50, 1x20", key="close")
    assert counter.close(opened, "1x50, 1x20", key="close") == closed
    assert payment(counter.move("50.00", key="move")) == moved
    assert counter.open("1x20", key="open") == closed, "the shift as it stands now"
    with pytest.raises(tp.KeyReused):
        counter.close(opened, "1x50", key="close")
    with pytest.raises(tp.KeyReused):
        counter.open("1x50", key="open")
    with pytest.raises(tp.KeyReused):
        counter.move("50.00", key="open")
    with pytest.raises(tp.WrongState):
        counter.close(opened, "1x50, 1x20")
    counter.world.prove()


@pytest.mark.every_database
@pytest.mark.one_database
def test_the_power_goes_at_any_step_of_a_shift_and_the_same_keys_finish_it(counter: Counter) -> None:
    def work(number: int) -> Shift:
        drawer, keys = f"drawer-{number}", [f"{number}-{act}" for act in ("open", "move", "close")]
        opened = counter.open("1x5", drawer=drawer, key=keys[0])
        payment(counter.move("15.00", drawer=drawer, key=keys[1]))
        closed = counter.close(opened, "1x10", key=keys[2])
        assert counter.report(closed).payments == {"allocation": 1, "variance": 2}
        assert counter.has("drawer", drawer) == "10.00"
        return closed

    counter.world.decree(limits={EUR.id: replace(CASH, alone_units=10**9)})  # all of them together
    steps = Steps()
    steps.watch(counter.bank.store.engine)
    work(0)
    for cut_at in range(1, steps.taken, 7):
        steps.cut_at, steps.taken, steps._on = cut_at, 0, True
        with pytest.raises(PowerCut):
            work(cut_at)
        assert work(cut_at).state is ShiftState.CLOSED
    counter.world.prove()


def test_who_may(counter: Counter) -> None:
    world = counter.world
    with pytest.raises(tp.NotPermitted):
        counter.receive("1x50", by=world.tom)
    with pytest.raises(tp.NotPermitted):
        counter.open(by=world.engine)
    opened = counter.open(by=world.ann)
    with pytest.raises(tp.NotPermitted, match="who has it"):
        counter.close(opened, "", by=world.tom)
    assert counter.close(opened, "", by=world.bob).state is ShiftState.CLOSED
    with pytest.raises(tp.NotFound):
        close_shift(counter.bank, "SH-none", counts=[], by=world.tom, key="none")


def test_cash_is_not_moved_by_other_verbs(counter: Counter) -> None:
    counter.open()
    moved = payment(counter.move("50.00"))
    with pytest.raises(tp.WrongState):
        tp.reverse(counter.bank, moved.id, by=counter.world.ann, key="reverse")
    with pytest.raises(tp.WrongState):
        tp.refund(counter.bank, of=moved.id, to="vault/main", amount=cash("1"), by=counter.world.ann, key="refund")
    anna = f"customer/{counter.world.anna.id}"
    for payer, payee in (("drawer/drawer-1", anna), ("vault/main", "drawer/drawer-1"), (anna, "drawer/drawer-1")):
        with pytest.raises(tp.InvalidInput):
            tp.pay(counter.bank, debtor=payer, creditor=payee, amount=cash("1"), by=counter.world.ann, key="pay")


@pytest.mark.every_database
def test_the_database_keeps_drawer_cash_within_shifts(counter: Counter) -> None:
    counter.open()
    payment(counter.move("50.00"))
    for change in (
        "UPDATE transfers SET shift_id = NULL WHERE shift_id IS NOT NULL",
        "UPDATE transfers SET shift_id = 'SH-none' WHERE shift_id IS NOT NULL",
        "UPDATE transfers SET shift_id = (SELECT id FROM shifts) WHERE shift_id IS NULL",
        "DELETE FROM shifts",
        "UPDATE shifts SET state = 'lost'",
        "UPDATE shifts SET state = 'closed'",
        *(
            f"INSERT INTO shifts SELECT 'SH-2', branch, {drawer}, {terminal}, {operator}, 1, '{{}}', 'open', '{{}}',"  # noqa: S608
            " '{}', NULL FROM shifts"
            for drawer, terminal, operator in (
                ("drawer", "'t'", "'ann'"),
                ("'d'", "terminal", "'ann'"),
                ("'d'", "'t'", "operator_id"),
            )
        ),
    ):
        with pytest.raises(Exception, match=r"(?i)constraint|violates"):
            counter.world.sql(change)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls together; each answers, or raises one of the library's errors, which is its answer."""
    start, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def make(number: int) -> None:
        start.wait()
        try:
            answers[number] = calls[number]()
        except tp.TokenpayError as error:
            answers[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=make, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.every_database
def test_two_terminals_open_one_drawer_and_one_gets_it(counter: Counter) -> None:
    world = counter.world
    for number in range(5):
        answers = at_once(
            lambda n=number: counter.open(by=world.tom, key=f"tom-{n}"),  # type: ignore[misc]
            lambda n=number: counter.open(by=world.ann, key=f"ann-{n}"),  # type: ignore[misc]
        )
        (opened,) = (answer for answer in answers if isinstance(answer, Shift))
        (error,) = (answer for answer in answers if not isinstance(answer, Shift))
        assert isinstance(error, tp.WrongState), error
        counter.close(opened, "", by=world.bob)


def test_cash_moves_before_the_count_or_not_at_all(counter: Counter) -> None:
    for number in range(5):
        opened = counter.open()
        moved, closed = at_once(
            lambda n=number: counter.move("20.00", key=f"move-{n}"),  # type: ignore[misc]
            lambda n=number, of=opened: counter.close(of, "", key=f"close-{n}"),  # type: ignore[misc]
        )
        assert shift(closed).state is ShiftState.CLOSED
        line = (*counter.report(opened).cash, None)[0]
        if isinstance(moved, tp.Refusal):
            assert codes(moved) == ["shift.closed"]
        else:
            assert line is not None
            assert (line.from_vault, line.short) == (cash("20.00"), cash("20.00"))
        assert counter.has("drawer", "drawer-1") == "0.00"
    counter.world.prove()


@pytest.mark.every_database
def test_two_close_one_shift_and_one_count_stands(counter: Counter) -> None:
    world = counter.world
    opened = counter.open()
    payment(counter.move("50.00"))
    answers = at_once(lambda: counter.close(opened, "1x20"), lambda: counter.close(opened, "1x10", by=world.ann))
    (closed,) = (answer for answer in answers if isinstance(answer, Shift))
    (error,) = (answer for answer in answers if not isinstance(answer, Shift))
    assert isinstance(error, tp.WrongState), error
    assert counter.has("drawer", "drawer-1") == closed.closing[0].amount.number()
    world.prove()


@pytest.mark.every_database
def test_shifts_are_found_newest_first_and_tell_nobody_their_own_count(counter: Counter) -> None:
    world, tom = counter.world, counter.world.tom
    first = counter.close(counter.open("1x50"), "1x50")
    world.clock.advance(1)
    second = counter.open("1x50")
    for _ in range(2):  # the answer tells it no more than a look does
        assert counter.close(second, "9x50", key="count").expected == ()  # above what one person may

    def found(by: tp.Session, **wanted: Any) -> list[Shift]:
        return tp.find_shifts(world.bank, by=by, **wanted)

    assert [shift.id for shift in found(tom)] == [second.id, first.id]
    assert [shift.id for shift in found(tom, states=[ShiftState.CLOSED])] == [first.id]
    assert [shift.id for shift in found(tom, limit=1)] == [second.id]
    assert [shift.expected for shift in found(tom)] == [(), (cash("50.00"),)]
    assert [shift.expected for shift in found(world.ann)] == [(cash("50.00"),), (cash("50.00"),)]


def test_a_key_is_asked_after(counter: Counter) -> None:
    world, tom = counter.world, counter.world.tom
    opened = counter.open(key="open")
    payment(counter.move("100.00"))
    counter.close(opened, "2x50", key="close")
    moved = counter.receive("1x50", key="delivery")

    def of(key: str) -> tp.Shift | None:
        return tp.shift_of_key(world.bank, key, by=tom)

    found = of("open")
    assert found is not None
    assert (found.id, found.state, found.expected) == (opened.id, ShiftState.CLOSED, (cash("100.00"),))
    assert of("close") == found
    assert of("nothing") is None
    assert of("delivery") is None
    assert tp.payment_of_key(world.bank, "delivery", by=tom) == moved
    assert tp.payment_of_key(world.bank, "open", by=tom) is None


def test_the_books_are_told_kind_by_kind_and_blind_to_who_counts(counter: Counter) -> None:
    world = counter.world
    counter.open()
    payment(counter.move("100.00"))

    def told(by: tp.Session) -> dict[tuple[str, str], int]:
        return {
            (balance.kind.value, balance.owner): balance.units
            for balance in tp.book_balances(world.bank, by=by)
            if balance.asset == EUR
        }

    assert told(world.ann) == {("drawer", "drawer-1"): 100_00, ("funding", ""): 3000_00, ("vault", "main"): 2900_00}
    counter.open(by=world.bob, drawer="drawer-2")
    assert told(world.bob) == {("vault", "main"): 2900_00}
    with pytest.raises(tp.NotPermitted):
        tp.book_balances(world.bank, by=world.tom)


def test_payments_are_found_by_their_shift(counter: Counter) -> None:
    opened = counter.open()
    moved = payment(counter.move("100.00"))
    assert tp.find_payments(counter.bank, by=counter.world.tom, related=opened.id) == [moved]
    assert tp.find_payments(counter.bank, by=counter.world.tom, related="SH-0") == []
