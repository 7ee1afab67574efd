"""What supervisors do: let go, stop, ask back and take back payments, look at cases, take cash in, freeze customers."""

from collections.abc import Callable

from tokenpay.counter.cash_count import CashCount
from tokenpay.ledger.chart import AccountKind
from tokenpay.operations.approve import approve
from tokenpay.operations.cancel import cancel
from tokenpay.operations.cases import case_balances, resolve_case
from tokenpay.operations.customers import freeze_customer, unfreeze_customer
from tokenpay.operations.move_cash import receive_cash
from tokenpay.operations.recall import recall
from tokenpay.operations.refund import refund
from tokenpay.operations.refuse import refuse
from tokenpay.operations.resume_chain import resume_chain
from tokenpay.operations.reverse import reverse
from tokenpay.parties.operator import Role
from tokenpay.payments.intent import BookParty
from tokenpay.payments.payment import LEAVING, PaymentState
from tokenpay.testing.simulator.act import Act, outcome
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.world import World


def a_supervisor(world: World, chance: Chance) -> str:
    return chance.of("who").choice(world.people_in(Role.SUPERVISOR))


def _waiting(world: World, *states: PaymentState) -> list[tuple[str, str]]:
    """Return (id, maker) of what is in one of these states, oldest first."""
    marks = ",".join("?" * len(states))
    query = f"SELECT id, maker FROM payments WHERE state IN ({marks}) ORDER BY created_at_s, id LIMIT 40"  # noqa: S608
    return [(id, maker) for id, maker in world.books.ask(query, *states)]


def let_go(world: World, chance: Chance) -> str:
    """Approve what waits; what one's own is, somebody else does."""
    held = _waiting(world, PaymentState.HELD)
    if not held:
        return "nothing waits"
    id, maker = chance.of("which").choice(held)
    checker = chance.of("who").choice([who for who in world.people_in(Role.SUPERVISOR) if who != maker])
    payment = world.ask(chance, checker, approve, keyed=False, payment_id=id)
    return f"{checker} approves {id}: {payment.state if payment else 'done before'}"


def refuse_it(world: World, chance: Chance) -> str:
    held, who = _waiting(world, PaymentState.HELD), a_supervisor(world, chance)
    if not held:
        return "nothing waits"
    id, _ = chance.of("which").choice(held)
    payment = world.ask(chance, who, refuse, keyed=False, payment_id=id, reason="not like this")
    return f"{who} refuses {id}: {payment.state if payment else 'done before'}"


def cancel_it(world: World, chance: Chance) -> str:
    waiting, who = _waiting(world, PaymentState.HELD, PaymentState.CLEARED), a_supervisor(world, chance)
    if not waiting:
        return "nothing waits"
    id, _ = chance.of("which").choice(waiting)
    payment = world.ask(chance, who, cancel, keyed=False, payment_id=id)
    return f"{who} cancels {id}: {payment.state if payment else 'done before'}"


def ask_back(world: World, chance: Chance) -> str:
    """Ask something back that has left, before a block has it."""
    leaving, who = _waiting(world, *sorted(LEAVING)), a_supervisor(world, chance)
    if not leaving:
        return "nothing is on its way"
    id, _ = chance.of("which").choice(leaving)
    payment = world.ask(chance, who, recall, keyed=False, payment_id=id, reason="the customer was deceived")
    return f"{who} recalls {id}: {payment.state if payment else 'done before'}"


def take_back(world: World, chance: Chance) -> str:
    who = a_supervisor(world, chance)
    if not world.payments:
        return "no payment"
    id = chance.of("which").choice(world.payments)
    return f"{who} reverses {id}: {outcome(world, world.ask(chance, who, reverse, payment_id=id))}"


def look_at_a_case(world: World, chance: Chance) -> str:
    """Give the money of a case to a customer, or resolve a case that holds none."""
    who, random = a_supervisor(world, chance), chance.of("case")
    found = world.books.ask("SELECT id FROM cases WHERE resolved_at_s IS NULL AND kind <> 'chain_halted' ORDER BY id")
    if not found:
        return "no case"
    case_id = random.choice(found)[0]
    standing = world.ask(chance, who, case_balances, keyed=False, case_id=case_id)
    tokens = [amount for amount in standing if amount.asset == world.token]
    if not tokens:
        world.ask(chance, who, resolve_case, keyed=False, case_id=case_id, resolution="looked at")
        return f"{who} resolves {case_id}"
    payee = BookParty(AccountKind.CUSTOMER, random.choice(world.customers))
    answer = world.ask(chance, who, refund, of=case_id, to=payee, amount=tokens[0])
    return f"{who} gives {tokens[0]} of {case_id} to {payee}: {outcome(world, answer)}"


def take_cash_in(world: World, chance: Chance) -> str:
    who = a_supervisor(world, chance)
    count = CashCount.parse(f"{chance.of('cash').randint(1, 20)}x50", world.cash.symbol)
    return f"{who} takes in {count}: {outcome(world, world.ask(chance, who, receive_cash, count=count))}"


def freeze_or_unfreeze(world: World, chance: Chance) -> str:
    who, random = a_supervisor(world, chance), chance.of("freeze")
    frozen = [row[0] for row in world.books.ask("SELECT id FROM customers WHERE status = 'frozen' ORDER BY id")]
    verb = unfreeze_customer if frozen else freeze_customer
    customer = random.choice(frozen or world.customers)
    world.ask(chance, who, verb, keyed=False, customer_id=customer, reason="looked at")
    return f"{who}: {customer} is {'active' if frozen else 'frozen'}"


def resume(world: World, chance: Chance) -> str:
    """Find out why a chain was halted, and have another supervisor let it go on."""
    who = a_supervisor(world, chance)
    other = chance.of("other").choice([each for each in world.people_in(Role.SUPERVISOR) if each != who])
    for (case_id,) in world.books.ask("SELECT id FROM cases WHERE resolved_at_s IS NULL AND kind = 'chain_halted'"):
        world.ask(chance, who, resolve_case, keyed=False, case_id=case_id, resolution="the node was exchanged")
    world.ask(chance, other, resume_chain, keyed=False, chain_id=world.chain.chain_id)
    return f"{who} looks at it, {other} lets the chain go on"


_DOES: tuple[tuple[str, int, Callable[[World, Chance], str]], ...] = (
    ("approve", 8, let_go),
    ("refuse", 1, refuse_it),
    ("cancel", 1, cancel_it),
    ("recall", 1, ask_back),
    ("reverse", 1, take_back),
    ("case", 4, look_at_a_case),
    ("take in cash", 1, take_cash_in),
    ("freeze", 1, freeze_or_unfreeze),
)
SUPERVISORS = tuple(Act(name=name, weight=weight, do=do) for name, weight, do in _DOES)
