"""The SDN list of the United States' OFAC as advanced XML, where everything is found by following ids.

Nothing is known beforehand but words: a feature type whose text is "Digital Currency Address - X" makes its features
addresses of X. Source: OFAC's notes on sdn_advanced.xml and the Advanced Sanctions Data Model.
"""

from collections import defaultdict
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.dates import day_s
from tokenpay.compliance.lists.ofac_words import KINDS, ticker_of
from tokenpay.compliance.lists.xml_stream import pieces, text_at, text_of
from tokenpay.errors import InvalidInput

_VALUES = frozenset({"FeatureType", "NamePartType", "PartySubType", "PartyType", "SanctionsType"})
_WANTED = _VALUES | {"DateOfIssue", "DistinctParty", "SanctionsEntry"}


def read_ofac_advanced(content: bytes) -> tuple[int, list[ListedParty]]:
    """Return the list's date and its parties; raises InvalidInput for what is cut off, or points to what is not there.

    An entry's id is the `FixedRef` of its party, which OFAC calls the UID elsewhere.
    """
    values: dict[str, dict[str, Element]] = defaultdict(dict)
    found: list[tuple[str, ListedParty]] = []
    programs: dict[str, list[str]] = defaultdict(list)
    dated_s = None
    for piece in pieces(content, root="Sanctions", wanted=_WANTED):
        if piece.tag in _VALUES:
            values[piece.tag][piece.get("ID", "")] = piece
        elif piece.tag == "DateOfIssue":
            dated_s = day_s(*(text_at(piece, part) for part in ("Year", "Month", "Day")))
        elif piece.tag == "DistinctParty":
            found += _parties(piece, values)
        elif piece.tag == "SanctionsEntry":
            programs[piece.get("ProfileID", "")] += _programs(piece, values)
    if dated_s is None:
        raise InvalidInput("the list does not say when it was issued")
    if programs.keys() - {profile for profile, _ in found}:
        raise InvalidInput("the list sanctions a party that it does not describe: a part of it is missing")
    return dated_s, [_under(party, programs[profile]) for profile, party in found]


def _under(party: ListedParty, programs: list[str]) -> ListedParty:
    return ListedParty(
        id=party.id,
        kind=party.kind,
        names=party.names,
        addresses=party.addresses,
        programs=tuple(dict.fromkeys(programs)),
    )


def _parties(piece: Element, values: Mapping[str, Mapping[str, Element]]) -> list[tuple[str, ListedParty]]:
    parties = []
    profiles = piece.findall("Profile")
    uid = piece.get("FixedRef", "") if len(profiles) == 1 else ""
    for profile in profiles:
        named = [name for identity in _first(profile.findall("Identity")) for name in _names(identity, values)]
        party = ListedParty(
            id=uid or profile.get("ID", ""),
            kind=_kind(profile, values),
            names=tuple(dict.fromkeys(named)),
            addresses=tuple(dict.fromkeys(_addresses(profile, values))),
        )
        parties.append((profile.get("ID", ""), party))
    return parties


def _first(elements: list[Element]) -> list[Element]:
    """The primary one comes first, the others as they stand."""
    return sorted(elements, key=lambda element: element.get("Primary") != "true")


def _kind(profile: Element, values: Mapping[str, Mapping[str, Element]]) -> ListedKind:
    of_part = values["PartySubType"].get(profile.get("PartySubTypeID", ""))
    if of_part is None:
        return ListedKind.UNKNOWN
    of_whole = values["PartyType"].get(of_part.get("PartyTypeID", ""))
    words = (text_of(of_part).lower(), text_of(of_whole).lower())
    return next((KINDS[word] for word in words if word in KINDS), ListedKind.UNKNOWN)


def _names(identity: Element, values: Mapping[str, Mapping[str, Element]]) -> list[str]:
    last_names = {
        group.get("ID")
        for group in identity.iter("NamePartGroup")
        if text_of(values["NamePartType"].get(group.get("NamePartTypeID", ""))).lower() == "last name"
    }
    names = []
    for alias in _first(identity.findall("Alias")):
        for documented in alias.findall("DocumentedName"):
            parts = [
                (value.get("NamePartGroupID") in last_names, text_of(value))
                for value in documented.iter("NamePartValue")
            ]
            last = " ".join(text for is_last, text in parts if is_last and text)
            rest = " ".join(text for is_last, text in parts if not is_last and text)
            names.append(f"{last}, {rest}" if last and rest else last or rest)
    return [name for name in names if name]


def _addresses(profile: Element, values: Mapping[str, Mapping[str, Element]]) -> list[ListedAddress]:
    addresses = []
    for feature in profile.findall("Feature"):
        kind = values["FeatureType"].get(feature.get("FeatureTypeID", ""))
        if kind is None:
            raise InvalidInput("a feature is of a type that the list does not name: a part of it is missing")
        ticker = ticker_of(text_of(kind))
        if ticker is None:
            continue
        texts = [text_of(detail) for detail in feature.iter("VersionDetail")]
        if not any(texts):
            raise InvalidInput("an address of the list is empty")
        addresses += [ListedAddress(ticker=ticker, text=text) for text in texts if text]
    return addresses


def _programs(entry: Element, values: Mapping[str, Mapping[str, Element]]) -> list[str]:
    return [
        program
        for measure in entry.findall("SanctionsMeasure")
        if text_of(values["SanctionsType"].get(measure.get("SanctionsTypeID", ""))).lower() == "program"
        and (program := text_at(measure, "Comment"))
    ]
