"""The short form's inputs: a reader's seeds, changed a little by a generator that a seed replays."""

import random
from collections.abc import Iterator

from tests.fuzz.reader import Reader

_EDGES = (0, 1, 0x20, 0x30, 0x7F, 0x80, 0xB7, 0xB8, 0xBF, 0xC0, 0xF7, 0xF8, 0xFF)


def inputs(reader: Reader, count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` inputs; the same seed gives the same ones."""
    chance = random.Random(f"{reader.name} {seed}")
    seeds, words = reader.seed_bytes(), [word.encode("utf-8", "surrogatepass") for word in reader.words] or [b"0"]
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
            _change(data, chance, seeds, words)
        yield bytes(data[: reader.max_length])


def _change(data: bytearray, chance: random.Random, seeds: list[bytes], words: list[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 1, 1, 2, 4, 20, 32)))
    match chance.randrange(7):
        case 0:  # another byte, one of those that formats turn on, or one bit changed
            data[at:end] = bytes(chance.choice((byte ^ 1 << chance.randrange(8), *_EDGES)) for byte in data[at:end])
        case 1:
            del data[at:end]
        case 2:
            data[at:at] = chance.randbytes(end - at)
        case 3:  # the same twice
            data[at:at] = data[at:end]
        case 4:
            data[at : at + chance.randrange(2)] = chance.choice(words)
        case 5:  # the end of another sample
            other = chance.choice(seeds)
            data[at:] = other[chance.randrange(len(other) + 1) :]
        case 6:  # a digit or letter beside it: what checks of form alone do not notice
            if at < end:
                data[at] = (data[at] + chance.choice((-1, 1))) % 256
