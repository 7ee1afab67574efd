"""How one listed name comes to a counter: eight kinds of difference, each as it happens to names.

| kind | what is done |
|---|---|
| order | the family name first, with a comma or without; or the parts in any order |
| case | all upper, all lower, or the family name alone in upper case |
| spelling | another system of transliteration, another usual spelling, or without diacritics; part by part for Arabic |
| script | out of its own script into Latin letters, or the other way |
| typo | one letter left out, doubled, struck beside, or changed about with the next, in a part of four or more |
| missing | one part that is neither the first given nor the first family name left out, or only its initial kept |
| extra | one more given name, or a title; one more word for an organisation |
| form | the legal form in another of its spellings, left out, or another put in |

No name has a part missing and another one extra: that is another name. A name is never left as it is listed.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.benchmarks.names.parties import Made, Part, material
from tests.benchmarks.names.transliteration import plain

HOW_MANY = (0.5, 0.35, 0.15)
"""The shares of names with one, two and three kinds of difference."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One name as a list writes it: what it is made of, and its text. `native`: in its own script."""

    made: Made
    words: tuple[str, ...]
    native: bool

    @property
    def text(self) -> str:
        return ("" if self.made.joined and self.native else " ").join(self.words)


@dataclass(frozen=True, slots=True)
class Draft:
    """A name on its way: the parts that are left, each with its text; how they are put together."""

    parts: tuple[Part, ...]
    words: tuple[str, ...]
    native: bool
    joined: bool
    arabic: bool
    comma: bool = False

    @property
    def text(self) -> str:
        if self.comma and len(self.words) > 1:
            return f"{self.words[0]}, {' '.join(self.words[1:])}"
        return ("" if self.joined and self.native else " ").join(self.words)

    def without(self, at: int) -> "Draft":
        return replace(self, parts=self.parts[:at] + self.parts[at + 1 :], words=self.words[:at] + self.words[at + 1 :])

    def with_word(self, at: int, word: str) -> "Draft":
        return replace(self, words=(*self.words[:at], word, *self.words[at + 1 :]))


def perturbed(listed: Listed, chance: random.Random) -> tuple[str, tuple[str, ...]]:
    """Return the name otherwise written, and the kinds of difference it has."""
    while True:
        count = chance.choices((1, 2, 3), weights=HOW_MANY)[0]
        kinds = _kinds(listed, chance, count)
        draft = Draft(
            listed.made.parts, listed.words, listed.native, listed.made.joined, listed.made.culture in _BY_PART
        )
        for kind in _STEPS:
            if kind in kinds:
                draft = _STEPS[kind](draft, chance)
        text = draft.text
        if "case" in kinds:
            text = _case(draft, text, chance)
        if text != listed.text:
            return text, tuple(kinds)


_BY_PART = {"arabic", "persian", "korean"}


def _kinds(listed: Listed, chance: random.Random, count: int) -> list[str]:
    wanted = ["order", "case", "spelling", "typo", "missing", "extra"]
    if all(part.native for part in listed.made.parts):
        wanted.append("script")
    if listed.made.is_organisation:
        wanted.append("form")
    kinds: list[str] = []
    while len(kinds) < count:
        kind = chance.choice(wanted)
        if kind not in kinds and not {kind, *kinds} >= {"missing", "extra"}:
            kinds.append(kind)
    return kinds


def _script(draft: Draft, chance: random.Random) -> Draft:
    if draft.native:
        return replace(draft, native=False, words=_latin(draft, chance))
    if all(part.native for part in draft.parts):
        return replace(draft, native=True, words=tuple(part.native for part in draft.parts))
    return draft


def _spelling(draft: Draft, chance: random.Random) -> Draft:
    return draft if draft.native else replace(draft, words=_latin(draft, chance))


def _latin(draft: Draft, chance: random.Random) -> tuple[str, ...]:
    """One number for all parts, since a name keeps to a system; Arabic and Korean ones are spelled part by part."""
    one = chance.randrange(12)
    return tuple(part.latin[(chance.randrange(12) if draft.arabic else one) % len(part.latin)] for part in draft.parts)


def _missing(draft: Draft, chance: random.Random) -> Draft:
    may = [at for at, part in enumerate(draft.parts) if part.role in ("middle", "legal")]
    words = [at for at, part in enumerate(draft.parts) if part.role == "word"]
    may += words[1:] if len(words) > 2 else []
    if not may:
        return draft
    at = chance.choice(may)
    if draft.parts[at].role == "middle" and not draft.native and chance.random() < 0.33:
        return draft.with_word(at, draft.words[at].removeprefix("al-")[0].upper() + chance.choice(("", ".")))
    return draft.without(at)


def _extra(draft: Draft, chance: random.Random) -> Draft:
    of = material()
    organisation = any(part.role == "word" for part in draft.parts)
    if draft.native and draft.joined:
        return draft
    if not organisation and chance.random() < 0.4:
        title = chance.choice(of["title"])
        return _put(draft, 0, title + chance.choice(("", ".")), "middle")
    word = chance.choice(of["descriptor"] if organisation else of["extra part"])
    return _put(draft, 1, word, "word" if organisation else "middle")


def _put(draft: Draft, at: int, word: str, role: str) -> Draft:
    parts = (*draft.parts[:at], Part(role, (word,)), *draft.parts[at:])
    return replace(draft, parts=parts, words=(*draft.words[:at], word, *draft.words[at:]))


def _form(draft: Draft, chance: random.Random) -> Draft:
    at = next((at for at, part in enumerate(draft.parts) if part.role == "legal"), None)
    if at is None:
        return draft
    how = chance.random()
    if how < 0.3:
        return draft.without(at)
    if how < 0.8:
        return draft.with_word(at, chance.choice(draft.parts[at].latin))
    return draft.with_word(at, chance.choice(material()["legal"]).partition("=")[0])


def _order(draft: Draft, chance: random.Random) -> Draft:
    if draft.joined and draft.native:
        return draft
    family = [at for at, part in enumerate(draft.parts) if part.role == "family"]
    if family and chance.random() < 0.7:
        at = family[0]
        order = [at, *(each for each in range(len(draft.parts)) if each != at)]
        if at == 0:
            order = [*order[1:], 0]
        return _in_order(replace(draft, comma=at != 0 and chance.random() < 0.5), order)
    order = list(range(len(draft.parts)))
    chance.shuffle(order)
    return _in_order(draft, order)


def _in_order(draft: Draft, order: list[int]) -> Draft:
    return replace(draft, parts=tuple(draft.parts[at] for at in order), words=tuple(draft.words[at] for at in order))


_NEIGHBOURS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")


def _typo(draft: Draft, chance: random.Random) -> Draft:
    may = [at for at, word in enumerate(draft.words) if _letters(word) >= 4 and draft.parts[at].role != "legal"]
    if not may:
        return draft
    at = chance.choice(may)
    return draft.with_word(at, mistyped(draft.words[at], chance))


def mistyped(word: str, chance: random.Random) -> str:
    """Return a word with one slip of the keyboard at any of its letters."""
    at = chance.choice([at for at, letter in enumerate(word) if letter.isalpha()])
    letter = word[at]
    how = chance.randrange(4)
    if how == 0:
        return word[:at] + word[at + 1 :]
    if how == 1:
        return word[:at] + letter + letter.lower() + word[at + 1 :]
    if how == 2:
        low = plain(letter.lower()) if letter.isascii() or plain(letter).isascii() else letter.lower()
        row = next((row for row in _NEIGHBOURS if low in row), low)
        beside = row[max(0, row.find(low) - 1) : row.find(low) + 2].replace(low, "") or letter
        struck = chance.choice(beside)
        return word[:at] + (struck.upper() if letter.isupper() else struck) + word[at + 1 :]
    other = at + 1 if at + 1 < len(word) else at - 1
    first, second = sorted((at, other))
    return word[:first] + word[second] + word[first] + word[second + 1 :]


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))


def _case(draft: Draft, text: str, chance: random.Random) -> str:
    how = chance.randrange(3)
    if how == 2:
        family = next((word for part, word in zip(draft.parts, draft.words, strict=True) if part.role == "family"), "")
        return text.replace(family, family.upper()) if family else text.upper()
    return text.upper() if how else text.lower()


_STEPS: Mapping[str, Callable[[Draft, random.Random], Draft]] = {
    "missing": _missing,
    "extra": _extra,
    "script": _script,
    "spelling": _spelling,
    "form": _form,
    "typo": _typo,
    "order": _order,
}
