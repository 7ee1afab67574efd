"""The money path with everything on, against the same path with stubs that permit everything.

On: screening of addresses and of names, risk by rules and by habit, what the Travel Rule asks and passkeys, as `clear`
asks them; verdicts lie where a bank's lie once a party was screened. Stubs answer in their place and ask nothing: no
list, no movement, no data is read. What is left in both is the payment itself: session, limits, approvals, ledger,
audit. Both ways pay at one bank by turns, in the books and to the chain, from a customer with more movements than are
remembered, and the time is that of the processor.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import tokenpay as tp
from tests.benchmarks import Row
from tests.benchmarks.databases import DATABASES, Urls, bank_on
from tests.benchmarks.interleaved import spread
from tests.world import OUTSIDE, World
from tokenpay.compliance.risk.activity import REMEMBERED
from tokenpay.compliance.screening import Screening, Verdict
from tokenpay.compliance.travel_rule import TravelFacts
from tokenpay.payments.intent import ChainParty, Intent
from tokenpay.steps.score_risk import NOTHING
from tokenpay.testing import FakeScreener

ROUNDS = 15
PAYMENTS = 20
GOAL = 2


def run() -> list[Row]:
    """Take turns between the two ways, so that a busy machine slows both alike."""
    return [*_measured("SQLite", DATABASES["sqlite"]), *_measured("PostgreSQL", DATABASES["postgresql"])]


def _measured(database: str, urls: Urls) -> list[Row]:
    with bank_on(urls) as world:
        world.endow(world.anna, 1_000_000)
        world.decree(risk=tp.RiskLines(habit=True))
        world.sweep()
        _compare_names(world)
        for _ in range(REMEMBERED):
            world.paid(1)
        rows = []
        for rail, creditor in (("in the books", None), ("to the chain", OUTSIDE)):

            def pay(creditor: str | None = creditor) -> None:
                if world.paid(1, creditor=creditor).state is tp.PaymentState.HELD:
                    raise RuntimeError("a payment of the benchmark was held: is the extra `risk` installed?")

            rows += _rows(f"{database}, {rail}", _rounds(world, pay))
        return rows


def _compare_names(world: World) -> None:
    """Put a list of names in place, and everybody's verdict where the gate reads it."""
    world.bank = replace(world.bank, screener=FakeScreener())
    table = b"id,kind,names,addresses,programs\n7,person,Osric Vane,,"
    given: dict[str, Any] = {"form": tp.ListForm.OWN, "files": [table], "dated_s": world.clock.now_s()}
    tp.load_list(world.bank, name="names", **given, by=world.ann)
    if not tp.screen_names(world.bank, by=world.engine).compared:
        raise RuntimeError("nobody's name was compared")


def _rounds(world: World, pay: Callable[[], None]) -> list[dict[str, float]]:
    """Return what a payment took in each round, the first left out; every other one begins the other way."""
    found = []
    for number in range(ROUNDS + 1):
        spent: dict[str, float] = {}
        for way in ("on", "stubs") if number % 2 else ("stubs", "on"):
            if way == "on":
                spent[way] = _spent(pay)
            else:
                with permissive():
                    spent[way] = _spent(pay)
        found.append(spent)
    return found[1:]


def _spent(pay: Callable[[], None]) -> float:
    began = time.process_time()
    for _ in range(PAYMENTS):
        pay()
    return (time.process_time() - began) / PAYMENTS


@contextmanager
def permissive() -> Iterator[None]:
    """Let the gate ask stubs that permit everything."""

    def clear_of_lists(_uow: Any, _bank: Any, intent: Intent) -> tuple[Screening, ...]:
        outside = (party for party in (intent.debtor, intent.creditor) if isinstance(party, ChainParty))
        return tuple(Screening(subject=str(party), verdict=Verdict.CLEAR) for party in outside)

    gate = "tokenpay.steps.clear"
    with (
        patch(f"{gate}.screened_parties", clear_of_lists),
        patch(f"{gate}.score_risk", lambda *_, **__: NOTHING),
        patch(f"{gate}.travel_facts", lambda *_, **__: TravelFacts()),
        patch(f"{gate}.with_passkeys", lambda *_, **__: True),
    ):
        yield


def _rows(what: str, rounds: list[dict[str, float]]) -> list[Row]:
    ratios = [each["on"] / each["stubs"] for each in rounds]
    ratio = statistics.median(ratios)
    on_s, stubs_s = (statistics.median(each[way] for each in rounds) for way in ("on", "stubs"))
    return [
        Row(
            what=f"{what}: everything on, to permissive stubs, CPU time",
            figure=f"{ratio:.2f}",
            spread=spread(ratios, "{:.2f}"),
            goal=f"{GOAL} at most",
            missed=ratio > GOAL,
        ),
        Row(
            what=f"{what}: a payment",
            figure=f"{on_s * 1e3:.2f} ms with everything on, {stubs_s * 1e3:.2f} ms with stubs",
        ),
    ]
