"""How each component is written: the one table that the reader and the writer share, for both editions.

The standard says what is told and not how JSON spells it, and its editions and its users spell some names in more
than one way. The first name here is the standard's; the others are read too, kept in mind, and written again.
"""

from dataclasses import dataclass
from typing import Any

from tokenpay.compliance.ivms101.document import (
    Beneficiary,
    Form,
    Intermediary,
    Originator,
    Person,
)
from tokenpay.compliance.ivms101.geographic_address import AddressType, GeographicAddress
from tokenpay.compliance.ivms101.legal_person import (
    LegalPerson,
    LegalPersonName,
    LegalPersonNameId,
    LegalPersonNameType,
)
from tokenpay.compliance.ivms101.national_identification import NationalIdentification, NationalIdentifierType
from tokenpay.compliance.ivms101.natural_person import (
    DateAndPlaceOfBirth,
    NaturalPerson,
    NaturalPersonName,
    NaturalPersonNameId,
    NaturalPersonNameType,
)


class Local(NaturalPersonNameId):
    """A name in local script or as it is said: its type keeps the old name in the 2023 form."""

    __slots__ = ()


VERSION = "PayloadMetadata.payloadVersion"
ENTITIES = {
    "Originator": "originator",
    "Beneficiary": "beneficiary",
    "OriginatingVASP": "originatingVASP",
    "BeneficiaryVASP": "beneficiaryVASP",
    "TransferPath": "transferPath",
    "PayloadMetadata": "payloadMetadata",
}
"""Entities as the standard writes them, and as those do who begin every name with a small letter."""


@dataclass(frozen=True, slots=True)
class Element:
    """`name` is what JSON calls it, `attribute` what the noun does. `forms` are the editions that know it."""

    name: str
    attribute: str
    holds: type[Any] = str
    required: bool = False
    many: bool = False
    others: tuple[str, ...] = ()
    forms: frozenset[Form] = frozenset(Form)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.others)


_OLD, _NEW = frozenset({Form.OF_2020}), frozenset({Form.OF_2023})
_CUSTOMER = Element("customerIdentification", "customer_id", others=("customerNumber",), forms=_OLD)
_CUSTOMER_NOW = Element("customerIdentification", "customer_id", forms=_NEW)
_ADDRESSES = Element("geographicAddress", "addresses", GeographicAddress, many=True)
_NATIONAL = Element("nationalIdentification", "national_identification", NationalIdentification)
_ACCOUNTS = Element("accountNumber", "account_numbers", many=True, forms=_OLD)
_NAME_PARTS = (
    Element("primaryIdentifier", "primary", required=True),
    Element("secondaryIdentifier", "secondary"),
)
_NAME_TYPE = Element("nameIdentifierType", "type", NaturalPersonNameType, required=True)

ELEMENTS: dict[type[Any], tuple[Element, ...]] = {
    GeographicAddress: (
        Element("addressType", "address_type", AddressType, required=True),
        Element("department", "department"),
        Element("subDepartment", "sub_department"),
        Element("streetName", "street_name"),
        Element("buildingNumber", "building_number"),
        Element("buildingName", "building_name"),
        Element("floor", "floor"),
        Element("postBox", "post_box"),
        Element("room", "room"),
        Element("postcode", "postcode", others=("postCode",)),
        Element("townName", "town_name", required=True),
        Element("townLocationName", "town_location_name"),
        Element("districtName", "district_name"),
        Element("countrySubDivision", "country_sub_division"),
        Element("addressLine", "address_lines", many=True),
        Element("country", "country", required=True),
    ),
    NationalIdentification: (
        Element("nationalIdentifier", "identifier", required=True),
        Element("nationalIdentifierType", "type", NationalIdentifierType, required=True),
        Element("countryOfIssue", "country_of_issue"),
        Element("registrationAuthority", "registration_authority"),
    ),
    DateAndPlaceOfBirth: (
        Element("dateOfBirth", "date_of_birth", required=True),
        Element("placeOfBirth", "place_of_birth", required=True),
    ),
    NaturalPersonNameId: (
        *_NAME_PARTS,
        Element("nameIdentifierType", "type", NaturalPersonNameType, required=True, forms=_OLD),
        Element("naturalPersonNameIdentifierType", "type", NaturalPersonNameType, required=True, forms=_NEW),
    ),
    Local: (*_NAME_PARTS, _NAME_TYPE),
    NaturalPersonName: (
        Element("nameIdentifier", "names", NaturalPersonNameId, required=True, many=True),
        Element("localNameIdentifier", "local_names", Local, many=True),
        Element("phoneticNameIdentifier", "phonetic_names", Local, many=True),
    ),
    NaturalPerson: (
        Element("name", "name", NaturalPersonName, required=True),
        _ADDRESSES,
        _NATIONAL,
        _CUSTOMER,
        _CUSTOMER_NOW,
        Element("dateAndPlaceOfBirth", "birth", DateAndPlaceOfBirth),
        Element("countryOfResidence", "country_of_residence"),
    ),
    LegalPersonNameId: (
        Element("legalPersonName", "name", required=True),
        Element("legalPersonNameIdentifierType", "type", LegalPersonNameType, required=True),
    ),
    LegalPersonName: (
        Element("nameIdentifier", "names", LegalPersonNameId, required=True, many=True),
        Element("localNameIdentifier", "local_names", LegalPersonNameId, many=True),
        Element("phoneticNameIdentifier", "phonetic_names", LegalPersonNameId, many=True),
    ),
    LegalPerson: (
        Element("name", "name", LegalPersonName, required=True),
        _ADDRESSES,
        _CUSTOMER,
        _CUSTOMER_NOW,
        _NATIONAL,
        Element("countryOfRegistration", "country_of_registration"),
    ),
    Person: (
        Element("naturalPerson", "natural", NaturalPerson),
        Element("legalPerson", "legal", LegalPerson),
        Element("accountNumber", "account_numbers", many=True, forms=_NEW),
    ),
    Originator: (
        Element("originatorPersons", "persons", Person, required=True, many=True, forms=_OLD),
        Element("originatorPerson", "persons", Person, required=True, many=True, forms=_NEW),
        _ACCOUNTS,
    ),
    Beneficiary: (
        Element("beneficiaryPersons", "persons", Person, True, True, ("beneficiaryPerson",), _OLD),
        Element("beneficiaryPerson", "persons", Person, required=True, many=True, forms=_NEW),
        _ACCOUNTS,
    ),
    Intermediary: (
        Element("intermediaryVASP", "vasp", Person, required=True),
        Element("sequence", "sequence", int, required=True),
    ),
}
"""Every component, its elements in the standard's order."""
