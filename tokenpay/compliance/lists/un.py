"""The United Nations Security Council's consolidated list as XML (its schema is sc-sanctions.xsd)."""

from xml.etree.ElementTree import Element

from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.lists.dates import moment_s
from tokenpay.compliance.lists.xml_stream import pieces, text_at, text_of

_KINDS = {"INDIVIDUAL": ListedKind.PERSON, "ENTITY": ListedKind.ORGANISATION}
_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read_un(content: bytes) -> tuple[int, list[ListedParty]]:
    """Return when the list was generated and its parties; an entry's id is its reference number, such as CDi.001."""
    dated_s, parties = 0, []
    for piece in pieces(content, root="CONSOLIDATED_LIST", wanted=_KINDS):
        if piece.tag == "CONSOLIDATED_LIST":
            dated_s = moment_s(piece.get("dateGenerated", ""))
        else:
            parties.append(_party(piece))
    return dated_s, parties


def _party(entry: Element) -> ListedParty:
    whole = " ".join(part for part in (text_at(entry, name) for name in _PARTS) if part)
    aliases = [text_of(alias) for alias in entry.findall(f"{entry.tag}_ALIAS/ALIAS_NAME")]
    names = [whole, text_at(entry, "NAME_ORIGINAL_SCRIPT"), *aliases]
    programs = [text_at(entry, "UN_LIST_TYPE")]
    return ListedParty(
        id=text_at(entry, "REFERENCE_NUMBER") or text_at(entry, "DATAID"),
        kind=_KINDS[entry.tag],
        names=tuple(dict.fromkeys(name for name in names if name)),
        programs=tuple(program for program in programs if program),
    )
