"""A bank's own deny-list: an address a line, or a table of parties with a header."""

import csv
import re

from tokenpay.compliance.canonical_address import canonical_addresses, is_evm
from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.xml_stream import tidy
from tokenpay.errors import InvalidInput

_HEADER = ["id", "kind", "names", "addresses", "programs"]
_LONG = len("0x") + 64
_TICKER = re.compile(r"([A-Z0-9]{2,10})[:\s]\s*(\S+)")


def read_own(content: bytes) -> list[ListedParty]:
    """Return the parties of a table that begins with `id,kind,names,addresses,programs`, else one for each line.

    Several names, addresses or programs are divided by `|`. An address stands alone, or after its ticker: `XBT:1Ab…`,
    on a line also `XBT 1Ab…`; without a ticker it must be an EVM address, so that a slip of the pen is found. Empty
    lines and what follows `#` on a line of addresses are skipped. Raises InvalidInput with the number of the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("the list is not written in UTF-8") from None
    lines = text.splitlines()
    if lines and [field.strip().lower() for field in lines[0].split(",")] == _HEADER:
        return _table(lines)
    return _addresses(lines)


def _addresses(lines: list[str]) -> list[ListedParty]:
    parties: dict[str, ListedParty] = {}
    for number, line in enumerate(lines, 1):
        entry = line.partition("#")[0].strip()
        if entry:
            address = _address(entry, number)
            (id,) = canonical_addresses(address.text)[:1]
            parties.setdefault(id, ListedParty(id=id, addresses=(address,)))
    return list(parties.values())


def _address(text: str, number: int) -> ListedAddress:
    match = _TICKER.fullmatch(text)
    address = ListedAddress(ticker=match[1], text=match[2]) if match else ListedAddress(ticker="", text=text)
    if not _is_address(address):
        raise InvalidInput(f"line {number} of the list is no address", line=number)
    return address


def _is_address(address: ListedAddress) -> bool:
    found = canonical_addresses(address.text)
    if not found or all(is_evm(one) for one in found):
        return bool(found)
    # Behind a ticker there may be any address; one that begins with 0x has 20 bytes, or 32 on some chains.
    return bool(address.ticker) and (not found[0].startswith("0x") or len(found[0]) == _LONG)


def _table(lines: list[str]) -> list[ListedParty]:
    parties = []
    reader = csv.reader((line + "\n" for line in lines[1:]), strict=True)
    try:
        for row in reader:
            if not any(field.strip() for field in row):
                continue
            number = reader.line_num + 1
            if len(row) != len(_HEADER):
                raise InvalidInput(f"line {number} of the list has {len(row)} fields, not {len(_HEADER)}", line=number)
            parties.append(_party(row, number))
    except csv.Error:
        raise InvalidInput("a line of the list is cut off") from None
    return parties


def _party(row: list[str], number: int) -> ListedParty:
    names, addresses, programs = (
        tuple(dict.fromkeys(part for field in several.split("|") if (part := tidy(field)))) for several in row[2:]
    )
    kind = row[1].strip().lower() or ListedKind.UNKNOWN.value
    try:
        return ListedParty(
            id=row[0].strip(),
            kind=ListedKind(kind),
            names=names,
            addresses=tuple(_address(address, number) for address in addresses),
            programs=programs,
        )
    except ValueError:
        raise InvalidInput(f"line {number} of the list is of no known kind", line=number) from None
    except InvalidInput as error:
        raise InvalidInput(f"line {number} of the list: {error.message}", line=number) from None
