"""A QR code's own words, read straight from its modules: version, level and the segments of its data.

Written from ISO/IEC 18004 for these tests alone, so that neither library that makes codes is asked about itself.
Only an undamaged matrix is read: there is no error correction.
"""

from collections.abc import Callable, Iterator, Sequence

from qrcode import base, constants

LEVELS = {0: "M", 1: "L", 2: "H", 3: "Q"}
_BLOCKS = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
MASKS: list[Callable[[int, int], bool]] = [
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
]
_MODES = {1: "numeric", 2: "alphanumeric", 4: "byte", 8: "kanji"}
_LENGTH_BITS = {1: (10, 12, 14), 2: (9, 11, 13), 4: (8, 16, 16), 8: (8, 10, 12)}


def words_of(rows: Sequence[bytes]) -> tuple[int, str, list[tuple[str, int]]]:
    """Return (version, level, segments); a segment is (mode, characters), an ECI header ("eci", number)."""
    version = (len(rows) - 17) // 4
    level, mask = _format(rows)
    bits = "".join("1" if rows[y][x] ^ MASKS[mask](y, x) else "0" for y, x in _path(version))
    words = [int(bits[start : start + 8], 2) for start in range(0, len(bits) - 7, 8)]
    return version, level, list(_segments(_data(words, version, level), version))


def codewords(version: int, level: str) -> int:
    """Return how many data codewords a version holds at a level."""
    return sum(block.data_count for block in base.rs_blocks(version, _BLOCKS[level]))


def _format(rows: Sequence[bytes]) -> tuple[str, int]:
    places = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(7, 8)] + [(y, 8) for y in range(5, -1, -1)]
    value = int("".join(str(rows[y][x]) for y, x in places), 2) ^ 0x5412
    return LEVELS[value >> 13], value >> 10 & 7


def _path(version: int) -> Iterator[tuple[int, int]]:
    """The modules that carry data, in the order in which they do."""
    size = 17 + 4 * version
    taken = _function_modules(version)
    upwards = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (right, right - 1):
                if (y, x) not in taken:
                    yield y, x
        upwards = not upwards


def _function_modules(version: int) -> set[tuple[int, int]]:
    size = 17 + 4 * version
    areas = [(0, 0, 9, 9), (0, size - 8, 9, 8), (size - 8, 0, 8, 9), (6, 0, 1, size), (0, 6, size, 1)]
    if version >= 7:
        areas += [(0, size - 11, 6, 3), (size - 11, 0, 3, 6)]
    centres = _alignment(version)
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    areas += [(y - 2, x - 2, 5, 5) for y in centres for x in centres if (y, x) not in corners]
    return {(y + dy, x + dx) for y, x, high, wide in areas for dy in range(high) for dx in range(wide)}


def _alignment(version: int) -> list[int]:
    if version == 1:
        return []
    count = version // 7 + 2
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *sorted(version * 4 + 10 - number * step for number in range(count - 1))]


def _data(words: list[int], version: int, level: str) -> str:
    counts = [block.data_count for block in base.rs_blocks(version, _BLOCKS[level])]
    blocks: list[list[int]] = [[] for _ in counts]
    following = iter(words)
    for number in range(max(counts)):
        for block, count in zip(blocks, counts, strict=True):
            if number < count:
                block.append(next(following))
    return "".join(f"{word:08b}" for block in blocks for word in block)


def _segments(bits: str, version: int) -> Iterator[tuple[str, int]]:
    place = 0

    def take(count: int) -> int:
        nonlocal place
        place += count
        return int(bits[place - count : place], 2)

    while place + 4 <= len(bits) and (mode := take(4)):
        if mode == 7:
            yield "eci", take(8)  # numbers below 128
            continue
        count = take(_LENGTH_BITS[mode][0 if version < 10 else 1 if version < 27 else 2])
        yield _MODES[mode], count
        place += {
            1: count // 3 * 10 + (0, 4, 7)[count % 3],
            2: count // 2 * 11 + count % 2 * 6,
            4: count * 8,
            8: count * 13,
        }[mode]
