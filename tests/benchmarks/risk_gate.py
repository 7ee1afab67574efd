"""What the gate of a real bank makes of the payments of made-up towns: `python -m tests.benchmarks.risk_gate`.

`risk_people` makes the towns and knows no scorer; `risk_typologies` says what recall, named, before and precision are.
Here nobody is asked as a function. Each town has a bank of its own, on SQLite: its customers are enrolled, what comes
from outside is paid by customers who stand for it, and each payment goes through `pay`, the gate and the engine, which
turns once a day, until it is final. What the gate held is read from the payment's reasons, and a second person
approves it, so that the town goes on as it was drawn. The policy asks for habits too: without them is what is left
when `risk.out_of_habit` is taken away, for no hold changes what is paid.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import tokenpay as tp
from tests.benchmarks.databases import DATABASES, bank_on
from tests.benchmarks.risk_people import DAY_S, LINE, START_S, Town, Wish, town
from tests.benchmarks.risk_typologies import HABIT_FOUND, Found, Tally, counted, table
from tests.world import CHAIN_ID, COIN, COIN_WEI, LIMITS, TOKEN, World, sign_in

UNITS = LIMITS.alone_units // LINE
"""Of a cent: the town's line is what one person may pay at the bank."""
OUTSIDE_WHOLE = 10_000_000
MOST = 10**18
RISK = "risk."
SHIFT_S = 4 * 3_600
TILLS = ("ann", "bob", "tom")


@dataclass(kw_only=True)
class Branch:
    """A town's bank: who is customer under which number, and what each has, in cents."""

    world: World
    town: Town
    shift_s: int
    numbers: dict[str, str] = field(default_factory=dict)
    cents: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    signed_in_s: int = 0
    day: int = 0

    def open(self) -> None:
        """Enrol whoever is known when the town begins, and fill what stands for the outside."""
        world = self.world
        world.decree(
            limits={TOKEN.id: replace(LIMITS, payment_units=MOST, customer_day_units=MOST, operator_day_units=MOST)},
            list_max_age_s=400 * DAY_S,
            risk=tp.RiskLines(habit=True),
        )
        world.chain.deposit(None, world.treasury, 100 * COIN_WEI)
        world.to_finality()
        tp.recognise_holding(world.bank, asset_id=COIN.id, by=world.ann)
        outside = {wish.debtor for wish in self.town.wishes} - set(self.town.enrolled_at_s)
        for name in sorted(outside):
            world.endow(self._enrol(name), OUTSIDE_WHOLE)
        world.sweep()
        self.shift_s = -(-(world.clock.at_s - START_S) // DAY_S) * DAY_S
        for name, at_s in self.town.enrolled_at_s.items():
            if at_s < START_S:
                self._enrol(name)
                world.sql(
                    "UPDATE customers SET enrolled_at_s = :at_s WHERE id = :id",
                    at_s=at_s + self.shift_s,
                    id=self.numbers[name],
                )

    def _enrol(self, name: str) -> tp.Customer:
        customer = tp.enrol_customer(self.world.bank, name=name, by=self.world.tom, key=f"enrol {name}")
        self.numbers[name] = customer.id
        return customer

    def asked(self) -> Iterator[tuple[Wish, set[str]]]:
        """Pay what is wanted, and yield for what the gate held each payment of the town's own customers."""
        for wish in self.town.wishes:
            known = wish.debtor in self.town.enrolled_at_s
            if known and self.cents[wish.debtor] < wish.cents:
                continue
            self._wait_until(wish.at_s + self.shift_s)
            for name in (wish.debtor, wish.creditor):
                if name not in self.numbers and not name.startswith("0x"):
                    self._enrol(name)
            held = self._paid(wish)
            self.cents[wish.debtor] -= wish.cents
            self.cents[wish.creditor] += wish.cents
            if known:
                yield wish, held

    def _wait_until(self, at_s: int) -> None:
        world = self.world
        world.clock.at_s = max(world.clock.at_s, at_s)
        if at_s - self.signed_in_s > SHIFT_S:
            self.signed_in_s = at_s
            for id in TILLS:
                setattr(world, id, sign_in(world.bank, id))
        if at_s // DAY_S == self.day:
            return
        self.day = at_s // DAY_S
        world.engine = tp.engine_session(world.bank)
        world.chain.mine(timestamp_s=world.clock.at_s)
        world.to_finality()

    def _paid(self, wish: Wish) -> set[str]:
        world = self.world
        name = wish.creditor
        creditor = tp.Address.parse(name).caip10(CHAIN_ID) if name.startswith("0x") else self._party(name)
        amount = tp.Amount(TOKEN, wish.cents * UNITS)
        paid = tp.pay(
            world.bank, debtor=self._party(wish.debtor), creditor=creditor, amount=amount, by=world.tom, key=world.key()
        )
        if not isinstance(paid, tp.Payment):
            raise RuntimeError(f"the town's payment was refused: {paid.reasons}")
        codes = {reason.code for reason in paid.reasons}
        if paid.state is tp.PaymentState.HELD:
            tp.approve(world.bank, paid.id, by=world.bob)
        if "risk.unavailable" in codes:
            raise RuntimeError("a scorer gave no answer: is the extra `risk` installed?")
        return {code.removeprefix(RISK) for code in codes if code.startswith(RISK)}

    def _party(self, name: str) -> str:
        return f"customer/{self.numbers[name]}"

    def cases(self) -> set[str]:
        """Return about whom a case of risk was opened."""
        names = {f"customer/{number}": name for name, number in self.numbers.items()}
        found = tp.list_cases(self.world.bank, by=self.world.ann)
        return {names[case.subject] for case in found if case.kind is tp.CaseKind.RISK}


def measure(seeds: range) -> tuple[Found, str]:
    tallies = {name: Tally() for name in ("rules", "habit", "both")}
    episodes: dict[str, set[str]] = defaultdict(set)
    honest = dishonest = people = right = wrong = guilty = 0
    for seed in seeds:
        with bank_on(DATABASES["sqlite"]) as world:
            branch = Branch(world=world, town=town(seed), shift_s=0)
            branch.open()
            bad: set[str] = set()
            for wish, held in branch.asked():
                honest, dishonest = honest + (not wish.kind), dishonest + bool(wish.kind)
                episode = f"{seed}/{wish.episode}"
                if wish.kind:
                    episodes[wish.kind].add(episode)
                    bad.add(wish.debtor)
                tallies["rules"].take(wish, episode, held - {HABIT_FOUND})
                tallies["habit"].take(wish, episode, held & {HABIT_FOUND})
                tallies["both"].take(wish, episode, held)
            cases = branch.cases() & set(branch.town.enrolled_at_s)
            people, guilty = people + len(branch.town.enrolled_at_s) - len(bad), guilty + len(bad)
            right, wrong = right + len(cases & bad), wrong + len(cases - bad)
            world.prove()
    told = f"a case about {right} of {guilty} customers with a dishonest payment, and about {wrong} of {people} others"
    return Found(tallies=tallies, honest=honest, dishonest=dishonest, episodes=episodes), told


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.risk_gate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="how many towns; one takes minutes")
    parser.add_argument("--first", type=int, default=2_000, help="the seed of the first; none of these was tuned on")
    given = parser.parse_args()
    began = time.monotonic()
    found, cases = measure(range(given.first, given.first + given.seeds))
    print("\n".join(table(found)))
    print(f"\n{cases}; books and chain agree to the last unit")
    print(counted(found, given.seeds, began_s=began))
    return 0


if __name__ == "__main__":
    sys.exit(main())
