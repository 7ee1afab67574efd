"""IVMS101: every constraint of the standard by its name, in both forms, and what is strict about reading."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from babel import Locale

from tokenpay.compliance.ivms101.document import Form, Ivms101
from tokenpay.compliance.ivms101.read import MAX_CHARACTERS, read_ivms101
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.texts import COUNTRIES, UNKNOWN_COUNTRY
from tokenpay.compliance.ivms101.write import in_form, write_ivms101
from tokenpay.errors import InvalidTravelRule

TODAY = date(2026, 1, 2)
LEI = "529900T8BM49AURSDO55"
NO_LEI = {"nationalIdentifier": "X" * 20, "nationalIdentifierType": "LEIX"}
PAYER = ("Originator", "originatorPersons", 0)
FIRST_NAME = ("name", "nameIdentifier", 0, "primaryIdentifier")
LOCAL_NAME = ("name", "localNameIdentifier", 0, "primaryIdentifier")
AUTHORITY = {"nationalIdentifier": "4711", "nationalIdentifierType": "RAID", "registrationAuthority": "RA000242"}
ADDRESS = {
    "addressType": "HOME",
    "streetName": "Long-Street",
    "buildingNumber": "7a",
    "townName": "Town",
    "country": "DE",
}
PLACES = {"department", "subDepartment", "floor", "postBox", "room", "postcode", "townLocationName", "districtName"}

Content = dict[str, Any]
Change = Callable[[Content], object]


def old() -> Content:
    """A document of 2020 in which everything stands."""
    anna = {
        "name": {
            "nameIdentifier": [
                {"primaryIdentifier": "Barnes", "secondaryIdentifier": "Anna", "nameIdentifierType": "LEGL"},
                {"primaryIdentifier": "Smith", "nameIdentifierType": "MAID"},
            ],
            "localNameIdentifier": [{"primaryIdentifier": "Барнс", "nameIdentifierType": "LEGL"}],
            "phoneticNameIdentifier": [{"primaryIdentifier": "バーンズ", "nameIdentifierType": "MISC"}],
        },
        "geographicAddress": [{**ADDRESS, **dict.fromkeys(PLACES, "x"), "addressLine": ["1", "2"]}],
        "nationalIdentification": {
            "nationalIdentifier": "P1",
            "nationalIdentifierType": "CCPT",
            "countryOfIssue": "DE",
        },
        "customerIdentification": "C00000001",
        "dateAndPlaceOfBirth": {"dateOfBirth": "1990-01-01", "placeOfBirth": "Minsk"},
        "countryOfResidence": "XX",
    }
    firm = {
        "name": {
            "nameIdentifier": [
                {"legalPersonName": "Firm Ltd.", "legalPersonNameIdentifierType": "LEGL"},
                {"legalPersonName": "Firm", "legalPersonNameIdentifierType": "SHRT"},
            ],
            "localNameIdentifier": [{"legalPersonName": "Фирма", "legalPersonNameIdentifierType": "TRAD"}],
            "phoneticNameIdentifier": [{"legalPersonName": "ファーム", "legalPersonNameIdentifierType": "LEGL"}],
        },
        "geographicAddress": [{**ADDRESS, "addressType": "GEOG", "countrySubDivision": "N/A", "buildingName": "B"}],
        "customerIdentification": "7",
        "nationalIdentification": AUTHORITY,
        "countryOfRegistration": "GB",
    }
    return {
        "Originator": {"originatorPersons": [{"naturalPerson": anna}], "accountNumber": ["0x1", "0x2"]},
        "Beneficiary": {"beneficiaryPersons": [{"legalPerson": firm}], "accountNumber": ["rJC:memo"]},
        "OriginatingVASP": {"originatingVASP": bank("Our Bank")},
        "BeneficiaryVASP": {"beneficiaryVASP": bank("Their Bank")},
        "TransferPath": {
            "transferPath": [{"intermediaryVASP": bank(name), "sequence": at} for at, name in enumerate(("A", "B"))]
        },
        "PayloadMetadata": {"transliterationMethod": ["cyrl", "othr"]},
    }


def bank(name: str) -> Content:
    identified = {"nationalIdentifier": LEI, "nationalIdentifierType": "LEIX"}
    names = [{"legalPersonName": name, "legalPersonNameIdentifierType": "LEGL"}]
    return {"legalPerson": {"name": {"nameIdentifier": names}, "nationalIdentification": identified}}


def new() -> Content:
    """The same document in the names of 2023."""
    content = old()
    for side in ("Originator", "Beneficiary"):
        small = side.lower()
        persons = content[side].pop(f"{small}Persons")
        persons[0]["accountNumber"] = content[side].pop("accountNumber")
        content[side][f"{small}Person"] = persons
    for name in originator(content, "originatorPerson")["name"]["nameIdentifier"]:
        name["naturalPersonNameIdentifierType"] = name.pop("nameIdentifierType")
    content["PayloadMetadata"]["payloadVersion"] = "101.2023"
    return content


def read(content: Content) -> Ivms101:
    return read_ivms101(json.dumps(content), today=TODAY)


def originator(content: Content, persons: str = "originatorPersons") -> Content:
    person: Content = content["Originator"][persons][0]["naturalPerson"]
    return person


def firm(content: Content) -> Content:
    person: Content = content["Beneficiary"]["beneficiaryPersons"][0]["legalPerson"]
    return person


def put(value: Any, *path: Any) -> Change:
    """Put a value at a place; None takes away what stands there."""

    def change(content: Content) -> None:
        *way, last = path
        holder: Any = content
        for step in way:
            holder = holder[step]
        if value is None:
            del holder[last]
        else:
            holder[last] = value

    return change


def of_originator(value: Any, *path: Any) -> Change:
    return lambda content: put(value, *path)(originator(content))


def of_firm(value: Any, *path: Any) -> Change:
    return lambda content: put(value, *path)(firm(content))


def identified(**changes: Any) -> Change:
    return of_firm({**AUTHORITY, **changes}, "nationalIdentification")


def address(stands: Content, **changes: Any) -> Change:
    return of_originator({**stands, **changes}, "geographicAddress", 0)


def without(content: Content, name: str) -> Content:
    return {key: value for key, value in content.items() if key != name}


def only(holder: Callable[[Content], Content], *kept: str) -> Change:
    def change(content: Content) -> None:
        for name in [name for name in holder(content) if name not in kept]:
            del holder(content)[name]

    return change


def as_originator(*kept: str, address_type: str = "GEOG") -> Change:
    """Let the legal person pay, with nothing but its name and what is kept."""

    def change(content: Content) -> None:
        only(firm, "name", *kept)(content)
        person = firm(content)
        if "geographicAddress" in kept:
            person["geographicAddress"][0]["addressType"] = address_type
        content["Originator"]["originatorPersons"] = [{"legalPerson": person}]

    return change


def changed(change: Change) -> Content:
    content = deepcopy(old())
    change(content)
    return content


REFUSED: dict[str, tuple[Change, Rule]] = {
    "C1: nothing identifies the person": (only(originator, "name", "countryOfResidence"), Rule.C1),
    "C2: born today": (of_originator("2026-01-02", "dateAndPlaceOfBirth", "dateOfBirth"), Rule.C2),
    "C2: not born yet": (of_originator("2990-01-01", "dateAndPlaceOfBirth", "dateOfBirth"), Rule.C2),
    "C3: of residence": (of_originator("UK", "countryOfResidence"), Rule.C3),
    "C3: small letters": (of_originator("de", "countryOfResidence"), Rule.C3),
    "C3: of issue": (of_originator("ZZ", "nationalIdentification", "countryOfIssue"), Rule.C3),
    "C3: of registration": (of_firm("EU", "countryOfRegistration"), Rule.C3),
    "C3: of an address": (of_originator("AA", "geographicAddress", 0, "country"), Rule.C3),
    "C4: nothing identifies the legal person": (as_originator("countryOfRegistration"), Rule.C4),
    "C4: an address that is not geographic": (as_originator("geographicAddress", address_type="BIZZ"), Rule.C4),
    "C5: no legal name": (of_firm("TRAD", "name", "nameIdentifier", 0, "legalPersonNameIdentifierType"), Rule.C5),
    "C6: no legal name": (of_originator("ALIA", "name", "nameIdentifier", 0, "nameIdentifierType"), Rule.C6),
    "C7: a passport": (identified(nationalIdentifierType="CCPT"), Rule.C7),
    "an element that is null": (address(ADDRESS, buildingNumber=None), Rule.KIND_OF_VALUE),
    "C8: only a street": (address(without(ADDRESS, "buildingNumber")), Rule.C8),
    "C8: only a building": (address(without(ADDRESS, "streetName")), Rule.C8),
    "C9: a country of issue": (identified(countryOfIssue="GB"), Rule.C9),
    "C9: no authority": (of_firm(without(AUTHORITY, "registrationAuthority"), "nationalIdentification"), Rule.C9),
    "C9: a LEI with an authority": (identified(nationalIdentifier=LEI, nationalIdentifierType="LEIX"), Rule.C9),
    "C10: no such code": (identified(registrationAuthority="RA24"), Rule.C10),
    "C10: small letters": (identified(registrationAuthority="ra000242"), Rule.C10),
    "C11: a LEI of another form": (of_firm(NO_LEI, "nationalIdentification"), Rule.C11),
    "C12: begins at one": (put(1, "TransferPath", "transferPath", 0, "sequence"), Rule.C12),
    "C12: a gap": (put(2, "TransferPath", "transferPath", 1, "sequence"), Rule.C12),
    "natural and legal": (put(bank("x")["legalPerson"], *PAYER, "legalPerson"), Rule.ONE_PERSON),
    "neither": (put({}, "OriginatingVASP", "originatingVASP"), Rule.ONE_PERSON),
    "no originator": (put(None, "Originator"), Rule.MISSING_ELEMENT),
    "no persons": (put([], "Beneficiary", "beneficiaryPersons"), Rule.MULTIPLICITY),
    "no name": (of_originator(None, "name"), Rule.MISSING_ELEMENT),
    "no town": (of_originator(None, "geographicAddress", 0, "townName"), Rule.MISSING_ELEMENT),
    "eight lines": (of_originator(["x"] * 8, "geographicAddress", 0, "addressLine"), Rule.MULTIPLICITY),
    "something unknown": (of_originator("x", "gender"), Rule.UNKNOWN_ELEMENT),
    "an unknown entity": (put({}, "Remark"), Rule.UNKNOWN_ELEMENT),
    "unknown in an entity": (put("x", "BeneficiaryVASP", "name"), Rule.UNKNOWN_ELEMENT),
    "a name of 2023": (put([], "Originator", "originatorPerson"), Rule.UNKNOWN_ELEMENT),
    "a number as a text": (put("0", "TransferPath", "transferPath", 0, "sequence"), Rule.KIND_OF_VALUE),
    "true as a number": (put(False, "TransferPath", "transferPath", 0, "sequence"), Rule.KIND_OF_VALUE),
    "a text as a list": (put("0x1", "Originator", "accountNumber"), Rule.KIND_OF_VALUE),
    "an unknown code": (of_originator("WORK", "geographicAddress", 0, "addressType"), Rule.CODE),
    "an unknown script": (put(["latn"], "PayloadMetadata", "transliterationMethod"), Rule.CODE),
    "an unknown edition": (put("101.2030", "PayloadMetadata", "payloadVersion"), Rule.CODE),
    "Cyrillic where Latin belongs": (of_originator("Барнс", *FIRST_NAME), Rule.TEXT),
    "a name too long": (of_originator("x" * 101, *FIRST_NAME), Rule.TEXT),
    "a blank name": (of_firm("  ", "name", "nameIdentifier", 0, "legalPersonName"), Rule.TEXT),
    "a local name too long": (of_originator("я" * 101, *LOCAL_NAME), Rule.TEXT),
    "a name nobody sees": (of_originator("А\u200bБ", *LOCAL_NAME), Rule.TEXT),
    "no day": (of_originator("1990-02-30", "dateAndPlaceOfBirth", "dateOfBirth"), Rule.TEXT),
    "a day in short": (of_originator("19900101", "dateAndPlaceOfBirth", "dateOfBirth"), Rule.TEXT),
    "an account number too long": (put(["x" * 101], "Originator", "accountNumber"), Rule.TEXT),
    "two spellings at one place": (of_originator("7", "customerNumber"), Rule.TWO_SPELLINGS),
    "two spellings of an entity": (put({}, "originator"), Rule.TWO_SPELLINGS),
}  # fmt: skip


@pytest.mark.parametrize(("change", "rule"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_by_its_name(change: Change, rule: Rule) -> None:
    with pytest.raises(InvalidTravelRule) as refused:
        read(changed(change))
    assert refused.value.fields["rule"] == rule
    assert rule is Rule.C2 or refused.value.fields["at"]


def test_every_constraint_of_the_standard_is_refused_somewhere() -> None:
    refused = {rule for _, rule in REFUSED.values()}
    assert refused == set(Rule) - {Rule.JSON, Rule.FORM}


ENOUGH: dict[str, Change] = {
    "C1: an address": only(originator, "name", "geographicAddress"),
    "C1: a customer id": only(originator, "name", "customerIdentification"),
    "C1: a national id": only(originator, "name", "nationalIdentification"),
    "C1: birth data": only(originator, "name", "dateAndPlaceOfBirth"),
    "C2: born yesterday": of_originator("2026-01-01", "dateAndPlaceOfBirth", "dateOfBirth"),
    "C4: a geographic address": as_originator("geographicAddress"),
    "C4: a customer id": as_originator("customerIdentification"),
    "C4: a national id": as_originator("nationalIdentification"),
    "C8: lines alone": of_originator(
        {"addressType": "BIZZ", "townName": "T", "country": "FR", "addressLine": ["1 rue"]}, "geographicAddress", 0
    ),
    "C8: a street and a building's name": of_originator(
        {"addressType": "GEOG", "streetName": "S", "buildingName": "B", "townName": "T", "country": "FR"},
        "geographicAddress",
        0,
    ),
    "C9: tax": identified(nationalIdentifierType="TXID"),
    "C9: other": identified(nationalIdentifierType="MISC"),
    "no institutions": lambda content: (put(None, "OriginatingVASP")(content), put(None, "BeneficiaryVASP")(content)),
    "a natural person's number says its authority": of_originator(AUTHORITY, "nationalIdentification"),
    "an empty second part of a local name": of_originator("", "name", "localNameIdentifier", 0, "secondaryIdentifier"),
    "the older spelling": lambda content: put(originator(content).pop("customerIdentification"), "customerNumber")(
        originator(content)
    ),
    "the edition told in 2020": put("101", "PayloadMetadata", "payloadVersion"),
    "small letters": lambda content: content.update({name[0].lower() + name[1:]: content.pop(name) for name in old()}),
}


@pytest.mark.parametrize("change", ENOUGH.values(), ids=ENOUGH)
def test_what_is_enough_is_read_and_written_as_it_came(change: Change) -> None:
    content = changed(change)
    assert json.loads(write_ivms101(read(content))) == content


@pytest.mark.parametrize("content", [old(), new()], ids=["2020", "2023"])
def test_everything_is_read_and_written_in_both_forms(content: Content) -> None:
    document = read(content)
    assert document.form is (Form.OF_2023 if "payloadVersion" in content["PayloadMetadata"] else Form.OF_2020)
    text = write_ivms101(document)
    assert json.loads(text) == content
    assert write_ivms101(read_ivms101(text, today=TODAY)) == text


def test_one_form_becomes_the_other_and_back() -> None:
    assert in_form(read(old()), Form.OF_2023) == read(new())
    assert in_form(read(new()), Form.OF_2020) == read(old())


def test_what_a_form_cannot_say_is_not_lost_in_silence() -> None:
    content = new()
    persons = content["Beneficiary"]["beneficiaryPerson"]
    persons.append(deepcopy(persons[0]))
    with pytest.raises(InvalidTravelRule) as refused:
        in_form(read(content), Form.OF_2020)
    assert refused.value.fields["rule"] == Rule.FORM
    long = new()
    long["Originator"]["originatorPerson"][0]["accountNumber"] = ["x" * 101]
    with pytest.raises(InvalidTravelRule):
        in_form(read(long), Form.OF_2020)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ('{"Originator": {}, "Originator": {}}', "holds a name twice"),
        ("[" * 17, "levels deep"),
        (" " * (MAX_CHARACTERS + 1), "longer than"),
    ],
)
def test_what_is_no_json_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidTravelRule, match=said) as refused:
        read_ivms101(text, today=TODAY)
    assert refused.value.fields["rule"] == Rule.JSON


def test_a_refusal_does_not_repeat_what_was_given() -> None:
    content = changed(of_originator("Secret-Name \u0416", *FIRST_NAME))
    with pytest.raises(InvalidTravelRule) as refused:
        read(content)
    assert "Secret" not in f"{refused.value.message} {refused.value.fields}"
    assert refused.value.fields["at"] == "Originator.originatorPersons[0].naturalPerson.name"


def test_the_countries_are_those_of_iso_3166() -> None:
    known = {str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))}
    not_of_iso = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
    assert COUNTRIES - {UNKNOWN_COUNTRY} == known - not_of_iso
    assert len(COUNTRIES) == 249 + 1
