"""BIP-39 mnemonics, in English: entropy as words that people write down."""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from unicodedata import normalize

from tokenpay.errors import InvalidMnemonic
from tokenpay.wallets.secret import Secret

_ENTROPY_SIZES = (16, 20, 24, 28, 32)
_COUNTS = (12, 15, 18, 21, 24)
_SEED_ROUNDS = 2048


@cache
def english() -> tuple[str, ...]:
    """Return the 2,048 words of the BIP-39 English list, in order."""
    return tuple((files("tokenpay.wallets") / "words" / "english.txt").read_text("ascii").split())


@cache
def _numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(english())}


@dataclass(frozen=True, slots=True)
class Mnemonic:
    """Twelve to twenty-four words whose checksum holds; its repr shows none of them.

    Raises InvalidMnemonic. Its field `position` counts the words from 1 and names the first that is
    not in the list; a failed checksum cannot say which word is wrong.
    """

    words: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        self.entropy()

    def entropy(self) -> Secret:
        """Return the bytes that the words stand for."""
        if len(self.words) not in _COUNTS:
            raise InvalidMnemonic("a mnemonic has 12, 15, 18, 21 or 24 words", count=len(self.words))
        bits = 0
        for position, word in enumerate(self.words, 1):
            number = _numbers().get(word)
            if number is None:
                raise InvalidMnemonic(f"word {position} is not in the BIP-39 English list", position=position)
            bits = bits << 11 | number
        checksum_bits = len(self.words) // 3
        raw = (bits >> checksum_bits).to_bytes(checksum_bits * 4, "big")
        if bits != _with_checksum(raw):
            raise InvalidMnemonic("the checksum does not hold: a word is wrong, or two are swapped")
        return Secret(raw)

    def phrase(self) -> str:
        """Return the words with single spaces: the secret itself, to be written down and not logged."""
        return " ".join(self.words)


def generate(entropy: bytes) -> Mnemonic:
    """Return the mnemonic of 16, 20, 24, 28 or 32 random bytes; raises InvalidMnemonic for other sizes."""
    if len(entropy) not in _ENTROPY_SIZES:
        raise InvalidMnemonic("a mnemonic is made of 16, 20, 24, 28 or 32 bytes")
    bits = _with_checksum(entropy)
    count = len(entropy) * 3 // 4
    return Mnemonic(tuple(english()[bits >> 11 * place & 2047] for place in reversed(range(count))))


def parse(phrase: str) -> Mnemonic:
    """Read words parted by any white space, compared in NFKD; raises InvalidMnemonic."""
    return Mnemonic(tuple(normalize("NFKD", phrase).split()))


def to_seed(mnemonic: Mnemonic, passphrase: str = "") -> Secret:
    """Return the 64-byte seed of a mnemonic and an optional passphrase.

    Every passphrase gives a valid seed: a mistyped one gives other, empty wallets and no error.
    """
    salt = normalize("NFKD", "mnemonic" + passphrase).encode(errors="surrogatepass")
    return Secret(hashlib.pbkdf2_hmac("sha512", mnemonic.phrase().encode(), salt, _SEED_ROUNDS))


def _with_checksum(entropy: bytes) -> int:
    """Return the entropy followed by the first bit of its SHA-256 for every 32 bits of it."""
    checksum_bits = len(entropy) // 4
    first = hashlib.sha256(entropy).digest()[0] >> (8 - checksum_bits)
    return int.from_bytes(entropy, "big") << checksum_bits | first
