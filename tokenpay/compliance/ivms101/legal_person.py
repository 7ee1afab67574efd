"""A company, a foundation, a bank: whoever is a person by law alone."""

from dataclasses import dataclass
from enum import StrEnum

from tokenpay.compliance.ivms101.geographic_address import AddressType, GeographicAddress
from tokenpay.compliance.ivms101.national_identification import NationalIdentification
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.texts import check_country, check_latin, check_local
from tokenpay.errors import InvalidTravelRule


class LegalPersonNameType(StrEnum):
    """Legal, short or trading."""

    LEGL = "LEGL"
    SHRT = "SHRT"
    TRAD = "TRAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalPersonNameId:
    """One name; which script it is in, its holder says."""

    name: str
    type: LegalPersonNameType


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalPersonName:
    """Latin names, of which one is the legal one, and the same in local script or as they are said.

    Raises InvalidTravelRule: sizes, C5.
    """

    names: tuple[LegalPersonNameId, ...]
    local_names: tuple[LegalPersonNameId, ...] = ()
    phonetic_names: tuple[LegalPersonNameId, ...] = ()

    def __post_init__(self) -> None:
        for name in self.names:
            check_latin(100, legal_person_name=name.name)
        for name in (*self.local_names, *self.phonetic_names):
            check_local(100, legal_person_name=name.name)
        if all(name.type is not LegalPersonNameType.LEGL for name in self.names):
            raise InvalidTravelRule("one of a legal person's names is the legal one, LEGL", rule=Rule.C5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalPerson:
    """Raises InvalidTravelRule: sizes, C3, and how it is identified, C7, C9, C10, C11."""

    name: LegalPersonName
    addresses: tuple[GeographicAddress, ...] = ()
    customer_id: str | None = None
    national_identification: NationalIdentification | None = None
    country_of_registration: str | None = None

    def __post_init__(self) -> None:
        check_latin(50, customer_identification=self.customer_id)
        check_country(self.country_of_registration)
        if self.national_identification is not None:
            self.national_identification.check_of_legal_person()

    @property
    def legal_name(self) -> str:
        """The name it is registered under."""
        return next(name.name for name in self.name.names if name.type is LegalPersonNameType.LEGL)

    @property
    def identifies_originator(self) -> bool:
        """Whether C4 holds of it: a geographic address, a customer id or a national id is told."""
        located = any(address.address_type is AddressType.GEOG for address in self.addresses)
        return located or self.customer_id is not None or self.national_identification is not None
