"""Persons of many cultures and organisations, made of common names: each part knows every spelling it has."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.benchmarks.names.transliteration import SYSTEMS, in_cyrillic, plain, romanised, spelled_out, wade_giles

_MATERIAL = Path(__file__).parent / "material"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a name: its spellings in Latin letters, the usual one first, and in its own script where it has one.

    `role`: given, middle or family; word for an organisation's, legal for its legal form.
    """

    role: str
    latin: tuple[str, ...]
    native: str = ""

    @property
    def sounds(self) -> frozenset[str]:
        """Every spelling, without case, diacritics, spaces and signs: parts that share one cannot be told apart."""
        spellings = {self.native, *self.latin, *map(plain, self.latin)}
        return frozenset("".join(filter(str.isalnum, each)).casefold() for each in spellings) - {""}


@dataclass(frozen=True, slots=True)
class Made:
    """A party's name: its parts in the order of its culture. `joined`: nothing stands between them in their script."""

    culture: str
    parts: tuple[Part, ...]
    joined: bool = False

    @property
    def is_organisation(self) -> bool:
        return self.culture == "organisation"

    def text(self, spelling: int = 0, *, native: bool = False) -> str:
        """Return the name in its own script, or in Latin letters with the spelling of that number in every part."""
        if native and all(part.native for part in self.parts):
            return ("" if self.joined else " ").join(part.native for part in self.parts)
        return " ".join(part.latin[spelling % len(part.latin)] for part in self.parts)


@cache
def material() -> Mapping[str, tuple[str, ...]]:
    """Return the words of every section of the data files."""
    sections: dict[str, tuple[str, ...]] = {}
    for file in sorted(_MATERIAL.glob("*.txt")):
        name = ""
        for line in file.read_text().splitlines():
            if line.startswith("["):
                name = line.strip("[]")
            elif line and not line.startswith("#"):
                sections[name] = (*sections.get(name, ()), *(word.replace("_", " ") for word in line.split()))
    return sections


@cache
def _cyrillic(word: str, culture: str, role: str) -> Part:
    return Part(role, tuple(romanised(word, culture, system) for system in SYSTEMS[culture]), word)


@cache
def _listed(word: str, role: str) -> Part:
    native, _, spellings = word.partition("=")
    return Part(role, tuple(spellings.split("/")), native)


@cache
def _latin(word: str, culture: str, role: str) -> Part:
    return Part(role, tuple(dict.fromkeys((word, plain(word), spelled_out(word, culture)))))


def _feminine(family: str) -> str:
    for ending, other in (("ский", "ская"), ("ський", "ська"), ("ов", "ова"), ("ев", "ева"), ("ёв", "ёва")):
        if family.endswith(ending):
            return family.removesuffix(ending) + other
    return family + "а" if family.endswith(("ин", "ын", "аў", "оў")) else family


def _patronymic_of_daughter(patronymic: str) -> str:
    for ending, other in (("йович", "ївна"), ("ович", "овна"), ("евич", "евна"), ("авіч", "аўна"), ("евіч", "еўна")):
        if patronymic.endswith(ending):
            return patronymic.removesuffix(ending) + other
    return patronymic.removesuffix("ович") + "івна"


def _east_slavic(culture: str) -> Callable[[random.Random], Made]:
    def make(chance: random.Random) -> Made:
        woman = chance.random() < 0.4
        of = material()
        given = chance.choice(of[f"{culture} given {'f' if woman else 'm'}"])
        patronymic = chance.choice(of[f"{culture} patronymic"])
        family = chance.choice(of[f"{culture} family"])
        if woman:
            patronymic, family = _patronymic_of_daughter(patronymic), _feminine(family)
        roles = ((given, "given"), (patronymic, "middle"), (family, "family"))
        return Made(culture, tuple(_cyrillic(word, culture, role) for word, role in roles))

    return make


def _arabic(chance: random.Random) -> Made:
    of = material()
    own = chance.choice(of["arabic given f"] if chance.random() < 0.25 else of["arabic given m"])
    fathers = chance.sample([each for each in of["arabic given m"] if each != own], 1 + (chance.random() < 0.5))
    parts = [_listed(own, "given"), *(_listed(word, "middle") for word in fathers)]
    return Made("arabic", (*parts, _listed(chance.choice(of["arabic family"]), "family")))


def _persian(chance: random.Random) -> Made:
    of = material()
    own, second = chance.sample(of["persian given f"] if chance.random() < 0.3 else of["persian given m"], 2)
    parts = (_listed(own, "given"), _listed(second, "middle"), _listed(chance.choice(of["persian family"]), "family"))
    return Made("persian", parts)


def _chinese(chance: random.Random) -> Made:
    of = material()
    family, *given = (
        word.split("=") for word in (chance.choice(of["chinese family"]), *chance.choices(of["chinese given"], k=2))
    )
    wade = "-".join(wade_giles(sound) for _, sound in given).capitalize()
    sounds = "".join(sound for _, sound in given).capitalize()
    apart = " ".join(sound.capitalize() for _, sound in given)
    parts = (
        Part("family", (family[1].capitalize(), wade_giles(family[1]).capitalize(), family[1].capitalize()), family[0]),
        Part("given", (sounds, wade, apart), "".join(sign for sign, _ in given)),
    )
    return Made("chinese", parts, joined=True)


def _korean(chance: random.Random) -> Made:
    of = material()
    first, second = (_listed(word, "given") for word in chance.sample(of["korean given"], 2))
    spellings = []
    for number in range(3):
        one, two = first.latin[number % len(first.latin)], second.latin[number % len(second.latin)]
        spellings.append((f"{one}-{two.lower()}", f"{one} {two}", f"{one}{two.lower()}")[number])
    given = Part("given", tuple(spellings), first.native + second.native)
    return Made("korean", (_listed(chance.choice(of["korean family"]), "family"), given), joined=True)


def _western(culture: str, *, families: int = 1, middle: float = 0.5) -> Callable[[random.Random], Made]:
    def make(chance: random.Random) -> Made:
        of = material()
        names = of[f"{culture} given {'f' if chance.random() < 0.45 else 'm'}"]
        given = chance.sample(names, 1 + (chance.random() < middle))
        family = chance.sample(of[f"{culture} family"], families)
        words = [(given[0], "given"), *((word, "middle") for word in given[1:]), (family[0], "family")]
        words += [(word, "middle") for word in family[1:]]
        return Made(culture, tuple(_latin(word, culture, role) for word, role in words))

    return make


def _ordered(culture: str, *roles: str) -> Callable[[random.Random], Made]:
    def make(chance: random.Random) -> Made:
        words = [(chance.choice(material()[f"{culture} {role}"]), role) for role in roles]
        return Made(culture, tuple(_latin(word, culture, role) for word, role in words))

    return make


@cache
def _word(word: str, native: str) -> Part:
    return Part("word", tuple(dict.fromkeys((word, plain(word)))), native)


def _organisation(chance: random.Random) -> Made:
    of = material()
    family = chance.choice(of[chance.choice(("german family", "english family", "turkish family", "polish family"))])
    coined, descriptor = chance.choice(of["coined"]), chance.choice(of["descriptor"])
    sector, other = chance.sample(of["sector"], 2)
    words = chance.choice(
        [
            (coined, descriptor, sector),
            (descriptor, coined, sector),
            (family, coined, sector),
            (coined, sector, other),
            (family, descriptor, sector, other),
        ]
    )
    legal, _, others = chance.choice(of["legal"]).partition("=")
    parts = tuple(_word(word, in_cyrillic(word) if family not in words else "") for word in words)
    native = next((form for form in others.split("/") if form[:1] in "ОЗП"), legal)
    return Made("organisation", (*parts, Part("legal", (legal, *others.split("/")), native)))


CULTURES: Mapping[str, Callable[[random.Random], Made]] = {
    "russian": _east_slavic("russian"),
    "ukrainian": _east_slavic("ukrainian"),
    "belarusian": _east_slavic("belarusian"),
    "arabic": _arabic,
    "persian": _persian,
    "chinese": _chinese,
    "korean": _korean,
    "vietnamese": _ordered("vietnamese", "family", "middle", "given"),
    "japanese": _ordered("japanese", "given", "family"),
    "english": _western("english"),
    "german": _western("german"),
    "french": _western("french"),
    "polish": _western("polish"),
    "turkish": _western("turkish"),
    "spanish": _western("spanish", families=2),
    "portuguese": _western("portuguese", families=2),
    "indian": _ordered("indian", "given", "middle", "family"),
    "organisation": _organisation,
}

LISTED_SHARES: Mapping[str, int] = {
    "organisation": 45, "arabic": 15, "russian": 10, "spanish": 5, "persian": 4, "ukrainian": 4, "belarusian": 3,
    "chinese": 2, "portuguese": 2, "indian": 2, "korean": 1, "vietnamese": 1, "japanese": 1, "english": 1, "german": 1,
    "french": 1, "polish": 1, "turkish": 1,
}  # fmt: skip
"""Of a hundred entries, how many are of which culture: about as the large public lists have them."""

CUSTOMER_SHARES: Mapping[str, int] = dict.fromkeys(CULTURES, 4) | {"organisation": 32}
"""Of a hundred customers, how many are of which culture: all alike."""


def draw(shares: Mapping[str, int], chance: random.Random) -> Made:
    """Return a party of a culture drawn by its share."""
    culture = chance.choices(list(shares), weights=list(shares.values()))[0]
    return CULTURES[culture](chance)


def spelled(made: Made, choices: Sequence[int]) -> list[str]:
    """Return each part in the Latin spelling of the number that stands beside it."""
    return [part.latin[number % len(part.latin)] for part, number in zip(made.parts, choices, strict=True)]
