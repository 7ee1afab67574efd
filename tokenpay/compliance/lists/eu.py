"""The European Union's consolidated list of financial sanctions as XML (`xmlFullSanctionsList_1_1`)."""

from xml.etree.ElementTree import Element

from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.lists.dates import moment_s
from tokenpay.compliance.lists.xml_stream import pieces, tidy

_KINDS = {"person": ListedKind.PERSON, "p": ListedKind.PERSON}
_KINDS |= {"enterprise": ListedKind.ORGANISATION, "e": ListedKind.ORGANISATION}


def read_eu(content: bytes) -> tuple[int, list[ListedParty]]:
    """Return when the list was generated and its parties; an entry's id is its EU reference, or its logical id."""
    dated_s, parties = 0, []
    for piece in pieces(content, root="export", wanted={"sanctionEntity"}):
        if piece.tag == "export":
            dated_s = moment_s(piece.get("generationDate", ""))
        else:
            parties.append(_party(piece))
    return dated_s, parties


def _party(entity: Element) -> ListedParty:
    names = [tidy(alias.get("wholeName")) or _parts(alias) for alias in entity.findall("nameAlias")]
    programs = [tidy(regulation.get("programme")) for regulation in entity.findall("regulation")]
    return ListedParty(
        id=entity.get("euReferenceNumber", "") or entity.get("logicalId", ""),
        kind=_kind(entity.find("subjectType")),
        names=tuple(dict.fromkeys(name for name in names if name)),
        programs=tuple(dict.fromkeys(program for program in programs if program)),
    )


def _parts(alias: Element) -> str:
    return tidy(" ".join(alias.get(part, "") for part in ("firstName", "middleName", "lastName")))


def _kind(subject: Element | None) -> ListedKind:
    if subject is None:
        return ListedKind.UNKNOWN
    words = (subject.get("code", "").lower(), subject.get("classificationCode", "").lower())
    return next((_KINDS[word] for word in words if word in _KINDS), ListedKind.UNKNOWN)
