"""How alike two words of names are, from 0 to 1: the same, the same sound, or a slip or two apart."""

from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from tokenpay.adapters.screening.by_ear import ARTICLE, FAR, apart, skeleton, sounds, without_article
from tokenpay.adapters.screening.name_reading import Speech
from tokenpay.adapters.screening.name_word import INITIAL_WEIGHT, Word
from tokenpay.adapters.screening.sounding import spoken_c
from tokenpay.adapters.screening.syllables import is_korean, korean, tongues

SAME, SAME_SOUND, SAME_SCRIPTS = 1.0, 0.96, 0.95
_NEAR = {1: {3: 0.6, 4: 0.8, 5: 0.86}, 2: {6: 0.4, 7: 0.5, 8: 0.75}}
_LONGEST = {1: 0.9, 2: 0.8}
_OTHER_SYLLABLE, _SURE, _KEYS_APART = 0.4, 0.8, 0.96
_BY_EAR = ((0.0, SAME_SCRIPTS), (0.3, 0.93), (0.5, 0.91), (0.7, 0.85), (1.0, 0.8), (1.5, 0.63))
"""Up to which distance by ear two words are how alike; of few consonants a slip makes another word."""
_LATIN_APART, _LEAST_SOUNDS, _FEW = 0.4, 4, 3


@lru_cache(maxsize=1 << 18)
def likeness(one: Word, other: Word, speech: Speech) -> float:
    """Return how alike two words are. In names made of East Asian syllables a letter more or less is another name."""
    same = same_sound(one, other, speech)
    if same:
        return same
    if one.own or other.own:
        return _across_scripts(one, other)
    if speech is not Speech.ANY:
        near = _near(one.latin, other.latin)
        both = (tongues(one.latin) & tongues(other.latin)) if near else frozenset()
        of_one = "korean" in both if speech is Speech.KOREAN else both - {"korean"}
        return _OTHER_SYLLABLE * near if of_one else near
    if INITIAL_WEIGHT in (one.weight, other.weight):
        return 0.9 if one.latin[:1] == other.latin[:1] or one.strict[:1] == other.strict[:1] else 0.0
    near = _near(one.latin, other.latin)
    if near < _SURE:
        near = max(near, _KEYS_APART * _near(one.strict, other.strict))
    if near < _SURE and len(one.readings) + len(other.readings) > 2:
        near = max(near, *(_near(this, that) for this in one.readings for that in other.readings))
    if near < _SURE and "c" in one.latin + other.latin:
        spelled = ((this.latin, *spoken_c(this.latin)) for this in (one, other))
        near = max(_near(this, that) for this, that in product(*spelled))
    return max(near, _romanised(one, other))


@lru_cache(maxsize=1 << 18)
def slip(one: Word, other: Word) -> float:
    """Return how alike two words of the same letters are that one slip of the keyboard is between, else 0."""
    if one.abjad is not other.abjad:
        return 0.0
    typed, meant = (one.own, other.own) if one.abjad else (one.latin, other.latin)
    return _near(typed, meant) if OSA.distance(typed, meant, score_cutoff=1) == 1 else 0.0


@lru_cache(maxsize=1 << 18)
def same_sound(one: Word, other: Word, speech: Speech) -> float:
    """Return how alike two words are that have a key in common, and 0 for all others."""
    if one is other:
        return SAME
    if one.own or other.own:
        if one.own and other.own:
            return SAME if one.own == other.own else 0.0
        native, latin = (one, other) if one.own else (other, one)
        if native.abjad:
            alike = _by_ear(native, latin)
            return alike if alike >= SAME_SCRIPTS else 0.0
        same = not native.spoken.isdisjoint(latin.spoken) or korean(native.latin) == korean(latin.latin)
        return SAME_SCRIPTS if same else 0.0
    if speech is Speech.ANY:
        if one.strict == other.strict:
            return SAME
        if max(one.weight, other.weight) > 1 and _romanised(one, other) >= SAME_SCRIPTS:
            return SAME_SCRIPTS
        return SAME_SOUND if one.loose == other.loose or not one.readings.isdisjoint(other.readings) else 0.0
    if one.latin == other.latin:
        return SAME
    same = not one.spoken.isdisjoint(other.spoken)
    return SAME_SOUND if same or (speech is Speech.KOREAN and korean(one.latin) == korean(other.latin)) else 0.0


def _across_scripts(one: Word, other: Word) -> float:
    if one.own and other.own:
        return _near(one.own, other.own)
    native, latin = (one, other) if one.own else (other, one)
    if native.abjad:
        return _by_ear(native, latin)
    near = _near(korean(native.latin), korean(latin.latin))
    return _OTHER_SYLLABLE * near if is_korean(latin.latin) else near


@lru_cache(maxsize=1 << 16)
def _by_ear(native: Word, latin: Word) -> float:
    short = without_article(latin.latin) if native.own.startswith(ARTICLE) else latin.latin
    distance = min(_heard_apart(native, each) for each in {latin.latin, short})
    return next((alike for most, alike in _BY_EAR if distance <= most), 0.0)


def _heard_apart(native: Word, latin: str) -> float:
    bare, few = skeleton(latin), max(len(native.skeleton), len(skeleton(latin))) < _FEW
    if OSA.distance(native.skeleton, bare, score_cutoff=1) > (0 if few else 1):
        return FAR
    distance = apart(sounds(native.own), sounds(latin), native=True, most=_BY_EAR[-1][0])
    return distance + 0.5 if few and distance > 0.5 else distance


def _romanised(one: Word, other: Word) -> float:
    """Two Latin words may be one of Arabic letters, whose romanisations no key has in common."""
    first, second = sounds(one.latin), sounds(other.latin)
    if one.skeleton != other.skeleton and "x" not in first + second:
        return 0.0
    if min(len(first), len(second)) < _LEAST_SOUNDS:
        return 0.0
    distance = apart(first, second, native=False, most=_LATIN_APART)
    return next((alike for most, alike in _BY_EAR if distance <= most), 0.0) if distance < FAR else 0.0


@lru_cache(maxsize=1 << 16)
def _near(one: str, other: str) -> float:
    if abs(len(one) - len(other)) > 2:
        return 0.0
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 0:
        return SAME_SOUND
    length = max(len(one), len(other))
    return 0.0 if distance > 2 else _NEAR[distance].get(length, _LONGEST[distance] if length > 5 else 0.0)
