"""Data of one transfer, as an institution tells it to another (IVMS101, the form of 2020)."""

import json
from datetime import date
from typing import Any

import tokenpay as tp
from tests.world import OUTSIDE

TODAY = date(2026, 1, 1)


def travel_data(
    payer: str,
    *,
    account: str = OUTSIDE,
    ours: bool = True,
    theirs: bool = True,
    family: str = "Barnes",
    sender: str = "First Token Bank",
) -> tp.Ivms101:
    """Who pays by their number, who is paid at an account, and the two institutions, or one."""
    content = {
        "Originator": {
            "originatorPersons": [{"naturalPerson": {"name": _name(family), "customerIdentification": payer}}],
        },
        "Beneficiary": {
            "beneficiaryPersons": [{"naturalPerson": {"name": _name("Smith")}}],
            "accountNumber": [account],
        },
        **({"OriginatingVASP": {"originatingVASP": _firm(sender, "BY")}} if ours else {}),
        **({"BeneficiaryVASP": {"beneficiaryVASP": _firm("Second Bank", "DE")}} if theirs else {}),
    }
    return tp.read_ivms101(json.dumps(content), today=TODAY)


def _name(family: str) -> dict[str, Any]:
    return {"nameIdentifier": [{"primaryIdentifier": family, "nameIdentifierType": "LEGL"}]}


def _firm(legal: str, country: str) -> dict[str, Any]:
    names = [{"legalPersonName": legal, "legalPersonNameIdentifierType": "LEGL"}]
    return {"legalPerson": {"name": {"nameIdentifier": names}, "countryOfRegistration": country}}
