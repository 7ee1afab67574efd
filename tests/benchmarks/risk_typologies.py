"""Precision and recall of risk scorers by typology, on made-up towns: `python -m tests.benchmarks.risk_typologies`.

`risk_people` makes the towns and knows no scorer. Every payment is made whatever a scorer says, as if a second
person had let it go, and each scorer is asked before it, with what the books held then.

recall: the share of episodes (one sum structured, one gathering, one theft ...) of which at least one payment is
held, for whatever reason; named: for its own typology; before: how many of its payments went before the first that was
held. precision: of the payments that a scorer holds for a typology, the share that is
dishonest, of whichever kind. A payment that is held for two typologies counts for both, and once in the last row.
The plain rules are what is written down first: one number each, on the same movements.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.benchmarks.risk_people import DAY_S, HOUR_S, KINDS, LINE, Town, Wish, town
from tokenpay.adapters.risk.habit import HabitScorer
from tokenpay.adapters.risk.rules import RuleScorer
from tokenpay.compliance.risk.activity import REMEMBERED, Activity, Movement
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.payments.intent import BookParty, ChainParty, Intent, Party, Purpose
from tokenpay.ports import RiskScorer

CHAIN_ID = 31_337
TOKEN = Asset.token(CHAIN_ID, Address(b"\x11" * 20), symbol="DEUR", decimals=2)
HABIT_FOUND = "out_of_habit"
Asked = Callable[[Intent, Activity, int], Iterable[str]]
"""Returns the typologies that a payment would be held for."""


@dataclass(kw_only=True)
class Tally:
    """What one scorer held, by typology: dishonest and honest payments, and the episodes it met."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    more_work: int = 0
    held: dict[str, dict[str, list[bool]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def take(self, wish: Wish, episode: str, held: set[str]) -> None:
        for name in {*held, *(("any",) if held else ())}:
            (self.right if wish.kind else self.wrong)[name] += 1
        self.more_work += bool(held and not wish.kind and wish.cents <= LINE)
        if wish.kind:
            self.held[wish.kind][episode].append(bool(held))
        if wish.kind in held:
            self.named[wish.kind].add(episode)

    def met(self, kind: str) -> int:
        return sum(any(held) for held in self.held[kind].values())

    def before(self, kind: str) -> str:
        """Return how many payments of an episode went before the first that was held, where one was, on average."""
        firsts = [held.index(True) for held in self.held[kind].values() if any(held)]
        return f"{sum(firsts) / len(firsts):.1f}" if firsts else "-"

    def precision(self, name: str) -> str:
        made = self.right[name] + self.wrong[name]
        return f"{self.right[name] / made:.2f} ({self.right[name]} of {made})" if made else "none held"


def plain(intent: Intent, activity: Activity, now_s: int) -> Iterable[str]:
    """One number for each typology, with no second condition."""
    units, line = intent.amount.units, activity.alone_units
    day = [movement for movement in activity.outgoing if movement.at_s >= now_s - DAY_S]
    week_in = [movement for movement in activity.incoming if movement.at_s >= now_s - 7 * DAY_S]
    if units * 10 >= line * 9 and units <= line:
        yield "structuring"
    if len({movement.counterparty for movement in week_in}) >= 5:
        yield "fan_in_exit"
    last_s = max((movement.at_s for movement in (*activity.outgoing, *activity.incoming)), default=0)
    if last_s and now_s - last_s > 90 * DAY_S:
        yield "dormant_waking"
    if any(abs(movement.units - units) * 10 <= units for movement in week_in):
        yield "round_trip"
    if now_s - activity.enrolled_at_s < 30 * DAY_S and units * 2 >= line:
        yield "pass_through"
    if len([movement for movement in day if movement.at_s >= now_s - HOUR_S]) >= 3:
        yield "drained"


def scored_by(scorer: RiskScorer) -> Asked:
    lines = RiskLines()

    def ask(intent: Intent, activity: Activity, now_s: int) -> Iterable[str]:
        found = scorer.assess(intent, activity, now_s).findings
        return [finding.typology for finding in found if finding.score >= lines.second_person_score]

    return ask


class Books:
    """What each customer has and moved, as far as a scorer is told."""

    def __init__(self, known: Town) -> None:
        self._enrolled_at_s = known.enrolled_at_s
        self._units: dict[str, int] = defaultdict(int)
        self._out: dict[str, tuple[Movement, ...]] = defaultdict(tuple)
        self._in: dict[str, tuple[Movement, ...]] = defaultdict(tuple)

    def paid(self, wish: Wish) -> tuple[Intent, Activity] | None:
        """Pay what is wanted and return what a scorer was asked before it; None where no customer pays, or none can."""
        asked = None
        if wish.debtor in self._enrolled_at_s:
            if self._units[wish.debtor] < wish.cents:
                return None
            asked = self._asked(wish)
            went = Movement(wish.at_s, wish.cents, TOKEN.id, str(asked[0].creditor))
            self._out[wish.debtor] = (*self._out[wish.debtor], went)[-REMEMBERED:]
            self._units[wish.debtor] -= wish.cents
        if wish.creditor in self._enrolled_at_s:
            came = Movement(wish.at_s, wish.cents, TOKEN.id, f"customer/{wish.debtor}")
            self._in[wish.creditor] = (*self._in[wish.creditor], came)[-REMEMBERED:]
            self._units[wish.creditor] += wish.cents
        return asked

    def _asked(self, wish: Wish) -> tuple[Intent, Activity]:
        intent = Intent(
            uetr=str(UUID(int=wish.number, version=4)),
            purpose=Purpose.PAYMENT,
            debtor=BookParty(AccountKind.CUSTOMER, wish.debtor),
            creditor=_party(wish.creditor),
            amount=Amount(TOKEN, wish.cents),
            maker="tim",
            created_at_s=wish.at_s,
            expires_at_s=wish.at_s + DAY_S,
        )
        activity = Activity(
            enrolled_at_s=self._enrolled_at_s[wish.debtor],
            available_units=self._units[wish.debtor],
            alone_units=LINE,
            outgoing=self._out[wish.debtor],
            incoming=self._in[wish.debtor],
        )
        return intent, activity


def _party(name: str) -> Party:
    if name.startswith("0x"):
        return ChainParty(CHAIN_ID, Address(bytes.fromhex(name[2:])))
    return BookParty(AccountKind.CUSTOMER, name)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What every scorer made of the towns, how many payments there were, and the episodes of each kind."""

    tallies: Mapping[str, Tally]
    honest: int
    dishonest: int
    episodes: Mapping[str, set[str]]


def measure(seeds: Sequence[int], scorers: Mapping[str, Asked]) -> Found:
    tallies = {name: Tally() for name in scorers}
    episodes: dict[str, set[str]] = defaultdict(set)
    honest = dishonest = 0
    for seed in seeds:
        made = town(seed)
        books = Books(made)
        for wish in made.wishes:
            asked = books.paid(wish)
            if asked is None:
                continue
            episode = f"{seed}/{wish.episode}"
            honest, dishonest = honest + (not wish.kind), dishonest + bool(wish.kind)
            if wish.kind:
                episodes[wish.kind].add(episode)
            for name, ask in scorers.items():
                tallies[name].take(wish, episode, set(ask(*asked, wish.at_s)))
    return Found(tallies=tallies, honest=honest, dishonest=dishonest, episodes=episodes)


def table(found: Found) -> list[str]:
    """Return the figures as lines of Markdown."""
    names = list(found.tallies)
    lines = [
        "| typology | episodes | " + " | ".join(f"{name}: recall, named, before, precision" for name in names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for kind in KINDS:
        total = max(len(found.episodes[kind]), 1)
        cells = []
        for tally in found.tallies.values():
            shares = f"{tally.met(kind) / total:.2f}, {len(tally.named[kind]) / total:.2f}"
            cells.append(f"{shares}, {tally.before(kind)}, {tally.precision(kind)}")
        lines.append(f"| `{kind}` | {total} | " + " | ".join(cells) + " |")
    whole = [f", , , {tally.precision(HABIT_FOUND)}" for tally in found.tallies.values()]
    lines.append(f"| `{HABIT_FOUND}` | | " + " | ".join(whole) + " |")
    total = sum(map(len, found.episodes.values()))
    recalls = [sum(map(tally.met, KINDS)) / total for tally in found.tallies.values()]
    cells = [
        f"{recall:.2f}, , , {tally.precision('any')}"
        for recall, tally in zip(recalls, found.tallies.values(), strict=True)
    ]
    lines.append(f"| all | {total} | " + " | ".join(cells) + " |")
    held = [f"{1_000 * tally.wrong['any'] / found.honest:.1f}" for tally in found.tallies.values()]
    lines.append("| honest payments held, of 1,000 | | " + " | ".join(held) + " |")
    more = [f"{1_000 * tally.more_work / found.honest:.1f}" for tally in found.tallies.values()]
    lines.append("| of these, within what one person may pay | | " + " | ".join(more) + " |")
    return lines


def counted(found: Found, towns: int, *, began_s: float) -> str:
    """Return in a line how much was measured, and how long it took."""
    took = f"{time.monotonic() - began_s:.0f} s"
    return f"{towns} towns, {found.honest:,} honest payments and {found.dishonest:,} others, {took}"


def contenders() -> dict[str, Asked]:
    rules, habit = scored_by(RuleScorer()), scored_by(HabitScorer())
    return {"rules": rules, "habit": habit, "both": lambda *asked: {*rules(*asked), *habit(*asked)}, "plain": plain}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.risk_typologies", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many towns")
    parser.add_argument("--first", type=int, default=1_000, help="the seed of the first; none of these was tuned on")
    given = parser.parse_args()
    began = time.monotonic()
    found = measure(range(given.first, given.first + given.seeds), contenders())
    print("\n".join(table(found)))
    print(f"\n{counted(found, given.seeds, began_s=began)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
