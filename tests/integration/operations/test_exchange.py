"""Exchanges: cash against tokens at a quote, both halves at once or neither, and every reason not to."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from tests.integration.operations.test_shifts import codes, payment, shift
from tests.world import CONTRACT, LIMITS, PASSWORDS, TOKEN, Template, World, euro, opened
from tokenpay.ledger.chart import AccountKind
from tokenpay.testing import FakeRates
from tokenpay.testing.simulator.power_cut import PowerCut, Steps

pytestmark = pytest.mark.one_database

EUR = tp.Asset.cash("EUR")
CASH = tp.AssetLimits(payment_units=500_000, alone_units=20_000, customer_day_units=10**9, operator_day_units=10**9)
TARIFF = tp.Tariff(
    token=TOKEN.id,
    currency="EUR",
    sell_basis_points=100,
    buy_basis_points=100,
    fee_minimum_units=100,
    quote_lifetime_s=300,
    rate_max_age_s=600,
)
IN, OUT = tp.Direction.CASH_IN, tp.Direction.CASH_OUT
S = tp.PaymentState


def cash(text: str) -> tp.Amount:
    return tp.Amount.parse(text, EUR)


class Counter:
    """Tom's open shift with 500 EUR in its drawer, at a bank with 400 tokens of its own; Anna has 1000 tokens."""

    def __init__(self, world: World) -> None:
        self.rates = FakeRates(world.clock)
        self.rates.set(TOKEN, EUR, "1")
        self.bank = world.bank = replace(world.bank, rates=self.rates)
        self.world = world
        (self.shift,) = tp.find_shifts(self.bank, by=world.tom)

    def open(self, drawer: str, by: tp.Session) -> tp.Shift:
        return shift(tp.open_shift(self.bank, drawer=drawer, opening=[], by=by, key=self.world.key()))

    def quote(self, direction: tp.Direction, amount: tp.Amount, **given: Any) -> tp.Quote:
        against = EUR if amount.asset == TOKEN else TOKEN
        given = {"customer_id": self.world.anna.id, "against": against, "by": self.world.tom, **given}
        return tp.quote_exchange(self.bank, direction=direction, amount=amount, **given)

    def take(self, quote: tp.Quote, **given: Any) -> tp.Payment | tp.Refusal:
        given = {"by": self.world.tom, "key": self.world.key(), **given}
        return tp.exchange(self.bank, quote_id=quote.id, **given)

    def held(self, direction: tp.Direction = OUT) -> tp.Payment:
        """An exchange that needs a second person: its cash is above what one may move alone, its tokens are not."""
        self.world.decree(limits={TOKEN.id: replace(LIMITS, alone_units=10**12), EUR.id: CASH})
        held = payment(self.take(self.quote(direction, cash("250"))))
        assert (held.state, [reason.code for reason in held.reasons]) == (S.HELD, ["approval.second_person"])
        return held

    def has(self, kind: str, owner: str, asset: tp.Asset = EUR) -> str:
        """What the books say of an account, and what of it is spoken for or on its way."""
        account = self.world.account(AccountKind(kind), owner, asset)
        return tp.Amount(asset, abs(account.posted_units)).short() + ("" if account.posted_units >= 0 else " less")

    def standing(self) -> dict[str, str]:
        return {
            "anna": self.has("customer", self.world.anna.id, TOKEN),
            "drawer": self.has("drawer", "drawer-1"),
            "fees": self.has("fees", "bank"),
            "tokens": self.has("conversion", "bank", TOKEN),
            "cash": self.has("conversion", "bank"),
        }

    def waiting(self) -> list[tuple[str, str]]:
        """The (debited, credited) kinds of what is reserved."""
        with self.bank.store.read() as uow:
            return sorted((w.debit.partition("/")[0], w.credit.partition("/")[0]) for w in uow.ledger.waiting())


BEFORE = {"anna": "1000.00", "drawer": "500.00", "fees": "0.00", "tokens": "0.00", "cash": "0.00"}


def opened_counter(world: World) -> None:
    """Let the bank have cash and tokens of its own, and Tom an open shift."""
    world.decree(limits={TOKEN.id: LIMITS, EUR.id: replace(CASH, alone_units=10**6)}, tariffs=(TARIFF,))
    tp.register_asset(world.bank, EUR, by=world.ann)
    world.chain.deposit(CONTRACT, world.treasury, euro(400).units)
    world.to_finality()
    tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=world.ann)
    given: dict[str, Any] = {"by": world.tom, "drawer": "drawer-1"}
    count = tp.CashCount.parse("20x50", "EUR")
    payment(tp.receive_cash(world.bank, count=count, by=world.ann, key=world.key()))
    shift(tp.open_shift(world.bank, opening=[], key=world.key(), **given))
    to_drawer = tp.CashDirection.TO_DRAWER
    payment(tp.allocate_cash(world.bank, amount=cash("500"), direction=to_drawer, key=world.key(), **given))
    world.decree(limits={TOKEN.id: LIMITS, EUR.id: CASH})


@pytest.fixture
def world(database_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    with opened(template_of(database_url, opened_counter), tmp_path, database_url) as found:
        yield found


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world)


def test_cash_in_and_cash_out(counter: Counter) -> None:
    world = counter.world
    into = counter.quote(IN, cash("102"))
    assert (into.legs.tokens, into.legs.fee) == (euro(100), cash("1"))
    assert (into.expires_at_s, into.policy_version) == (world.clock.now_s() + 300, 3)
    bought = payment(counter.take(into))
    assert (bought.state, bought.intent.purpose, bought.intent.related) == (S.FINAL, tp.Purpose.EXCHANGE, into.shift_id)
    assert bought.intent.cash == tp.CashLeg(drawer="drawer-1", amount=cash("102"), fee=cash("1"), quote_id=into.id)
    assert counter.standing() == {
        "anna": "1100.00", "drawer": "602.00", "fees": "1.00", "tokens": "100.00 less", "cash": "101.00",
    }  # fmt: skip

    out = counter.quote(OUT, euro(50))
    assert out.legs.cash == cash("48.50")
    sold = payment(counter.take(out))
    assert sold.state is S.FINAL
    assert counter.standing() == {
        "anna": "1050.00", "drawer": "553.50", "fees": "2.00", "tokens": "50.00 less", "cash": "51.50",
    }  # fmt: skip
    world.prove()

    lines = tp.statement(counter.bank, customer_id=world.anna.id, asset_id=TOKEN.id, by=world.tom).lines[-2:]
    assert [(line.came_in, line.amount, line.related) for line in lines] == [
        (True, euro(100), bought.id), (False, euro(50), sold.id),
    ]  # fmt: skip
    said = [event for event in tp.read_events(counter.bank, by=world.ann, limit=1000) if event.subject == into.id]
    details = {"direction": "cash_in", "customer": world.anna.id, "policy": 3}
    assert [(event.kind, event.content) for event in said] == [("exchange.quoted", details)]
    assert tp.get_payment(counter.bank, bought.id, by=world.tom) == bought
    with counter.bank.store.read() as uow:
        transfers = uow.ledger.transfers(payment_id=bought.id)
        assert {transfer.clearance_id for transfer in transfers} == {uow.clearances.of(bought.id).id}
        assert sorted(str(t.shift_id) for t in transfers) == sorted(["None", "None", into.shift_id])
        assert uow.quotes.get(into.id) == into


def test_a_shift_reports_its_exchanges_and_is_counted_by_them(counter: Counter) -> None:
    world = counter.world
    for direction, amount in ((IN, "102"), (IN, "50"), (OUT, "30")):
        payment(counter.take(counter.quote(direction, cash(amount))))
    (line,) = tp.shift_report(counter.bank, counter.shift.id, by=world.ann).cash
    assert (line.cash_in, line.cash_out, line.fees) == (cash("152"), cash("30"), cash("3"))
    assert line.expected == cash("622") == line.opening + line.from_vault + line.cash_in - line.cash_out
    late = counter.quote(OUT, cash("10"))
    closing = [tp.CashCount.parse("12x50, 1x20, 1x1", "EUR")]
    closed = shift(tp.close_shift(counter.bank, counter.shift.id, counts=closing, by=world.tom, key=world.key()))
    assert closed.state is tp.ShiftState.CLOSED
    told = tp.shift_report(counter.bank, counter.shift.id, by=world.tom)
    assert (told.letter, told.payments) == ("Z", {"allocation": 1, "exchange": 3, "variance": 1})
    assert (told.cash[0].short, told.cash[0].over, told.cash[0].fees) == (cash("1"), cash("0"), cash("3"))
    world.prove()
    assert codes(counter.take(late)) == ["shift.closed"]


def test_the_same_key_is_the_same_exchange_and_a_quote_is_taken_once(counter: Counter) -> None:
    quote, other = counter.quote(IN, cash("102")), counter.quote(IN, cash("51"))
    first = payment(counter.take(quote, key="once"))
    standing = counter.standing()
    assert counter.take(quote, key="once") == first
    assert codes(counter.take(quote, key="again")) == ["quote.taken"]
    with pytest.raises(tp.KeyReused):
        counter.take(other, key="once")
    counter.world.clock.advance(301)
    assert counter.take(quote, key="once") == first, "the answer is the same when the quote has long expired"
    assert codes(counter.take(quote, key="again")) == ["quote.taken", "quote.expired"]
    assert counter.standing() == standing
    with pytest.raises(tp.NotFound):
        counter.take(replace(quote, id="QU-FORGED"))


def test_a_quote_is_good_until_it_expires(counter: Counter) -> None:
    quote, second = counter.quote(IN, cash("102")), counter.quote(IN, cash("102"))
    counter.rates.set(TOKEN, EUR, "7")
    counter.world.clock.advance(299)
    assert payment(counter.take(quote)).intent.amount == euro(100), "the price is the quote's, not today's"
    counter.world.clock.advance(1)
    before = counter.standing()
    assert codes(counter.take(second, key="late")) == ["quote.expired"]
    assert counter.standing() == before
    assert tp.payment_of_key(counter.bank, "late", by=counter.world.tom) is None


def test_only_who_made_the_quote_may_take_it_and_where(counter: Counter) -> None:
    world, quote = counter.world, counter.quote(OUT, cash("10"))
    assert codes(counter.take(quote, by=world.ann)) == ["quote.other", "shift.elsewhere", "shift.other"]
    elsewhere = tp.open_session(counter.bank, operator_id="tom", password=PASSWORDS["tom"], terminal="till-2")
    assert codes(counter.take(quote, by=elsewhere)) == ["shift.elsewhere"]
    with pytest.raises(tp.WrongState, match="open shift"):
        counter.quote(OUT, cash("10"), by=elsewhere)
    with pytest.raises(tp.WrongState, match="open shift"):
        counter.quote(OUT, cash("10"), by=world.ann)
    with pytest.raises(tp.NotPermitted):
        counter.quote(OUT, cash("10"), by=world.engine)
    with pytest.raises(tp.NotPermitted):
        counter.take(quote, by=world.engine)
    assert counter.standing() == BEFORE


def test_what_is_not_quoted(counter: Counter) -> None:
    world = counter.world
    dollars = tp.Asset.cash("USD")
    for amount, against in ((euro(1), dollars), (euro(1), TOKEN), (cash("1"), EUR), (tp.Amount(dollars, 100), TOKEN)):
        with pytest.raises(tp.NotFound, match="does not exchange"):
            counter.quote(IN, amount, against=against)
    with pytest.raises(tp.NotFound):
        counter.quote(IN, cash("10"), customer_id="C99999999")
    with pytest.raises(tp.AssetMismatch):
        counter.quote(IN, tp.Amount(replace(TOKEN, decimals=2), 1_000), against=EUR)
    with pytest.raises(tp.InvalidInput, match="too small"):
        counter.quote(IN, cash("1"))
    counter.rates.set(TOKEN, EUR, "1", at_s=world.clock.now_s() - 601)
    with pytest.raises(tp.RateUnavailable, match="too old"):
        counter.quote(IN, cash("10"))
    counter.rates.set(TOKEN, EUR, "1", at_s=world.clock.now_s() + 1)
    with pytest.raises(tp.RateUnavailable, match="future"):
        counter.quote(IN, cash("10"))
    counter.rates.answers = False
    with pytest.raises(tp.RateUnavailable):
        counter.quote(IN, cash("10"))
    world.bank = counter.bank = replace(counter.bank, rates=None)
    with pytest.raises(tp.RateUnavailable):
        counter.quote(IN, cash("10"))
    world.decree(tariffs=())
    with pytest.raises(tp.NotFound, match="does not exchange"):
        counter.quote(IN, cash("10"))
    with counter.bank.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM quotes").scalar() == 0


def test_a_quote_stands_when_its_tariff_goes(counter: Counter) -> None:
    quote = counter.quote(OUT, cash("10"))
    counter.world.decree(tariffs=())
    assert payment(counter.take(quote)).state is S.FINAL


def test_what_is_offered_and_at_which_rate(counter: Counter) -> None:
    world = counter.world
    franc = replace(TARIFF, currency="CHF")  # no asset of this bank yet
    world.decree(tariffs=(TARIFF, franc))
    (offered,) = tp.list_rates(counter.bank, by=world.tom)
    assert (offered.token, offered.cash, offered.tariff, offered.why_not) == (TOKEN, EUR, TARIFF, "")
    assert offered.rate is not None
    assert (offered.rate.price, offered.rate.at_s) == (1, world.clock.now_s())
    counter.rates.set(TOKEN, EUR, "1", at_s=0)
    (old,) = tp.list_rates(counter.bank, by=world.tom)
    assert (old.rate, old.why_not) == (None, "the rate is too old, or from the future")
    counter.rates.answers = False
    (silent,) = tp.list_rates(counter.bank, by=world.tom)
    assert silent.rate is None
    assert silent.why_not


def test_the_bank_sells_no_more_tokens_than_are_its_own(counter: Counter) -> None:
    counter.world.decree(
        limits={TOKEN.id: replace(LIMITS, alone_units=10**12), EUR.id: replace(CASH, alone_units=10**6)}
    )
    assert codes(counter.take(counter.quote(IN, euro("400.000001")))) == ["exchange.position"]
    payment(counter.take(counter.quote(IN, euro(300))))
    assert codes(counter.take(counter.quote(IN, euro("100.000001")))) == ["exchange.position"]
    payment(counter.take(counter.quote(IN, euro(100))))
    assert codes(counter.take(counter.quote(IN, euro(1)))) == ["exchange.position"]
    payment(counter.take(counter.quote(OUT, euro(20))))
    payment(counter.take(counter.quote(IN, euro(20))))
    assert counter.has("conversion", "bank", TOKEN) == "400.00 less"
    counter.world.prove()


def test_what_is_not_there_is_not_paid_out(counter: Counter) -> None:
    limits = replace(CASH, alone_units=10**6, payment_units=10**6)
    counter.world.decree(limits={TOKEN.id: replace(LIMITS, alone_units=10**12), EUR.id: limits})
    refused = counter.take(counter.quote(OUT, cash("500.01")))
    assert codes(refused) == ["funds.insufficient"]
    assert isinstance(refused, tp.Refusal)
    assert "drawer" in refused.reasons[0].message
    assert codes(counter.take(counter.quote(OUT, euro("1000.01")))) == ["funds.insufficient"] * 2
    assert codes(counter.take(counter.quote(OUT, euro(2), customer_id=counter.world.boris.id))) == [
        "funds.insufficient"
    ]
    assert counter.standing() == BEFORE
    payment(counter.take(counter.quote(OUT, cash("500"))))
    assert counter.has("drawer", "drawer-1") == "0.00"


@pytest.mark.parametrize(
    ("direction", "changes", "expected"),
    [
        (IN, {"token": {"payment_units": 1}}, ["limit.payment"]),
        (IN, {"cash": {"payment_units": 1}}, ["limit.payment"]),
        (IN, {"token": {"customer_day_units": 150 * 10**6}}, ["limit.customer_day"]),
        (IN, {"cash": {"customer_day_units": 150_00}}, ["limit.customer_day"]),
        (OUT, {"cash": {"customer_day_units": 150_00}}, ["limit.customer_day"]),
        (OUT, {"token": {"operator_day_units": 150 * 10**6}}, ["limit.operator_day"]),
        (OUT, {"cash": {"operator_day_units": 650_00}}, ["limit.operator_day"]),  # 500 of them brought to the drawer
    ],
)
def test_limits_count_both_halves(
    counter: Counter, direction: tp.Direction, changes: dict[str, dict[str, int]], expected: list[str]
) -> None:
    token, money = (changes.get(name, {}) for name in ("token", "cash"))
    if "payment_units" not in token | money:
        payment(counter.take(counter.quote(direction, cash("80"))))
    counter.world.decree(limits={TOKEN.id: replace(LIMITS, **token), EUR.id: replace(CASH, **money)})
    before = counter.standing()
    assert codes(counter.take(counter.quote(direction, cash("80")))) == expected
    assert counter.standing() == before


def test_no_limit_for_the_cash_is_no_exchange(counter: Counter) -> None:
    counter.world.decree(limits={TOKEN.id: LIMITS})
    assert codes(counter.take(counter.quote(IN, cash("10")))) == [
        "limit.payment", "limit.customer_day", "limit.operator_day", "approval.second_person",
    ]  # fmt: skip


def freeze_anna(world: World) -> None:
    tp.freeze_customer(world.bank, world.anna.id, reason="a drill", by=world.ann)


def freeze_euro(world: World) -> None:
    with world.bank.store.unit_of_work() as uow:
        uow.assets.freeze(EUR.id, at_s=world.clock.now_s())


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (freeze_anna, "customer.frozen"),
        (freeze_euro, "asset.frozen"),
        (lambda world: tp.stop_payments(world.bank, reason="a drill", by=world.ann), "emergency.stop"),
        (lambda world: world.decree(hours=tp.Hours()), "hours.closed"),
    ],
)
@pytest.mark.parametrize("direction", [IN, OUT])
def test_the_gate_stands_before_an_exchange(
    counter: Counter, direction: tp.Direction, trouble: Callable[[World], object], expected: str
) -> None:
    quote = counter.quote(direction, cash("10"))
    trouble(counter.world)
    assert codes(counter.take(quote)) == [expected]
    assert counter.standing() == BEFORE


# --- a second person -------------------------------------------------------------------------


@pytest.mark.parametrize("direction", [IN, OUT])
def test_held_for_a_second_person_both_halves_are_reserved_and_then_moved(
    counter: Counter, direction: tp.Direction
) -> None:
    world, held = counter.world, counter.held(direction)
    assert counter.standing() == BEFORE
    token, money = ("conversion", "customer"), ("drawer", "conversion")
    legs = [token, money] if direction is IN else [token[::-1], money[::-1]]
    assert counter.waiting() == sorted([*legs, ("conversion", "fees")])
    assert held.intent.expires_at_s == held.intent.created_at_s + 300, "the price stands as long as the quote does"
    with pytest.raises(tp.WrongState, match="waits"):
        tp.close_shift(counter.bank, counter.shift.id, counts=[], by=world.tom, key=world.key())
    counter.rates.set(TOKEN, EUR, "3")
    assert tp.approve(counter.bank, held.id, by=world.bob).state is S.FINAL
    assert counter.waiting() == []
    assert counter.has("drawer", "drawer-1") == ("750.00" if direction is IN else "250.00")
    assert counter.has("fees", "bank") == "1.00"
    world.prove()


@pytest.mark.every_database
def test_what_is_reserved_is_not_given_twice(counter: Counter) -> None:
    held = counter.held(OUT)
    assert codes(counter.take(counter.quote(OUT, cash("260")))) == ["funds.insufficient", "approval.second_person"]
    tp.refuse(counter.bank, held.id, reason="no", by=counter.world.ann)
    counter.held(IN)
    over = counter.quote(IN, euro(160))
    assert codes(counter.take(over)) == ["exchange.position"]


def expired(counter: Counter, held: tp.Payment) -> None:
    counter.world.clock.advance(300)
    assert tp.expire(counter.bank, by=counter.world.engine).payments == 1


ENDS: dict[str, Callable[[Counter, tp.Payment], object]] = {
    "refused": lambda counter, held: tp.refuse(counter.bank, held.id, reason="no", by=counter.world.ann),
    "cancelled": lambda counter, held: tp.cancel(counter.bank, held.id, by=counter.world.tom),
    "expired": expired,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("direction", [IN, OUT])
def test_an_exchange_that_ends_unpaid_gives_both_halves_back(
    counter: Counter, direction: tp.Direction, end: str
) -> None:
    world, held = counter.world, counter.held(direction)
    ENDS[end](counter, held)
    assert world.now(held).state == end
    assert (counter.standing(), counter.waiting()) == (BEFORE, [])
    with counter.bank.store.engine.connect() as connection:
        uses = connection.exec_driver_sql("SELECT payment_id FROM limit_uses").scalars().all()
    assert held.id not in uses
    assert held.intent.cash is not None
    taken = tp.exchange(counter.bank, quote_id=held.intent.cash.quote_id, by=world.tom, key="again")
    assert codes(taken)[0] == "quote.taken", "a quote is taken once, whatever came of it"
    world.prove()


def test_a_price_does_not_outlive_its_quote(counter: Counter) -> None:
    world, held = counter.world, counter.held()
    world.clock.advance(300)
    refused = tp.approve(counter.bank, held.id, by=world.bob)
    assert (refused.state, [reason.code for reason in refused.reasons]) == (S.REFUSED, ["intent.expired"])
    assert (counter.standing(), counter.waiting()) == (BEFORE, [])


def test_a_hold_shorter_than_the_quote_ends_sooner(counter: Counter) -> None:
    counter.world.decree(held_for_s=60)
    held = counter.held()
    assert held.intent.expires_at_s == held.intent.created_at_s + 60


def test_the_approval_covers_the_cash_too(counter: Counter) -> None:
    held = counter.held()
    assert counter.world.now(held) == held
    counter.world.sql(
        "UPDATE payments SET intent = replace(intent, :before, :after) WHERE id = :id",
        before='"cash_units":"25000"', after='"cash_units":"45000"', id=held.id,
    )  # fmt: skip
    with pytest.raises(tp.IntegrityError, match="changed"):
        tp.approve(counter.bank, held.id, by=counter.world.bob)


# --- taking back, and all at once ------------------------------------------------------------


def test_an_exchange_is_undone_by_the_opposite_one(counter: Counter) -> None:
    done = payment(counter.take(counter.quote(OUT, cash("10"))))
    with pytest.raises(tp.WrongState, match="opposite exchange"):
        tp.reverse(counter.bank, done.id, by=counter.world.ann, key="back")
    with pytest.raises(tp.WrongState):
        tp.refund(counter.bank, of=done.id, to=done.intent.debtor, amount=euro(1), by=counter.world.tom, key="back")


@pytest.mark.parametrize("direction", [IN, OUT])
def test_one_quote_taken_by_many_at_once_is_taken_once(counter: Counter, direction: tp.Direction) -> None:
    quote, answers = counter.quote(direction, cash("10")), []
    ready = threading.Barrier(4)

    def one(number: int) -> None:
        ready.wait()
        answers.append(counter.take(quote, key=f"at once {number}"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paid = [answer for answer in answers if isinstance(answer, tp.Payment)]
    assert len(paid) == 1
    assert [codes(answer) for answer in answers if answer not in paid] == [["quote.taken"]] * 3
    counter.world.prove()


@pytest.mark.every_database
def test_the_power_goes_at_any_step_of_an_exchange_and_the_same_key_finishes_it(counter: Counter) -> None:
    steps = Steps()
    steps.watch(counter.bank.store.engine)
    steps._on = False
    quotes = [counter.quote(OUT, cash("1")) for _ in range(30)]
    payment(counter.take(quotes.pop(), key="first"))  # it opens accounts: it takes more steps than all that follow
    steps.taken, steps._on = 0, True
    payment(counter.take(quotes.pop(), key="whole"))
    cuts = range(1, steps.taken + 1, steps.taken // 25 + 1)
    for cut_at, quote in zip(cuts, quotes, strict=False):
        steps.cut_at, steps.taken, steps._on = cut_at, 0, True
        with pytest.raises(PowerCut):
            counter.take(quote, key=f"cut {cut_at}")
        assert payment(counter.take(quote, key=f"cut {cut_at}")).state is S.FINAL
    assert counter.has("drawer", "drawer-1") == f"{500 - 2 - len(cuts)}.00"
    assert counter.has("fees", "bank") == f"{2 + len(cuts)}.00"
    counter.world.prove()


def test_what_a_token_kept_of_a_sweep_is_not_sold(world: World) -> None:
    counter = Counter(world)
    world.endow(world.boris, 1_000)
    world.chain.add_token(CONTRACT, fee_percent=30, fee_told=True)
    world.sweep()
    world.chain.add_token(CONTRACT)
    code_hash = tp.token_facts(world.bank, TOKEN.id).code_hash
    for by in (world.ann, world.bob):
        tp.unfreeze_asset(world.bank, TOKEN.id, code_hash=code_hash, by=by)
    world.decree(limits={TOKEN.id: replace(LIMITS, alone_units=10**12), EUR.id: replace(CASH, alone_units=10**9)})
    assert codes(counter.take(counter.quote(IN, euro("100.000001")))) == ["exchange.position"]
    assert payment(counter.take(counter.quote(IN, euro(100)))).state is tp.PaymentState.FINAL
    world.prove()
