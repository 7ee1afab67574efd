"""The BIP-39 word lists, each a file of 2,048 words in NFKD, read when it is first asked for.

Ten are the files of bitcoin/bips (bip-0039); Russian and Turkish, which BIP-39 does not list, are those of
python-mnemonic 0.21, stored in NFKD. Some words stand in two lists: a language is said, never guessed.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class Language(StrEnum):
    """A language that mnemonics are written in; its value is the name of its list."""

    CHINESE_SIMPLIFIED = "chinese_simplified"
    CHINESE_TRADITIONAL = "chinese_traditional"
    CZECH = "czech"
    ENGLISH = "english"
    FRENCH = "french"
    ITALIAN = "italian"
    JAPANESE = "japanese"
    KOREAN = "korean"
    PORTUGUESE = "portuguese"
    RUSSIAN = "russian"
    SPANISH = "spanish"
    TURKISH = "turkish"


@cache
def words(language: Language) -> tuple[str, ...]:
    """Return the 2,048 words of a language, in order and in NFKD."""
    path = files("tokenpay.wallets") / "words" / f"{language}.txt"
    return tuple(path.read_text("utf-8").splitlines())


@cache
def numbers(language: Language) -> Mapping[str, int]:
    """Return the place of each word in its list, from 0."""
    return MappingProxyType({word: number for number, word in enumerate(words(language))})
