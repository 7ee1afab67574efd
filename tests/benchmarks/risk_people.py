"""People of a made-up bank: ordinary ones, and those whom published red flags tell of. Nobody here knows a scorer.

What the dishonest do is taken from words, not from anybody's thresholds: FATF, "Virtual Assets: Red Flag
Indicators" (2020), FinCEN's advisories on structuring and funnel accounts, Egmont's cases of mules. Where the
words leave a number open, it is drawn wide: some of them are careful. The ordinary do what looks alike: shops
gather, students spend all that comes, companies pay wages in one go, friends pay each other back, savers wake
after months to buy a car.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

HOUR_S, DAY_S = 3_600, 86_400
START_S = 1_790_553_600  # a Monday, 00:00 UTC
LINE = 1_000_00
"""What one person may pay alone, in cents: everybody in the town knows it."""
STRUCTURING, FAN_IN, DORMANT, ROUND, MULE, TAKEN_OVER = (
    "structuring",
    "fan_in_exit",
    "dormant_waking",
    "round_trip",
    "pass_through",
    "drained",
)
KINDS = (STRUCTURING, FAN_IN, DORMANT, ROUND, MULE, TAKEN_OVER)


@dataclass(frozen=True, slots=True, order=True)
class Wish:
    """Somebody wants to pay. `kind` and `episode` say what it is a part of, empty for what is ordinary."""

    at_s: int
    number: int
    debtor: str
    creditor: str
    cents: int
    kind: str = ""
    episode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Since when each customer is known, and all that is wanted, in the order of time."""

    enrolled_at_s: dict[str, int]
    wishes: list[Wish]


class _Days:
    """Draws a town's year from a seed."""

    def __init__(self, seed: int, days: int) -> None:
        self.random, self.days = Random(seed), days
        self.enrolled: dict[str, int] = {}
        self.wishes: list[Wish] = []
        self._numbers = count()

    def customer(self, name: str, *, known_days: float | None = None) -> str:
        known = self.random.uniform(200, 1_500) if known_days is None else known_days
        self.enrolled[name] = int(START_S - known * DAY_S)
        return name

    def newcomer(self, name: str, day: float) -> str:
        self.enrolled[name] = int(START_S + day * DAY_S)
        return name

    def want(self, day: float, debtor: str, creditor: str, cents: float, kind: str = "", episode: str = "") -> None:
        if 0 <= day < self.days and cents >= 1:
            at_s = int(START_S + day * DAY_S)
            self.wishes.append(Wish(at_s, next(self._numbers), debtor, creditor, int(cents), kind, episode))

    def daytime(self) -> float:
        return self.random.triangular(7, 22, 15) / 24

    def outside(self) -> str:
        return f"0x{self.random.getrandbits(160):040x}"


def town(seed: int, *, days: int = 150) -> Town:
    """Return a town of about seventy customers, of whom twelve are dishonest or robbed, two of each kind."""
    drawn = _Days(seed, days)
    shops = [drawn.customer(f"shop{n}") for n in range(6)]
    people = [drawn.customer(f"person{n}") for n in range(36)]
    for name in people:
        _salaried(drawn, name, shops, people)
    for name in shops:
        _shop(drawn, name, people)
    _company(drawn, people)
    for n in range(6):
        _student(drawn, f"student{n}", shops)
    for n in range(4):
        _saver(drawn, f"saver{n}", shops)
    for n in range(6):
        _mover(drawn, f"mover{n}", shops)
    for n in range(2):
        _structurer(drawn, f"structurer{n}", shops)
        _gatherer(drawn, f"gatherer{n}", people)
        _sleeper(drawn, f"sleeper{n}")
        _merry_go_round(drawn, f"round{n}", shops)
        _mule(drawn, f"mule{n}")
        _robbed(drawn, drawn.random.choice(people), n)
    heapq.heapify(drawn.wishes)
    return Town(enrolled_at_s=drawn.enrolled, wishes=sorted(drawn.wishes))


def _month_days(drawn: _Days, day_of_month: float) -> Iterator[float]:
    yield from (start + day_of_month for start in range(0, drawn.days, 30))


# --- ordinary people -------------------------------------------------------------------------


def _salaried(drawn: _Days, name: str, shops: list[str], people: list[str]) -> None:
    random, wage = drawn.random, drawn.random.uniform(1_800_00, 4_500_00)
    landlord, favourites, friend = drawn.outside(), random.sample(shops, 3), random.choice(people)
    for day in _month_days(drawn, 1):
        drawn.want(day + drawn.daytime(), "employers", name, wage)
        drawn.want(day + random.randint(1, 3) + drawn.daytime(), name, landlord, wage * random.uniform(0.25, 0.35))
    for day in range(drawn.days):
        if random.random() < 0.45:
            drawn.want(day + drawn.daytime(), name, random.choice(favourites), random.lognormvariate(8, 0.7))
        if random.random() < 0.02 and friend != name:  # lunch, and it is paid back
            cents = random.uniform(8_00, 60_00)
            drawn.want(day + drawn.daytime(), name, friend, cents)
            drawn.want(day + random.uniform(0.2, 6), friend, name, cents)
    if random.random() < 0.3:  # something large, once, to a shop never seen before
        drawn.want(random.uniform(30, drawn.days) + 0.5, name, drawn.outside(), wage * random.uniform(0.5, 1.2))


def _shop(drawn: _Days, name: str, people: list[str]) -> None:
    owner, supplier = drawn.outside(), drawn.outside()
    for week in range(0, drawn.days, 7):
        drawn.want(week + 0.75, name, owner, drawn.random.uniform(250_00, 950_00))
        drawn.want(week + 3.4, name, supplier, drawn.random.uniform(150_00, 900_00))


def _company(drawn: _Days, people: list[str]) -> None:
    name = drawn.customer("company")
    staff = drawn.random.sample(people, 18)
    for day in _month_days(drawn, 26):
        drawn.want(day - 3, "employers", name, 60_000_00)
        for n, person in enumerate(staff):
            drawn.want(day + 0.4 + n / 5_000, name, person, drawn.random.uniform(700_00, 2_800_00))
        staff[drawn.random.randrange(len(staff))] = drawn.random.choice(people)


def _student(drawn: _Days, name: str, shops: list[str]) -> None:
    drawn.customer(name)
    allowance, room = drawn.random.uniform(700_00, 1_600_00), drawn.outside()
    for day in _month_days(drawn, 2):
        drawn.want(day + drawn.daytime(), "parents", name, allowance)
        drawn.want(day + 1 + drawn.daytime(), name, room, allowance * 0.5)
        for _ in range(10):
            drawn.want(day + 1 + drawn.random.random() * 20, name, drawn.random.choice(shops), allowance * 0.045)


def _saver(drawn: _Days, name: str, shops: list[str]) -> None:
    drawn.customer(name, known_days=drawn.random.uniform(300, 900))
    drawn.want(0.5, "employers", name, drawn.random.uniform(4_000_00, 20_000_00))
    day = drawn.random.uniform(60, drawn.days - 5)
    for _ in range(drawn.random.randint(1, 4)):
        drawn.want(
            day + drawn.random.random() * 3, name, drawn.random.choice(shops), drawn.random.uniform(50_00, 1_500_00)
        )


def _mover(drawn: _Days, name: str, shops: list[str]) -> None:
    """Somebody new in town: brings their savings, pays a deposit, furniture and rent."""
    day = drawn.random.uniform(2, drawn.days - 40)
    drawn.newcomer(name, day)
    savings, landlord = drawn.random.uniform(2_500_00, 9_000_00), drawn.outside()
    drawn.want(day + 0.2, "other banks", name, savings)
    drawn.want(day + drawn.random.uniform(1, 6), name, landlord, savings * drawn.random.uniform(0.2, 0.45))
    for _ in range(6):
        drawn.want(
            day + drawn.random.uniform(1, 25),
            name,
            drawn.random.choice(shops),
            savings * drawn.random.uniform(0.01, 0.08),
        )


# --- those whom red flags tell of ------------------------------------------------------------


def _structurer(drawn: _Days, name: str, shops: list[str]) -> None:
    """Splits a sum, so that no part is looked at."""
    random = drawn.random
    drawn.customer(name)
    for n in range(2):
        day = random.uniform(15 + 60 * n, 60 + 60 * n)
        total, careful = random.uniform(3, 8) * LINE, random.uniform(0.55, 0.9)
        drawn.want(day - random.uniform(0.2, 8), "employers", name, total * 1.1)
        payees = [drawn.outside() for _ in range(random.randint(1, 3))]
        while total > 0:
            part = min(total, random.uniform(careful, 0.995) * LINE)
            drawn.want(day, name, random.choice(payees), part, STRUCTURING, f"{name}/{n}")
            total, day = total - part, day + random.expovariate(1 / random.uniform(0.1, 1.2))
    for day in range(0, drawn.days, 4):
        drawn.want(day + drawn.daytime(), name, random.choice(shops), random.uniform(10_00, 60_00))


def _gatherer(drawn: _Days, name: str, people: list[str]) -> None:
    """Small sums from many who have nothing to do with each other; then all of it goes to one wallet."""
    random = drawn.random
    drawn.customer(name, known_days=random.uniform(20, 600))
    for n in range(2):
        day, span = random.uniform(10 + 65 * n, 55 + 65 * n), random.uniform(0.5, 9)
        victims = random.sample(people, random.randint(4, 14))
        gathered = 0.0
        for victim in victims:
            cents = random.uniform(60_00, 420_00)
            gathered += cents
            drawn.want(day - random.random() * span, victim, name, cents)
        away, parts = drawn.outside(), random.randint(1, 4)
        for _ in range(parts):
            share = gathered * random.uniform(0.75, 1) / parts
            drawn.want(day + random.uniform(0.02, 2.5), name, away, share, FAN_IN, f"{name}/{n}")


def _sleeper(drawn: _Days, name: str) -> None:
    """An account that nobody used wakes, is filled or was full, and is emptied."""
    random = drawn.random
    drawn.customer(name, known_days=random.uniform(200, 900))
    day, money = random.uniform(60, drawn.days - 10), random.uniform(1_500_00, 12_000_00)
    if random.random() < 0.5:
        drawn.want(random.uniform(0, 2), "employers", name, money)
    else:
        drawn.want(day - random.uniform(0.05, 2), "other banks", name, money)
    parts = random.randint(1, 6)
    payees = [drawn.outside() for _ in range(random.randint(1, 2))]
    for _ in range(parts):
        share = money * random.uniform(0.7, 1) / parts
        drawn.want(day + random.random() * random.uniform(0.1, 4), name, random.choice(payees), share, DORMANT, name)


def _merry_go_round(drawn: _Days, name: str, shops: list[str]) -> None:
    """The same money goes out and comes back, to look like business."""
    random = drawn.random
    drawn.customer(name)
    partners = [drawn.outside() for _ in range(random.randint(1, 3))]
    money, day = random.uniform(0.4, 1.8) * LINE, random.uniform(20, drawn.days - 45)
    drawn.want(day - random.uniform(1, 20), "employers", name, money * 1.5)
    for _ in range(random.randint(4, 8)):
        drawn.want(day, name, random.choice(partners), money, ROUND, name)
        day += random.uniform(0.3, 5)
        money *= random.uniform(0.93, 1)
        drawn.want(day, "partners", name, money)
        day += random.uniform(0.1, 3)
    for day in range(0, drawn.days, 5):
        drawn.want(day + drawn.daytime(), name, random.choice(shops), random.uniform(5_00, 40_00))


def _mule(drawn: _Days, name: str) -> None:
    """Opens an account, gets somebody's money, and passes it on."""
    random = drawn.random
    opened = random.uniform(5, drawn.days - 60)
    drawn.newcomer(name, opened)
    day = opened + random.uniform(0.5, 40)
    for n in range(random.randint(1, 3)):
        money = random.uniform(900_00, 6_000_00)
        drawn.want(day, "strangers", name, money)
        parts = random.randint(1, 4)
        for _ in range(parts):
            share = money * random.uniform(0.7, 0.98) / parts
            drawn.want(day + random.uniform(0.02, 4), name, drawn.outside(), share, MULE, f"{name}/{n}")
        day += random.uniform(2, 9)


def _robbed(drawn: _Days, name: str, number: int) -> None:
    """Somebody else has the customer's phone: out with it, quickly, at whatever hour."""
    random = drawn.random
    day, span = random.uniform(60, drawn.days - 3), random.uniform(0.01, 0.3)
    drawn.want(day - 0.01, "employers", name, random.uniform(1_500_00, 4_000_00))
    payees = [drawn.outside() for _ in range(random.randint(1, 4))]
    for _ in range(random.randint(3, 12)):
        cents = random.uniform(200_00, 990_00)
        drawn.want(day + random.random() * span, name, random.choice(payees), cents, TAKEN_OVER, f"robbed{number}")
