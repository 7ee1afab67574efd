"""The SDN list of the United States' OFAC as classic XML (`sdn.xml`), by its schema of the same name."""

from xml.etree.ElementTree import Element

from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.dates import day_s
from tokenpay.compliance.lists.ofac_words import KINDS, ticker_of
from tokenpay.compliance.lists.xml_stream import pieces, text_at, text_of
from tokenpay.errors import InvalidInput

_INFORMATION = frozenset({"publshInformation", "publishInformation"})
"""OFAC's schema misspells it; a publisher who corrects that is understood as well."""


def read_ofac_classic(content: bytes) -> tuple[int, list[ListedParty]]:
    """Return the list's date and its parties; raises InvalidInput where it holds more or fewer than it says."""
    parties, dated_s, count = [], None, ""
    for piece in pieces(content, root="sdnList", wanted={*_INFORMATION, "sdnEntry"}):
        if piece.tag in _INFORMATION:
            month, day, year = (text_at(piece, "Publish_Date").split("/") + [""] * 3)[:3]
            dated_s, count = day_s(year, month, day), text_at(piece, "Record_Count")
        elif piece.tag == "sdnEntry":
            parties.append(_party(piece))
    if dated_s is None:
        raise InvalidInput("the list does not say when it was published")
    if count and count != str(len(parties)):
        raise InvalidInput("the list does not hold as many entries as it says: a part of it is missing")
    return dated_s, parties


def _party(entry: Element) -> ListedParty:
    names = [_name(entry), *(_name(alias) for alias in entry.findall("akaList/aka"))]
    addresses = []
    for identity in entry.findall("idList/id"):
        ticker = ticker_of(text_at(identity, "idType"))
        if ticker is not None:
            addresses.append(ListedAddress(ticker=ticker, text=text_at(identity, "idNumber")))
    programs = [text_of(program) for program in entry.findall("programList/program")]
    return ListedParty(
        id=text_at(entry, "uid"),
        kind=KINDS.get(text_at(entry, "sdnType").lower(), ListedKind.UNKNOWN),
        names=tuple(dict.fromkeys(name for name in names if name)),
        addresses=tuple(dict.fromkeys(addresses)),
        programs=tuple(dict.fromkeys(program for program in programs if program)),
    )


def _name(entry: Element) -> str:
    return ", ".join(part for part in (text_at(entry, "lastName"), text_at(entry, "firstName")) if part)
