"""BIP-39 mnemonics: entropy as words that people write down."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from unicodedata import normalize

from tokenpay.errors import InvalidMnemonic
from tokenpay.wallets.secret import Secret
from tokenpay.wallets.word_list import Language, numbers, words

_ENTROPY_SIZES = (16, 20, 24, 28, 32)
_COUNTS = (12, 15, 18, 21, 24)
_SEED_ROUNDS = 2048
_MAX_LENGTH = 1_000
"""Twenty-four of the longest words have 311 characters; longer text is refused before it is normalised."""


@dataclass(frozen=True, slots=True)
class Mnemonic:
    """Twelve to twenty-four words of one list, in NFKD, whose checksum holds; its repr shows none of them.

    Raises InvalidMnemonic. Its field `position` counts the words from 1 and says which is the first that is
    not in the list, never how it is spelled; a failed checksum cannot say which word is wrong.
    """

    words: tuple[str, ...] = field(repr=False)
    language: Language = Language.ENGLISH

    def __post_init__(self) -> None:
        self.entropy()

    def entropy(self) -> Secret:
        """Return the bytes that the words stand for."""
        if len(self.words) not in _COUNTS:
            raise InvalidMnemonic("a mnemonic has 12, 15, 18, 21 or 24 words", count=len(self.words))
        known = numbers(self.language)
        bits = 0
        for position, word in enumerate(self.words, 1):
            number = known.get(word)
            if number is None:
                name = self.language.replace("_", " ").capitalize()
                raise InvalidMnemonic(
                    f"word {position} is not in the BIP-39 list ({name})", position=position, language=self.language
                )
            bits = bits << 11 | number
        checksum_bits = len(self.words) // 3
        raw = (bits >> checksum_bits).to_bytes(checksum_bits * 4, "big")
        if bits != _with_checksum(raw):
            raise InvalidMnemonic("the checksum does not hold: a word is wrong, or two are swapped")
        return Secret(raw)

    def phrase(self) -> str:
        """Return the words with single spaces, ideographic ones in Japanese, in NFKD.

        It is the secret itself, to be written down and not logged.
        """
        return ("\u3000" if self.language is Language.JAPANESE else " ").join(self.words)


def generate(entropy: bytes, language: Language = Language.ENGLISH) -> Mnemonic:
    """Return the mnemonic of 16, 20, 24, 28 or 32 random bytes; raises InvalidMnemonic for other sizes."""
    if len(entropy) not in _ENTROPY_SIZES:
        raise InvalidMnemonic("a mnemonic is made of 16, 20, 24, 28 or 32 bytes")
    bits = _with_checksum(entropy)
    count = len(entropy) * 3 // 4
    listed = words(language)
    return Mnemonic(tuple(listed[bits >> 11 * place & 2047] for place in reversed(range(count))), language)


def parse(phrase: str, language: Language = Language.ENGLISH) -> Mnemonic:
    """Read words of one language parted by any white space, compared in NFKD; raises InvalidMnemonic.

    Capitals are refused: no list has them.
    """
    return Mnemonic(_split(phrase), language)


def detect(phrase: str) -> tuple[Language, ...]:
    """Return every language in which `phrase` is a mnemonic: none, one, or several.

    The Chinese lists share 1,275 words, French and English 100. The seed is made of the words themselves, so
    where several fit it is the same in each; the entropy may not be.
    """
    fitting = []
    for language in Language:
        with suppress(InvalidMnemonic):
            fitting.append(parse(phrase, language).language)
    return tuple(fitting)


def to_seed(mnemonic: Mnemonic, passphrase: str = "") -> Secret:
    """Return the 64-byte seed of a mnemonic and an optional passphrase, compared in NFKD.

    Every passphrase gives a valid seed: a mistyped one gives other, empty wallets and no error.
    """
    password = " ".join(mnemonic.words).encode()
    salt = normalize("NFKD", "mnemonic" + passphrase).encode(errors="surrogatepass")
    return Secret(hashlib.pbkdf2_hmac("sha512", password, salt, _SEED_ROUNDS))


def _split(phrase: str) -> tuple[str, ...]:
    if len(phrase) > _MAX_LENGTH:
        raise InvalidMnemonic("longer than any mnemonic")
    return tuple(normalize("NFKD", phrase).split())


def _with_checksum(entropy: bytes) -> int:
    """Return the entropy followed by the first bit of its SHA-256 for every 32 bits of it."""
    checksum_bits = len(entropy) // 4
    first = hashlib.sha256(entropy).digest()[0] >> (8 - checksum_bits)
    return int.from_bytes(entropy, "big") << checksum_bits | first
