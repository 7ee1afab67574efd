"""Published systems that write Cyrillic and Chinese names in Latin letters, and one that goes the other way."""

import unicodedata
from collections.abc import Mapping

_VOWELS = "аеёиоуыэюяіїєў"


def _table(pairs: str) -> dict[str, str]:
    return {letter: latin for letter, _, latin in (pair.partition("=") for pair in pairs.split())}


_SHARED = _table("а=a б=b в=v г=g д=d з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f ы=y")
_ISO_9 = _SHARED | _table("е=e ё=ë ж=ž й=j х=h ц=c ч=č ш=š щ=ŝ ъ=ʺ ь=ʹ э=è ю=û я=â і=ì ї=ï є=ê ґ=g ў=ŭ '=ʼ")
_ENGLISH = _SHARED | _table("ж=zh х=kh ц=ts ч=ch ш=sh щ=shch ъ= ь= э=e '=")
_BGN_RUSSIAN = _ENGLISH | _table("е=e ё=ë й=y ъ=” ь=’ ю=yu я=ya")
_ICAO = _ENGLISH | _table("е=e ё=e й=i ъ=ie ю=iu я=ia і=i ї=i є=ie ў=u")
_UKRAINE_2010 = _ENGLISH | _table("г=h ґ=g е=e є=ie и=y і=i ї=i й=i ю=iu я=ia")
_BGN_UKRAINIAN = _ENGLISH | _table("г=h ґ=g е=e є=ye и=y і=i ї=yi й=y ю=yu я=ya ь=’")
_BELARUS_2007 = _SHARED | _table("г=h е=ie ё=io ж=ž й=j х=ch ц=c ч=č ш=š ь= э=e ю=iu я=ia і=i ў=ŭ '=")
_BGN_BELARUSIAN = _ENGLISH | _table("г=h е=ye ё=yo й=y ь=’ ю=yu я=ya і=i ў=w '=’")

# What a letter is at the start of a word or after a vowel, where a system tells it apart.
_FIRST: Mapping[str, Mapping[str, str]] = {
    "bgn russian": _table("е=ye ё=yë"),
    "ukraine 2010": _table("є=ye ї=yi й=y ю=yu я=ya"),
    "belarus 2007": _table("е=je ё=jo ю=ju я=ja"),
}
_AFTER_VOWELS = {"bgn russian", "belarus 2007"}

SYSTEMS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "russian": {"bgn russian": _BGN_RUSSIAN, "icao": _ICAO, "iso 9": _ISO_9},
    "ukrainian": {
        "ukraine 2010": _UKRAINE_2010,
        "icao": _ICAO | _table("г=h и=y"),
        "bgn ukrainian": _BGN_UKRAINIAN,
        "iso 9": _ISO_9,
    },
    "belarusian": {
        "bgn belarusian": _BGN_BELARUSIAN,
        "icao": _ICAO | _table("г=h ё=io"),
        "belarus 2007": _BELARUS_2007,
        "iso 9": _ISO_9,
    },
}
"""ISO 9:1995; BGN/PCGN 1947 (Russian), 1965 (Ukrainian), 1979 (Belarusian); ICAO Doc 9303 part 3; the Ukrainian
resolution 55 of 2010; the Belarusian instruction of 2007. The signs for ь and ъ stand where the system writes them."""


def romanised(word: str, language: str, system: str) -> str:
    """Return a Cyrillic word in Latin letters by one of `SYSTEMS`."""
    table, first = SYSTEMS[language][system], _FIRST.get(system, {})
    latin, before = [], ""
    for letter in word:
        low = letter.lower()
        opens = not before or (system in _AFTER_VOWELS and before in _VOWELS + "йьъ'")
        written = first[low] if opens and low in first else table.get(low, low)
        latin.append(written.capitalize() if letter.isupper() else written)
        before = low
    return "".join(latin)


_WHOLE_WADE = _table(
    "zhi=chih chi=ch’ih shi=shih ri=jih zi=tzu ci=tz’u si=ssu er=erh you=yu yan=yen ye=yeh yue=yüeh yu=yü yuan=yüan "
    "yun=yün yong=yung ge=ko ke=k’o he=ho e=o guo=kuo kuo=k’uo huo=huo shuo=shuo gui=kuei kui=k’uei lü=lü nü=nü yi=i"
)
_INITIALS = _table("zh=ch ch=ch’ sh=sh b=p p=p’ d=t t=t’ g=k k=k’ j=ch q=ch’ x=hs z=ts c=ts’ r=j")
_FINALS = _table("ian=ien ong=ung uo=o ie=ieh ue=üeh")
_WIDE = _table("u=ü uan=üan un=ün ue=üeh")


def wade_giles(syllable: str) -> str:
    """Return a syllable of Pinyin in the system of Wade and Giles."""
    if syllable in _WHOLE_WADE:
        return _WHOLE_WADE[syllable]
    initial = next((each for each in _INITIALS if syllable.startswith(each)), "")
    final = syllable[len(initial) :]
    if initial in {"j", "q", "x"} and final in _WIDE:
        return _INITIALS[initial] + _WIDE[final]
    return _INITIALS.get(initial, "") + _FINALS.get(final, final)


_CYRILLIC = _table(
    "ce=се ci=си cy=си shch=щ sch=ш tch=ч sh=ш ch=ч zh=ж kh=х ts=ц ya=я yu=ю ck=к ph=ф th=т qu=кв x=кс "
    "a=а b=б c=к d=д e=е f=ф g=г h=х i=и "
    "j=дж k=к l=л m=м n=н o=о p=п q=к r=р s=с t=т u=у v=в w=в y=и z=з"
)


def in_cyrillic(text: str) -> str:
    """Return Latin text in Cyrillic letters by the rules of practical transcription, letter by letter."""
    text, written, at = plain(text), [], 0
    while at < len(text):
        length = next((n for n in (4, 3, 2, 1) if text[at : at + n].lower() in _CYRILLIC), 0)
        if not length:
            written.append(text[at])
            at += 1
            continue
        letters = _CYRILLIC[text[at : at + length].lower()]
        written.append(letters.capitalize() if text[at].isupper() else letters)
        at += length
    return "".join(written)


_STROKES = str.maketrans("łŁøØđĐıßæÆœŒðÐ", "lLoOdDisaAoOdD")


def plain(text: str) -> str:
    """Return Latin text without its diacritics."""
    decomposed = unicodedata.normalize("NFD", text.translate(_STROKES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_LONG = str.maketrans({"ō": "ou", "Ō": "Ou", "ū": "uu", "Ū": "Uu"})


def spelled_out(text: str, culture: str) -> str:
    """Return Latin text with its diacritics written as letters, where the language has such a habit."""
    if culture == "german":
        return text.translate(_GERMAN)
    return text.translate(_LONG) if culture == "japanese" else plain(text)
