"""Whom data of the Travel Rule names beside our customer: nobody is passed over for standing on our side."""

import json
from datetime import date

import pytest

from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.travel_names import names_outside
from tokenpay.compliance.travel_record import Way

OURS, OTHER = "C1", "X9"

CASES = {
    "ours by name and number": ([("Petrova", "Anna", OURS)], Way.OUT, ["Smith"]),
    "ours by name alone, otherwise written": ([("ANNA", "petrova", None)], Way.OUT, ["Smith"]),
    "alone, by another name": ([("Vane", None, None)], Way.OUT, ["Smith", "Vane"]),
    "by our number, and another name": ([("Vane", None, OURS)], Way.OUT, ["Smith", "Vane"]),
    "by our name, and another number": ([("Petrova", "Anna", OTHER)], Way.OUT, ["Smith"]),
    "two by our number": ([("Petrova", "Anna", OURS), ("Vane", None, OURS)], Way.OUT, ["Smith", "Vane"]),
    "paid here, by our name": ([("Petrova", "Anna", None)], Way.IN, ["Smith"]),
    "paid here, by another name": ([("Vane", None, None)], Way.IN, ["Smith", "Vane"]),
    "paid here, with somebody else": ([("Petrova", "Anna", OURS), ("Vane", None, None)], Way.IN, ["Smith", "Vane"]),
    "by a part of our name": ([("Anna", None, None)], Way.IN, ["Smith", "Anna"]),
}
Told = tuple[str, str | None, str | None]


@pytest.mark.parametrize(("here", "way", "named"), CASES.values(), ids=CASES)
def test_who_is_not_told_as_ours_is_compared(here: list[Told], way: Way, named: list[str]) -> None:
    there: list[Told] = [("Smith", None, None)]
    payers, payees = (here, there) if way is Way.OUT else (there, here)
    content = {
        "Originator": {"originatorPersons": [_person(*each) for each in payers]},
        "Beneficiary": {"beneficiaryPersons": [_person(*each) for each in payees], "accountNumber": ["1"]},
    }
    document = read_ivms101(json.dumps(content), today=date(2026, 1, 1))
    assert [name for (name,) in names_outside(document, way, customers=["Anna Petrova"])] == named


def _person(family: str, first: str | None, number: str | None) -> dict[str, object]:
    given = {} if first is None else {"secondaryIdentifier": first}
    name = {"nameIdentifier": [{"primaryIdentifier": family, **given, "nameIdentifierType": "LEGL"}]}
    told = {} if number is None else {"customerIdentification": number}
    birth = {"dateAndPlaceOfBirth": {"dateOfBirth": "1980-01-01", "placeOfBirth": "Minsk"}}
    return {"naturalPerson": {"name": name, **(told or birth)}}
