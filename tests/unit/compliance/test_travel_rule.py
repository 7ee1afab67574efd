"""What a document of the Travel Rule says of the other side, and whom it must name."""

import json
from datetime import date
from typing import Any

import pytest

from tests.unit.payments.samples import PAYEE
from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.travel_rule import check_incoming, check_institution, counterparty
from tokenpay.errors import InvalidTravelRule


def person(family: str, country: str) -> dict[str, Any]:
    name = {"nameIdentifier": [{"primaryIdentifier": family, "nameIdentifierType": "LEGL"}]}
    return {"naturalPerson": {"name": name, "customerIdentification": "1", "countryOfResidence": country}}


def firm(legal: str, country: str) -> dict[str, Any]:
    names = [{"legalPersonName": legal, "legalPersonNameIdentifierType": "LEGL"}]
    return {"legalPerson": {"name": {"nameIdentifier": names}, "countryOfRegistration": country}}


def document(*accounts: str, firms: bool) -> Ivms101:
    content = {
        "Originator": {"originatorPersons": [person("Barnes", "BY")], "accountNumber": ["9"]},
        "Beneficiary": {"beneficiaryPersons": [person("Smith", "DE")], "accountNumber": list(accounts or ("9",))},
    }
    if firms:
        content["OriginatingVASP"] = {"originatingVASP": firm("First", "PL")}
        content["BeneficiaryVASP"] = {"beneficiaryVASP": firm("Second", "LT")}
    return read_ivms101(json.dumps(content), today=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("firms", "outgoing", "told"),
    [
        (True, True, ("Second", "LT")),
        (True, False, ("First", "PL")),
        (False, True, ("", "DE")),
        (False, False, ("", "BY")),
    ],
)
def test_the_counterparty_is_who_is_on_the_other_side(firms: bool, outgoing: bool, told: tuple[str, str]) -> None:
    assert counterparty(document(firms=firms), outgoing=outgoing) == told


@pytest.mark.parametrize(
    ("accounts", "account", "good"),
    [
        (("C7",), None, True),
        (("C7",), PAYEE, True),
        ((str(PAYEE),), PAYEE, True),
        (("C8",), PAYEE, False),
        (("C8",), None, False),
        ((str(PAYEE),), None, False),
    ],
)
def test_what_comes_in_names_the_address_or_the_customer(accounts: tuple[str, ...], account: Any, good: bool) -> None:
    def check(*, firms: bool = True, proved: bool = False) -> None:
        told = document(*accounts, firms=firms)
        check_incoming(told, account=account, customer_id="C7", wallet_proved=proved)

    if good:
        check()
        check(firms=False, proved=True)
        with pytest.raises(InvalidTravelRule, match="institution that sent"):
            check(firms=False)
        return
    with pytest.raises(InvalidTravelRule, match="neither the address nor the customer"):
        check()


def test_an_institution_is_known_by_its_name_in_any_case_and_spacing() -> None:
    check_institution("  First  BANK ", "first bank")
    with pytest.raises(InvalidTravelRule) as caught:
        check_institution("First Bank", "Second Bank")
    assert caught.value.fields["rule"] == "other_institution"
