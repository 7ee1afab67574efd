"""Small files of the forms in which lists are published, made from parties: as the schemas say, with made-up ids.

Ids are drawn anew for every file, and namespaces are those that were in use at one time or another, so that a reader
which knows one of them by heart fails.
"""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from tokenpay.compliance.listed_party import ListedKind, ListedParty

ADVANCED_NAMESPACES = (
    "http://www.un.org/sanctions/1.0",
    "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML",
    "",
)
CLASSIC_NAMESPACES = (
    "http://tempuri.org/sdnList.xsd",
    "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML",
)
_WORDS = {
    ListedKind.PERSON: "Individual",
    ListedKind.ORGANISATION: "Entity",
    ListedKind.VESSEL: "Vessel",
    ListedKind.AIRCRAFT: "Aircraft",
}


def _day(dated_s: int) -> datetime:
    return datetime.fromtimestamp(dated_s, UTC)


def _xmlns(namespace: str) -> str:
    return f" xmlns={quoteattr(namespace)}" if namespace else ""


def ofac_advanced(
    parties: Sequence[ListedParty], dated_s: int, *, namespace: str = ADVANCED_NAMESPACES[1], seed: int = 1
) -> bytes:
    """Return `sdn_advanced.xml`: reference values, locations, documents, parties, relationships, entries."""
    ids = iter(random.Random(seed).sample(range(1_000, 90_000_000), 100 + 20 * sum(_size(party) for party in parties)))
    tickers = sorted({address.ticker for party in parties for address in party.addresses})
    currencies = {ticker: next(ids) for ticker in tickers}
    born, last, first, whole, program, block = (next(ids) for _ in range(6))
    types = {word: next(ids) for word in ("Individual", "Entity", "Transport")}
    kinds = {kind: next(ids) for kind in _WORDS}
    above = {ListedKind.PERSON: "Individual", ListedKind.ORGANISATION: "Entity"}
    features = "".join(
        f'<FeatureType ID="{id}" FeatureTypeGroupID="1">Digital Currency Address - {ticker}</FeatureType>'
        for ticker, id in currencies.items()
    )
    subtypes = "".join(
        f'<PartySubType ID="{id}" PartyTypeID="{types[above.get(kind, "Transport")]}">'
        f"{'Unknown' if kind in above else _WORDS[kind]}</PartySubType>"
        for kind, id in kinds.items()
    )

    def alias(name: str, primary: bool, groups: list[str]) -> str:
        parts = []
        surname, comma, given = name.partition(", ")
        for kind, text in [(last, surname), (first, given)] if comma else [(whole, name)]:
            group = next(ids)
            groups.append(
                f'<MasterNamePartGroup><NamePartGroup ID="{group}" NamePartTypeID="{kind}" /></MasterNamePartGroup>'
            )
            parts.append(
                f'<DocumentedNamePart><NamePartValue NamePartGroupID="{group}" ScriptID="215" ScriptStatusID="1"'
                f' Acronym="false">{escape(text)}</NamePartValue></DocumentedNamePart>'
            )
        return (
            f'<Alias FixedRef="1" AliasTypeID="{1403 if primary else 1400}" Primary="{str(primary).lower()}"'
            f' LowQuality="false"><DocumentedName ID="{next(ids)}" FixedRef="1" DocNameStatusID="1">'
            f"{''.join(parts)}</DocumentedName></Alias>"
        )

    def feature(type_id: int, text: str) -> str:
        return (
            f'<Feature ID="{next(ids)}" FeatureTypeID="{type_id}">'
            f'<FeatureVersion ID="{next(ids)}" ReliabilityID="1560"><Comment />'
            f'<VersionDetail DetailTypeID="1432">{escape(text)}</VersionDetail></FeatureVersion>'
            f'<IdentityReference IdentityID="{next(ids)}" IdentityFeatureLinkTypeID="1" /></Feature>'
        )

    bodies, entries = [], []
    for party in parties:
        profile = next(ids)
        groups: list[str] = []
        # The primary name stands last here: that it comes first is the reader's work.
        names = [alias(name, False, groups) for name in party.names[1:]]
        names += [alias(name, True, groups) for name in party.names[:1]]
        bodies.append(
            f'<DistinctParty FixedRef={quoteattr(party.id)}><Comment /><Profile ID="{profile}"'
            f' PartySubTypeID="{kinds.get(party.kind, 1)}"><Identity ID="{next(ids)}" FixedRef={quoteattr(party.id)}'
            f' Primary="true" False="false">{"".join(names)}'
            f"<NamePartGroups>{''.join(groups)}</NamePartGroups></Identity>"
            f'<Feature ID="{next(ids)}" FeatureTypeID="{born}"><FeatureVersion ID="{next(ids)}"><DatePeriod><Start>'
            f"<From><Year>1970</Year><Month>1</Month><Day>1</Day></From></Start></DatePeriod></FeatureVersion></Feature>"
            f"{''.join(feature(currencies[address.ticker], address.text) for address in party.addresses)}"
            f"</Profile></DistinctParty>"
        )
        measures = "".join(
            f'<SanctionsMeasure ID="{next(ids)}" SanctionsTypeID="{program}"><Comment>{escape(name)}</Comment>'
            f"</SanctionsMeasure>"
            for name in party.programs
        )
        entries.append(
            f'<SanctionsEntry ID="{next(ids)}" ProfileID="{profile}" ListID="1550">'
            f'<EntryEvent ID="{next(ids)}"><Comment />'
            f"<Date><Year>1986</Year><Month>12</Month><Day>10</Day></Date></EntryEvent>"
            f'<SanctionsMeasure ID="{next(ids)}" SanctionsTypeID="{block}"><Comment>frozen</Comment></SanctionsMeasure>'
            f"{measures}</SanctionsEntry>"
        )
    day = _day(dated_s)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Sanctions{_xmlns(namespace)} Version="1">'
        f'<DateOfIssue CalendarTypeID="1"><Year>{day.year}</Year><Month>{day.month}</Month><Day>{day.day}</Day>'
        f'</DateOfIssue><ReferenceValueSets><AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType>'
        f'<AliasType ID="1403">Name</AliasType></AliasTypeValues>'
        f'<FeatureTypeValues><FeatureType ID="{born}" FeatureTypeGroupID="1">Birthdate</FeatureType>'
        f"{features}</FeatureTypeValues><NamePartTypeValues>"
        f'<NamePartType ID="{last}">Last Name</NamePartType><NamePartType ID="{first}">First Name</NamePartType>'
        f'<NamePartType ID="{whole}">Entity Name</NamePartType></NamePartTypeValues>'
        f"<PartySubTypeValues>{subtypes}</PartySubTypeValues><PartyTypeValues>"
        + "".join(f'<PartyType ID="{id}">{word}</PartyType>' for word, id in types.items())
        + f'</PartyTypeValues><SanctionsTypeValues><SanctionsType ID="{block}">Block</SanctionsType>'
        f'<SanctionsType ID="{program}">Program</SanctionsType></SanctionsTypeValues></ReferenceValueSets>'
        f'<Locations><Location ID="25"><LocationCountry CountryID="11073" /></Location></Locations>'
        f'<IDRegDocuments><IDRegDocument ID="1" IDRegDocTypeID="1571"><IDRegistrationNo>Z1</IDRegistrationNo>'
        f"</IDRegDocument></IDRegDocuments>\n<DistinctParties>{chr(10).join(bodies)}</DistinctParties><ProfileRelationships>"
        f'<ProfileRelationship ID="1" RelationTypeID="1555" /></ProfileRelationships>\n'
        f"<SanctionsEntries>{chr(10).join(entries)}</SanctionsEntries></Sanctions>\n"
    ).encode()


def _size(party: ListedParty) -> int:
    return 1 + len(party.names) + len(party.addresses) + len(party.programs)


def ofac_classic(parties: Sequence[ListedParty], dated_s: int, *, namespace: str = CLASSIC_NAMESPACES[0]) -> bytes:
    """Return `sdn.xml`."""

    def named(name: str) -> str:
        surname, comma, given = name.partition(", ")
        first = f"<firstName>{escape(given)}</firstName>" if comma else ""
        return f"{first}<lastName>{escape(surname)}</lastName>"

    entries = []
    for party in parties:
        aliases = "".join(
            f"<aka><uid>{n}</uid><type>a.k.a.</type><category>strong</category>{named(name)}</aka>"
            for n, name in enumerate(party.names[1:])
        )
        programs = "".join(f"<program>{escape(name)}</program>" for name in party.programs)
        identities = "".join(
            f"<id><uid>{n}</uid><idType>Digital Currency Address - {address.ticker}</idType>"
            f"<idNumber>{escape(address.text)}</idNumber></id>"
            for n, address in enumerate(party.addresses)
        )
        entries.append(
            f"<sdnEntry><uid>{party.id}</uid>{named(party.names[0])}<sdnType>{_WORDS[party.kind]}</sdnType>"
            f"<programList>{programs}</programList><idList><id><uid>7</uid><idType>Passport</idType><idNumber>A1</idNumber>"
            f"</id>{identities}</idList><akaList>{aliases}</akaList></sdnEntry>"
        )
    return (
        f'<?xml version="1.0" standalone="yes"?>\n<sdnList{_xmlns(namespace)}><publshInformation>'
        f"<Publish_Date>{_day(dated_s):%m/%d/%Y}</Publish_Date><Record_Count>{len(parties)}</Record_Count>"
        f"</publshInformation>\n{chr(10).join(entries)}\n</sdnList>\n"
    ).encode()


def ofac_csv(parties: Sequence[ListedParty]) -> tuple[bytes, bytes, bytes]:
    """Return `sdn.csv`, `alt.csv` and `sdn_comments.csv`; a long remark goes on in the last."""
    nothing = "-0- "
    main, aliases, comments = [], [], []
    for party in parties:
        currencies = [f"Digital Currency Address - {address.ticker} {address.text}" for address in party.addresses]
        remark = "; ".join(["DOB 1970", *currencies[:1], *(f"alt. {text}" for text in currencies[1:])]) + "."
        kind = {ListedKind.ORGANISATION: nothing}.get(party.kind, _WORDS[party.kind].lower())
        programs = "] [".join(party.programs) or nothing
        main.append([party.id, party.names[0], kind, programs, *[nothing] * 7, remark[:1000]])
        aliases += [[party.id, n, "aka", name, nothing] for n, name in enumerate(party.names[1:])]
        comments += [[party.id, remark[1000:]]] if remark[1000:] else []
    return _table(main), _table(aliases), _table(comments)


def _table(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode() + b"\x1a"


def eu(parties: Sequence[ListedParty], dated_s: int) -> bytes:
    """Return `xmlFullSanctionsList_1_1`; it has no place for addresses."""
    entities = []
    for n, party in enumerate(parties):
        code = "person" if party.kind is ListedKind.PERSON else "enterprise"
        regulations = "".join(
            f'<regulation regulationType="regulation" publicationDate="2003-07-08" programme={quoteattr(program)}'
            f' logicalId="{n}"><publicationUrl>http://eur-lex.europa.eu/</publicationUrl></regulation>'
            for program in party.programs
        )
        names = "".join(
            f'<nameAlias firstName="" middleName="" lastName="" wholeName={quoteattr(name)} function=""'
            f' gender="" title="" nameLanguage="" strong="true" regulationLanguage="en" logicalId="{n}">'
            f'<regulationSummary regulationType="regulation" /></nameAlias>'
            for name in party.names
        )
        entities.append(
            f'<sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber={quoteattr(party.id)}'
            f' logicalId="{n + 13}"><remark>made up</remark>{regulations}'
            f'<subjectType code="{code}" classificationCode="{code[0].upper()}"/>{names}</sanctionEntity>'
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<export xmlns="http://eu.europa.ec/fpi/fsd/export"'
        f' generationDate="{_day(dated_s).isoformat()}" globalFileId="171703">{"".join(entities)}</export>\n'
    ).encode()


def un(parties: Sequence[ListedParty], dated_s: int) -> bytes:
    """Return the United Nations' consolidated list; it has no place for addresses."""
    people: list[str] = []
    others: list[str] = []
    for n, party in enumerate(parties):
        tag = "INDIVIDUAL" if party.kind is ListedKind.PERSON else "ENTITY"
        first, _, second = party.names[0].partition(" ")
        aliases = "".join(
            f"<{tag}_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>{escape(name)}</ALIAS_NAME></{tag}_ALIAS>"
            for name in party.names[1:]
        )
        (people if tag == "INDIVIDUAL" else others).append(
            f"<{tag}><DATAID>{n}</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>{escape(first)}</FIRST_NAME>"
            f"<SECOND_NAME>{escape(second)}</SECOND_NAME><UN_LIST_TYPE>{escape(party.programs[0])}</UN_LIST_TYPE>"
            f"<REFERENCE_NUMBER>{escape(party.id)}</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>"
            f"<NATIONALITY><VALUE>nowhere</VALUE></NATIONALITY>{aliases}<{tag}_ALIAS><QUALITY/><ALIAS_NAME/></{tag}_ALIAS>"
            f"</{tag}>"
        )
    moment = _day(dated_s).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="sc-sanctions.xsd"'
        f' dateGenerated="{moment}"><INDIVIDUALS>{"".join(people)}</INDIVIDUALS><ENTITIES>{"".join(others)}</ENTITIES>'
        f"</CONSOLIDATED_LIST>\n"
    ).encode()
