"""The SDN list of the United States' OFAC as comma separated values: `sdn.csv`, `alt.csv` and `sdn_comments.csv`.

They have no header, `-0-` is nothing, and digital currency addresses stand in the remarks, which go on in the comments
where they are long. Source: OFAC's data specification (dat_spec.txt).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Sequence

from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.xml_stream import tidy
from tokenpay.errors import InvalidInput

_COLUMNS = (12, 5, 2)
"""Of the main file, of the aliases and of the comments."""
_REMARK_CHARACTERS = 1_000
"""A remark this long goes on in the comments."""
_CURRENCY = re.compile(r"Digital Currency Address\s*-\s*(\S+)\s+([^\s;]+?)\.?(?=\s*(?:;|$))", re.IGNORECASE)
_ENDS = ("\r", "\n", '"', "-0- ")
"""How a whole row ends, also where the file's last line end is missing."""
_MENTION = re.compile("DigitalCurrencyAddress", re.IGNORECASE)
_KINDS = {"individual": ListedKind.PERSON, "vessel": ListedKind.VESSEL, "aircraft": ListedKind.AIRCRAFT}


def read_ofac_csv(files: Sequence[bytes]) -> list[ListedParty]:
    """Return the parties of two or three files, in the order main, aliases, comments.

    Raises InvalidInput for a row that is cut off or of another file, for aliases of nobody, which are of another day,
    for a long remark without its comments, and for an address in words that no address follows.
    """
    if not 2 <= len(files) <= 3:
        raise InvalidInput("this form is two or three files: sdn.csv, alt.csv, and sdn_comments.csv")
    main, aliases, comments = (
        _rows(content, columns) for content, columns in zip([*files, b""][:3], _COLUMNS, strict=True)
    )
    names: dict[str, list[str]] = defaultdict(list)
    further: dict[str, list[str]] = defaultdict(list)
    for row in aliases:
        names[row[0]].append(row[3])
    for row in comments:
        further[row[0]].append(row[1])
    if (names.keys() | further.keys()) - {row[0] for row in main}:
        raise InvalidInput("the files are of different days: one speaks of an entry that the main file lacks")
    return [_party(row, names[row[0]], further[row[0]]) for row in main]


def _rows(content: bytes, columns: int) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = text.rstrip("\x1a").splitlines(keepends=True)
    if lines and not lines[-1].endswith(_ENDS):
        raise InvalidInput("the last row of the list is cut off")
    rows = []
    try:
        for row in csv.reader((line for line in lines if line.strip()), strict=True):
            if len(row) != columns or not all(row):
                raise InvalidInput(f"a row of the list has not {columns} fields: it is cut off, or of another file")
            rows.append([_value(field) for field in row])
    except csv.Error:
        raise InvalidInput("a row of the list is cut off") from None
    return rows


def _value(field: str) -> str:
    return "" if field.strip() == "-0-" else field


def _addresses(entry: str, remark: str, comments: list[str]) -> list[ListedAddress]:
    if len(remark) >= _REMARK_CHARACTERS and not comments and not remark.rstrip().endswith("."):
        raise InvalidInput("a remark of the list goes on elsewhere: load sdn_comments.csv with it", entry=entry)
    whole = "".join([remark, *comments])
    named = len(_MENTION.findall("".join(whole.split())))
    for text in (whole, " ".join([remark, *comments])):  # the break may have swallowed a space
        found = [ListedAddress(ticker=match[1], text=match[2]) for match in _CURRENCY.finditer(text)]
        if len(found) == named:
            return found
    raise InvalidInput("a remark names a digital currency address that cannot be read", entry=entry)


def _party(row: list[str], aliases: list[str], comments: list[str]) -> ListedParty:
    id, kind = row[0].strip(), row[2].strip().lower()
    names = [tidy(name) for name in (row[1], *aliases)]
    return ListedParty(
        id=id,
        kind=_KINDS.get(kind, ListedKind.UNKNOWN if kind else ListedKind.ORGANISATION),
        names=tuple(dict.fromkeys(name for name in names if name)),
        addresses=tuple(dict.fromkeys(_addresses(id, row[11], comments))),
        programs=tuple(dict.fromkeys(program.strip(" []") for program in row[3].split("] [") if program.strip(" []"))),
    )
