"""Whom data of the Travel Rule names beside our customer: nobody is passed over for standing on our side."""

import json
from datetime import date

import pytest

from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.travel_names import names_outside
from tokenpay.compliance.travel_record import Way

OURS, OTHER = "C1", "X9"

CASES = {
    "ours by number": ([("Anna", OURS)], Way.OUT, ["Smith"]),
    "ours, alone and without a number": ([("Anna", None)], Way.OUT, ["Smith"]),
    "alone, but by another number": ([("Vane", OTHER)], Way.OUT, ["Smith", "Vane"]),
    "two, one by our number": ([("Anna", OURS), ("Vane", None)], Way.OUT, ["Smith", "Vane"]),
    "paid here, alone": ([("Anna", None)], Way.IN, ["Smith"]),
    "paid here, with somebody else": ([("Anna", OURS), ("Vane", None)], Way.IN, ["Smith", "Vane"]),
}


@pytest.mark.parametrize(("here", "way", "named"), CASES.values(), ids=CASES)
def test_who_is_not_told_as_ours_is_compared(here: list[tuple[str, str | None]], way: Way, named: list[str]) -> None:
    there = [("Smith", None)]
    payers, payees = (here, there) if way is Way.OUT else (there, here)
    content = {
        "Originator": {"originatorPersons": [_person(*each) for each in payers]},
        "Beneficiary": {"beneficiaryPersons": [_person(*each) for each in payees], "accountNumber": ["1"]},
    }
    document = read_ivms101(json.dumps(content), today=date(2026, 1, 1))
    assert [name for (name,) in names_outside(document, way, customers=[OURS])] == named


def _person(family: str, number: str | None) -> dict[str, object]:
    name = {"nameIdentifier": [{"primaryIdentifier": family, "nameIdentifierType": "LEGL"}]}
    told = {} if number is None else {"customerIdentification": number}
    birth = {"dateAndPlaceOfBirth": {"dateOfBirth": "1980-01-01", "placeOfBirth": "Minsk"}}
    return {"naturalPerson": {"name": name, **(told or birth)}}
