"""What tellers do, for the customers before them and in their shifts."""

from collections import Counter
from collections.abc import Callable
from random import Random

from tokenpay.counter.cash_count import CashCount, faces
from tokenpay.counter.quote import Direction
from tokenpay.counter.shift import Shift, ShiftState
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.operations.close_shift import close_shift
from tokenpay.operations.customers import enrol_customer
from tokenpay.operations.exchange import exchange
from tokenpay.operations.issue_request import cancel_request, issue_request
from tokenpay.operations.move_cash import CashDirection, allocate_cash
from tokenpay.operations.open_shift import open_shift
from tokenpay.operations.pay import pay
from tokenpay.operations.pay_batch import pay_batch
from tokenpay.operations.quote_exchange import quote_exchange
from tokenpay.operations.refund import refund
from tokenpay.parties.operator import Role
from tokenpay.payments.intent import parse_party
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.primitives.keccak import keccak256
from tokenpay.requests.payment_request import Terms
from tokenpay.testing.simulator.act import Act, outcome, small_units
from tokenpay.testing.simulator.answers import id_of
from tokenpay.testing.simulator.broken import Broken
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.world import World

MOST_CUSTOMERS_A_BRANCH = 40
IN_DRAWER_UNITS = 20_000
_STAFF = (2, 15, 40, 100)


def a_teller(world: World, chance: Chance) -> str:
    return chance.of("who").choice(world.people_in(Role.TELLER))


def drawer_of(teller: str) -> str:
    return f"drawer-{teller}"


def _two_customers(world: World, random: Random) -> tuple[str, str]:
    debtor, creditor = random.sample(world.customers, 2)
    return f"customer/{debtor}", f"customer/{creditor}"


def enrol(world: World, chance: Chance) -> str:
    teller = a_teller(world, chance)
    if len(world.customers) >= MOST_CUSTOMERS_A_BRANCH * (len(world.people) // 4):
        return "nobody comes"
    customer = world.ask(chance, teller, enrol_customer, name=f"Customer {chance.of('name').randint(1, 10**6)}")
    world.customers.append(customer.id)
    world.tally["customers"] += 1
    return f"{teller} enrols {customer.id}"


def ask_for_money(world: World, chance: Chance) -> str:
    teller, random = a_teller(world, chance), chance.of("request")
    units = None if random.random() < 0.1 else small_units(random)
    terms = Terms.PARTS if units is None else random.choice(list(Terms))
    request = world.ask(
        chance,
        teller,
        issue_request,
        payee=random.choice(world.customers),
        asset=world.token,
        amount=None if units is None else world.amount(units),
        terms=terms,
        expires_in_s=random.choice((60, 900, 3_600, 86_400)),
    )
    world.requests.append(request)
    world.tally["requests"] += 1
    return f"{teller} issues {request.id} for {units or 'any amount'}, {terms}"


def pay_in_the_books(world: World, chance: Chance) -> str:
    teller, random = a_teller(world, chance), chance.of("payment")
    debtor, creditor = _two_customers(world, random)
    amount = world.amount(small_units(random))
    answer = world.ask(chance, teller, pay, debtor=debtor, creditor=creditor, amount=amount)
    return f"{teller}: {debtor} pays {creditor} {amount}: {outcome(world, answer)}"


def pay_a_request(world: World, chance: Chance) -> str:
    teller, random = a_teller(world, chance), chance.of("payment")
    if not world.requests:
        return "no request"
    request = random.choice(world.requests)
    debtor = f"customer/{random.choice(world.customers)}"
    units = (request.amount.units if request.amount else 500) + random.choice((0, 0, 0, -1, 1))
    if debtor == request.payee or units < 1:
        return "nothing to pay"
    answer = world.ask(
        chance,
        teller,
        pay,
        debtor=debtor,
        creditor=request.payee,
        amount=world.amount(units),
        request_id=request.id,
    )
    return f"{teller}: {debtor} pays {units} for {request.id}: {outcome(world, answer)}"


def _outsider(world: World, number: int) -> str:
    return Address(keccak256(f"outsider {number}".encode())[:20]).caip10(world.chain.chain_id)


def pay_out(world: World, chance: Chance) -> str:
    """To an address that was never paid before, or to one that was."""
    teller, random = a_teller(world, chance), chance.of("payment")
    debtor = f"customer/{random.choice(world.customers)}"
    number = random.choice((world.tally["payouts"], world.tally["payouts"], 0))
    payee = _outsider(world, number)
    amount = world.amount(small_units(random))
    answer = world.ask(chance, teller, pay, debtor=debtor, creditor=payee, amount=amount)
    world.tally["payouts"] += 1
    return f"{teller}: {debtor} pays out {amount} to {payee}: {outcome(world, answer)}"


def pay_wages(world: World, chance: Chance) -> str:
    """Many at once: mostly to customers, now and then to an address outside or more than may be paid."""
    teller, random = a_teller(world, chance), chance.of("wages")
    employer, *staff = random.sample(world.customers, len(world.customers))
    orders = []
    for number in range(random.choice(_STAFF)):
        creditor = f"customer/{random.choice(staff)}"
        if random.random() < 0.02:
            creditor = _outsider(world, world.tally["payouts"] + number)
        units = 60_000 if random.random() < 0.01 else random.randint(1, 200)
        orders.append(PaymentOrder(debtor=f"customer/{employer}", creditor=creditor, amount=world.amount(units)))
    answers = world.ask(chance, teller, pay_batch, orders=orders)
    world.tally["payouts"] += len(orders)
    said = Counter(outcome(world, answer).split(" ")[0].rstrip(":") for answer in answers)
    world.tally["batches"] += 1
    return f"{teller}: customer/{employer} pays {len(orders)}: {', '.join(f'{n} {what}' for what, n in said.items())}"


def stop_asking(world: World, chance: Chance) -> str:
    teller = a_teller(world, chance)
    if not world.requests:
        return "no request"
    request = chance.of("request").choice(world.requests)
    state = world.ask(chance, teller, cancel_request, keyed=False, request_id=request.id)
    return f"{teller} cancels {request.id}: {state}"


def pay_back(world: World, chance: Chance) -> str:
    teller, random = a_teller(world, chance), chance.of("refund")
    if not world.payments:
        return "no payment"
    of = random.choice(world.payments)
    payment = world.books.payments.get(of)
    if payment is None or payment.rail != "book":
        return "nothing to pay back"
    amount = Amount(world.token, random.randint(1, payment.units))
    answer = world.ask(chance, teller, refund, of=of, to=parse_party(payment.debtor), amount=amount)
    return f"{teller} pays back {amount} of {of}: {outcome(world, answer)}"


def ask_again(world: World, chance: Chance) -> str:
    """A terminal that was switched off asks after an old order, with its key."""
    old = chance.of("again").choice(list(world.answers.known.values())[-200:])
    again = old.again()
    if id_of(again) != old.id:
        raise Broken("nothing_answered_is_lost", f"{old.id} was answered to {old.key}, and then something else")
    return f"{old.key} is asked again: {old.id}"


def exchange_cash(world: World, chance: Chance) -> str:
    teller, random = a_teller(world, chance), chance.of("exchange")
    direction = random.choice(list(Direction))
    amount = Amount(world.cash, random.randint(100, 5_000))
    quote = world.ask(
        chance,
        teller,
        quote_exchange,
        keyed=False,
        customer_id=random.choice(world.customers),
        direction=direction,
        amount=amount,
        against=world.token,
    )
    answer = world.ask(chance, teller, exchange, quote_id=quote.id)
    return f"{teller} exchanges {amount}, {direction}: {outcome(world, answer)}"


def bring_cash(world: World, chance: Chance) -> str:
    teller, random = a_teller(world, chance), chance.of("cash")
    direction = random.choice(list(CashDirection))
    answer = world.ask(
        chance,
        teller,
        allocate_cash,
        drawer=drawer_of(teller),
        amount=Amount(world.cash, random.randint(1, IN_DRAWER_UNITS)),
        direction=direction,
    )
    return f"{teller} moves cash {direction}: {outcome(world, answer)}"


def count_of(world: World, drawer: str, off_units: int = 0) -> list[CashCount]:
    """Return a count of what the books say lies in a drawer, or of so many units more or less."""
    left = max(0, in_drawer(world, drawer) + off_units)
    pieces: dict[int, int] = {}
    for face in faces(world.cash.symbol):
        pieces[face.units], left = divmod(left, face.units)
    return [CashCount(currency=world.cash.symbol, pieces=pieces)]


def in_drawer(world: World, drawer: str) -> int:
    query = "SELECT debits_posted, credits_posted FROM accounts WHERE kind = ? AND owner = ?"
    return sum(int(debits) - int(credits) for debits, credits in world.books.ask(query, AccountKind.DRAWER, drawer))


def begin_shift(world: World, chance: Chance, teller: str) -> str:
    """Count a drawer, open a shift of it, and fill it from the vault."""
    opened = world.ask(chance, teller, open_shift, drawer=drawer_of(teller), opening=count_of(world, drawer_of(teller)))
    if not isinstance(opened, Shift):
        return "no shift"
    wanted = IN_DRAWER_UNITS - in_drawer(world, drawer_of(teller))
    if wanted > 0:
        amount, out = Amount(world.cash, wanted), CashDirection.TO_DRAWER
        world.ask(chance, teller, allocate_cash, drawer=drawer_of(teller), amount=amount, direction=out)
    world.tally["shifts"] += 1
    return f"shift {opened.id}"


def end_shift(world: World, chance: Chance, teller: str) -> str:
    """Count a drawer, now and then a little off, and close its shift."""
    query = "SELECT id FROM shifts WHERE operator_id = ? AND state = ?"
    found = world.books.ask(query, teller, ShiftState.OPEN)
    if not found:
        return "no shift"
    off_units = chance.of(teller).choice((0, 0, 0, 0, -3, 5))
    counts = count_of(world, drawer_of(teller), off_units)
    closed = world.ask(chance, teller, close_shift, shift_id=found[0][0], counts=counts)
    return f"shift {closed.state}" if isinstance(closed, Shift) else "shift not closed"


_DOES: tuple[tuple[str, int, Callable[[World, Chance], str]], ...] = (
    ("enrol", 2, enrol),
    ("request", 9, ask_for_money),
    ("pay", 240, pay_in_the_books),
    ("pay request", 10, pay_a_request),
    ("pay out", 8, pay_out),
    ("wages", 4, pay_wages),
    ("cancel request", 1, stop_asking),
    ("refund", 2, pay_back),
    ("ask again", 3, ask_again),
    ("exchange", 5, exchange_cash),
    ("move cash", 1, bring_cash),
)
TELLERS = tuple(Act(name=name, weight=weight, do=do) for name, weight, do in _DOES)
