"""How long a list as large as OFAC's takes to be read, and to be put in place on SQLite.

`python -m tests.benchmarks.screening_lists [--parties 20000] [--padding 200000]`: made-up parties with four names each,
one in twenty with an address, in the advanced XML with so many locations beside them; the real file has over 100 MB.
Prints CPU and wall time, and the size of the file.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tokenpay as tp
from tests import published_lists as published
from tests.world import World, found_template, opened
from tokenpay.compliance.lists.read_list import read_list


def parties(count: int) -> list[tp.ListedParty]:
    return [
        tp.ListedParty(
            id=str(number),
            kind=tp.ListedKind.PERSON,
            names=tuple(f"{kind}{number}, Given" for kind in ("LAST", "ALSO", "ONCE", "ELSE")),
            addresses=(tp.ListedAddress(ticker="ETH", text=f"0x{number:040x}"),) if number % 20 == 0 else (),
            programs=("SDGT", "IRAN"),
        )
        for number in range(1, count + 1)
    ]


def advanced(count: int, padding: int, dated_s: int) -> bytes:
    place = (
        '<Location ID="{}"><LocationCountry CountryID="11073" /><LocationPart LocPartTypeID="1451"><LocationPartValue'
        ' Primary="true" LocPartValueTypeID="1"><Comment /><Value>Somewhere in a street of a town</Value>'
        "</LocationPartValue></LocationPart></Location>"
    )
    places = "".join(place.format(number) for number in range(padding)).encode()
    return published.ofac_advanced(parties(count), dated_s).replace(b"<Locations>", b"<Locations>" + places, 1)


def timed(what: str, act: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    print(f"{what}: {time.process_time() - cpu:.1f} s of CPU, {time.perf_counter() - wall:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--parties", type=int, default=20_000)
    parser.add_argument("--padding", type=int, default=200_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bank, copy = Path(folder) / "bank", Path(folder) / "copy"
        copy.mkdir()
        template = found_template(bank, f"sqlite:///{Path(folder) / 'bank.sqlite'}")
        with opened(template, copy, f"sqlite:///{Path(folder) / 'copy.sqlite'}") as world:
            _measure(world, given.parties, given.padding)


def _measure(world: World, count: int, padding: int) -> None:
    content = advanced(count, padding, world.clock.now_s())
    print(f"{count:,} parties, {4 * count:,} names, {len(content) / 1e6:.0f} MB")
    timed("read", lambda: read_list(tp.ListForm.OFAC_ADVANCED, [content]))
    small = advanced(count, 0, world.clock.now_s())
    given = {"name": "sdn", "form": tp.ListForm.OFAC_ADVANCED, "by": world.ann}
    timed("read without the locations", lambda: read_list(tp.ListForm.OFAC_ADVANCED, [small]))
    timed("load_list, the first time", lambda: tp.load_list(world.bank, files=[small], **given))  # type: ignore[arg-type]
    timed("load_list, in the place of another", lambda: tp.load_list(world.bank, files=[small], **given))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
