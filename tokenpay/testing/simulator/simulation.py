"""A bank's days from a seed: every step drawn, done, written down and checked."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from time import process_time
from typing import TypeVar

from tokenpay.errors import Conflict, IntegrityError, KeyReused, SignerRefused, StoreUnavailable, TokenpayError
from tokenpay.operations.reconcile import reconcile
from tokenpay.parties.operator import Role
from tokenpay.payments.payment import ON_ITS_WAY
from tokenpay.testing.quick_collection import quick_collection
from tokenpay.testing.simulator.act import Act
from tokenpay.testing.simulator.acts.engine import ENGINE, turn
from tokenpay.testing.simulator.acts.outside import OUTSIDE, mine_one
from tokenpay.testing.simulator.acts.supervisors import SUPERVISORS
from tokenpay.testing.simulator.acts.tellers import TELLERS, begin_shift, end_shift
from tokenpay.testing.simulator.broken import Broken
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.fault import FAULTS, Fault
from tokenpay.testing.simulator.founding import CONFIRMATIONS, found_world
from tokenpay.testing.simulator.invariants import INVARIANTS, Invariant
from tokenpay.testing.simulator.report import Failure, Report
from tokenpay.testing.simulator.two_tills import Baton, BorderedStore
from tokenpay.testing.simulator.virtual_clock import DAY_S, START_S

ACTS: tuple[Act, ...] = (*TELLERS, *SUPERVISORS, *ENGINE, *OUTSIDE)
ACTS_A_DAY = 400
OPENS_S, OPEN_FOR_S = 8 * 3_600, 10 * 3_600
FAULT_CHANCE = 0.12
_MOST_TURNS = 60
_LAST_LINES = 12
_Kind = TypeVar("_Kind", Act, Fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`days` of a bank with so many `branches`, each with `acts_a_day`; all of it a function of `seed`.

    In one of so many steps, by `fault_chance`, something goes wrong. A block is final under so many `confirmations`.
    Nothing happens after step `until`. Of `only` these steps each does what it did in the whole history, and in
    those of `calm` nothing goes wrong. `acts`, `faults` and `invariants` may be given others, of a bank's own.
    """

    seed: int
    days: int = 1
    branches: int = 1
    acts_a_day: int = ACTS_A_DAY
    until: int | None = None
    only: Collection[int] | None = None
    calm: Collection[int] = ()
    acts: Sequence[Act] = ACTS
    faults: Sequence[Fault] = FAULTS
    invariants: Sequence[Invariant] = INVARIANTS
    fault_chance: float = FAULT_CHANCE
    confirmations: int = CONFIRMATIONS

    def run(self, tell: Callable[[str], object] = lambda _: None) -> Report:
        """Live every day and return what came of it, a failure too; `tell` hears each line of the history."""
        began = process_time()
        with quick_collection():
            history = _History(self, tell)
            failure = history.live()
        history.world.close()
        return Report(
            seed=self.seed,
            days=self.days,
            branches=self.branches,
            steps=history.steps,
            digest=history.digest.hexdigest(),
            payments=len(history.world.books.payments),
            happened=+history.world.tally,
            faults=+history.world.faults,
            checked=history.checked,
            cpu_s=process_time() - began,
            failure=failure,
        )

    @property
    def steps_a_day(self) -> int:
        """The first step of a day opens it and the last closes it."""
        return self.acts_a_day * self.branches + 2


class _History:
    def __init__(self, simulation: Simulation, tell: Callable[[str], object]) -> None:
        self.simulation = simulation
        self.world = found_world(simulation.seed, simulation.branches, confirmations=simulation.confirmations)
        self.digest = sha256()
        self.steps = self.checked = 0
        self._tell = tell
        self._last: list[str] = []

    def live(self) -> Failure | None:
        step = 0
        try:
            self._check_whole()
            for step in self._numbers():
                self._step(step)
        except Broken as broken:
            return self._failure(step, broken)
        return None

    def _numbers(self) -> Iterator[int]:
        whole = self.simulation
        last = whole.days * whole.steps_a_day
        for step in range(1, last + 1 if whole.until is None else min(last, whole.until) + 1):
            if whole.only is None or step in whole.only:
                yield step

    def _step(self, step: int) -> None:
        world, a_day = self.world, self.simulation.steps_a_day
        day, of_day = divmod(step - 1, a_day)
        chance = Chance(self.simulation.seed, step)
        world.step = step
        world.entropy.begin(step)
        world.end_spells(step)
        at_s = START_S + day * DAY_S + OPENS_S + OPEN_FOR_S * of_day // a_day
        world.clock.reach(at_s + chance.of("time").randint(0, OPEN_FOR_S // a_day))
        before = Counter(world.faults)
        whole = of_day == a_day - 1
        if of_day == 0:
            said = self._guarded(lambda: self._open(chance), "open")
        elif whole:
            said = self._guarded(lambda: self._close(chance), "close")
        else:
            said = self._act(chance)
        self.steps += 1
        self._write(step, said, world.faults - before)
        self._check()
        if whole:
            self._check_whole()

    # --- acting

    def _act(self, chance: Chance) -> str:
        world, simulation = self.world, self.simulation
        act = _drawn(simulation.acts, chance.of("act"))
        left = world.chain.lose_answers, world.chain.lose_requests, world.node.lies
        wrong = simulation.faults and chance.of("fault").random() < simulation.fault_chance
        if wrong and world.step not in simulation.calm:
            fault = _drawn(simulation.faults, chance.of("which fault"))
            fault.strike(world, chance)
            act = next((known for known in simulation.acts if known.name == fault.then), act)
        try:
            if world.two_tills:
                return self._at_two_tills(act, chance)
            return self._guarded(lambda: act.do(world, chance), act.name)
        finally:
            world.steps.arm()
            world.lose_answer = world.repeat_call = world.two_tills = False
            self._count_silence(left)

    def _at_two_tills(self, act: Act, chance: Chance) -> str:
        """Let this step's act and another one, of a second caller, run in turns."""
        world, second = self.world, Chance(self.simulation.seed, self.world.step, "b")
        other = _drawn(self.simulation.acts, second.of("act"))
        baton, kept = Baton(chance.of("two tills")), world.bank
        world.bank = replace(kept, store=BorderedStore(kept.store, baton.border))
        try:
            said = baton.run(
                [
                    lambda: self._guarded(lambda: act.do(world, chance), act.name),
                    lambda: self._guarded(lambda: other.do(world, second), other.name),
                ]
            )
        finally:
            world.bank = kept
        world.faults["two tills"] += 1
        return " | ".join(said)

    def _guarded(self, do: Callable[[], str], name: str) -> str:
        """Do something; what the bank refuses is an outcome, and what must not happen to a caller is a failure."""
        lies = self.world.node.lies
        try:
            return f"{name}: {do()}"
        except (StoreUnavailable, KeyReused, SignerRefused) as error:
            raise Broken("no_call_fails_by_itself", f"{name}: {error.code}: {error.message}") from error
        except IntegrityError as error:
            if self.world.node.lies == lies:
                raise Broken("no_call_fails_by_itself", f"{name}: {error.code}: {error.message}") from error
            return f"{name}: {error.code}"
        except TokenpayError as error:
            if type(error) is Conflict:
                raise Broken("no_call_fails_by_itself", f"{name}: {error.code}: {error.message}") from error
            self.world.tally["errors"] += 1
            return f"{name}: {error.code}"
        except Broken:
            raise
        except Exception as error:
            raise Broken("no_call_fails_by_itself", f"{name}: {type(error).__name__}: {error}") from error

    def _count_silence(self, left: tuple[int, int, int]) -> None:
        world = self.world
        answers, requests, lies = left
        world.faults["silent node"] += max(0, answers - world.chain.lose_answers)
        world.faults["dropped"] += max(0, requests - world.chain.lose_requests)
        if world.node.lie is not None:
            world.faults[f"lie {world.node.lie}"] += world.node.lies - lies

    def _open(self, chance: Chance) -> str:
        """Sign everybody in, and let tellers count their drawers."""
        world = self.world
        world.sessions.clear()
        return ", ".join(
            self._guarded(lambda teller=teller: begin_shift(world, chance, teller), teller)  # type: ignore[misc]
            for teller in world.people_in(Role.TELLER)
        )

    def _close(self, chance: Chance) -> str:
        """Close the shifts, and let everything that left arrive."""
        world = self.world
        world.end_spells()
        world.chain.lose_answers = world.chain.lose_requests = 0
        said = [
            self._guarded(lambda teller=teller: end_shift(world, chance, teller), teller)  # type: ignore[misc]
            for teller in world.people_in(Role.TELLER)
        ]
        for number in range(_MOST_TURNS):
            turn(world, chance)
            if not self._under_way() and number > world.chain.confirmations:
                break
            world.clock.advance(130)  # past every resend and bump
            mine_one(world)
        else:
            raise Broken("everything_that_left_arrives", f"after {_MOST_TURNS} turns payments are still on their way")
        supervisor = world.people_in(Role.SUPERVISOR)[0]
        proof = reconcile(world.bank, by=world.session(supervisor))
        if not proof.holds:
            raise Broken("the_bank_proves_its_books", "reconcile finds that they do not hold")
        return f"{', '.join(said)}; {proof.records} records, root {proof.root.hex()}"

    def _under_way(self) -> bool:
        marks = ",".join("?" * len(ON_ITS_WAY))
        query = f"SELECT 1 FROM payments WHERE state IN ({marks}) LIMIT 1"  # noqa: S608 - our own words
        return bool(self.world.books.ask(query, *sorted(ON_ITS_WAY)))

    # --- writing and checking

    def _write(self, step: int, said: str, faults: Counter[str]) -> None:
        wrong = f" [{', '.join(sorted(faults))}]" if faults else ""
        line = f"{step:06d} {self.world.clock.text()} {said}{wrong}"
        self.digest.update(f"{line}\n".encode())
        self._last = [*self._last[1 - _LAST_LINES :], line]
        self._tell(line)

    def _check(self) -> None:
        self.world.look()
        self._hold()

    def _check_whole(self) -> None:
        """Read everything anew, and check it all at once."""
        world = self.world
        world.look_anew()
        self._hold()
        world.books.whole = False

    def _hold(self) -> None:
        for invariant in self.simulation.invariants:
            invariant(self.world)
            self.checked += 1

    def _failure(self, step: int, broken: Broken) -> Failure:
        simulation = self.simulation
        return Failure(
            seed=simulation.seed,
            days=simulation.days,
            branches=simulation.branches,
            acts_a_day=simulation.acts_a_day,
            step=step,
            invariant=broken.invariant,
            message=broken.message,
            only=None if simulation.only is None else tuple(sorted(simulation.only)),
            calm=tuple(sorted(simulation.calm)),
            lines=tuple(self._last),
        )


def _drawn(kinds: Sequence[_Kind], random: Random) -> _Kind:
    return random.choices(kinds, [kind.weight for kind in kinds])[0]
