"""The three sets that a curve is drawn from: a list, names of those on it otherwise written, and names of others.

**What is no negative.** Names are drawn out of the same material for the list and for the others, so some of the others
bear a listed party's name. A name alone cannot tell them apart: they are *namesakes*, counted and no negatives.
A name is a namesake when its parts are the parts of one listed name, in whatever order and in any of the spellings of
each, with at most one part less (never fewer than two) or one part more, and legal forms left out of account: which is
what `perturbations` does to a name, the typo aside. A name that is only a letter away from one stays a negative.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.names.parties import CUSTOMER_SHARES, LISTED_SHARES, Made, Part, draw
from tests.benchmarks.names.perturbations import Listed, perturbed

NAMES_EACH = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A made-up entry: a primary name and aliases, which are other names altogether, not other spellings of it."""

    id: str
    names: tuple[Listed, ...]

    @property
    def is_organisation(self) -> bool:
        return self.names[0].made.is_organisation


@dataclass(frozen=True, slots=True)
class Positive:
    """A name that means the entry of this id, and how it differs from what is listed."""

    text: str
    entry_id: str
    listed: str
    is_organisation: bool
    culture: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """A common name that no entry bears."""

    text: str
    is_organisation: bool
    culture: str


def make_entries(count: int, *, seed: int) -> list[Entry]:
    """Return a list of `count` entries with three names each."""
    chance = random.Random(f"entries {seed}")
    entries = []
    for number in range(count):
        first = draw(LISTED_SHARES, chance)
        own = {first.culture: 1}
        names = [first, *(draw(own, chance) for _ in range(NAMES_EACH - 1))]
        entries.append(Entry(f"E{number:05d}", tuple(_listed(made, chance) for made in names)))
    return entries


def make_positives(entries: list[Entry], count: int, *, seed: int) -> Iterator[Positive]:
    """Yield `count` perturbed names of entries drawn with equal chances."""
    chance = random.Random(f"positives {seed}")
    for _ in range(count):
        entry = chance.choice(entries)
        listed = chance.choice(entry.names)
        text, kinds = perturbed(listed, chance)
        yield Positive(text, entry.id, listed.text, entry.is_organisation, listed.made.culture, kinds)


@dataclass
class Negatives:
    """Draws negatives, and counts the namesakes it left out by culture."""

    entries: list[Entry]
    seed: int

    def __post_init__(self) -> None:
        self.drawn: Counter[str] = Counter()
        self.namesakes: Counter[str] = Counter()
        self._bearers: dict[str, set[int]] = {}
        self._sizes: list[int] = []
        for entry in self.entries:
            for listed in entry.names:
                number = len(self._sizes)
                parts = _name_parts(listed.made)
                self._sizes.append(len(parts))
                for sound in {sound for part in parts for sound in part.sounds}:
                    self._bearers.setdefault(sound, set()).add(number)

    def make(self, count: int) -> Iterator[Negative]:
        """Yield `count` names of others."""
        chance = random.Random(f"negatives {self.seed}")
        while count:
            made = draw(CUSTOMER_SHARES, chance)
            self.drawn[made.culture] += 1
            if self.is_namesake(made):
                self.namesakes[made.culture] += 1
                continue
            listed = _listed(made, chance)
            yield Negative(listed.text, made.is_organisation, made.culture)
            count -= 1

    def is_namesake(self, made: Made) -> bool:
        """Tell whether a listed name has these parts, one fewer or one more."""
        parts = _name_parts(made)
        shared: Counter[int] = Counter()
        for part in parts:
            shared.update(set().union(*(self._bearers.get(sound, set()) for sound in part.sounds)))
        few = min(2, len(parts))
        return any(
            common >= few and len(parts) - common <= 1 and self._sizes[number] - common <= 1
            and (common in (len(parts), self._sizes[number]))
            for number, common in shared.items()
        )  # fmt: skip


def _name_parts(made: Made) -> list[Part]:
    return [part for part in made.parts if part.role != "legal"]


_SPELLED_BY_PART = {"arabic", "persian", "korean"}


def _listed(made: Made, chance: random.Random) -> Listed:
    """A list writes three names of ten that have a script of their own in that script, the others in Latin letters."""
    if all(part.native for part in made.parts) and chance.random() < (0.1 if made.is_organisation else 0.3):
        return Listed(made, tuple(part.native for part in made.parts), native=True)
    by_part = made.culture in _SPELLED_BY_PART
    words = tuple(part.latin[chance.randrange(len(part.latin)) if by_part else 0] for part in made.parts)
    return Listed(made, words, native=False)
