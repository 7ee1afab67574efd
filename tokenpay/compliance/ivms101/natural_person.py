"""A human being, as institutions tell each other of one."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tokenpay.compliance.ivms101.geographic_address import GeographicAddress
from tokenpay.compliance.ivms101.national_identification import NationalIdentification
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.texts import check_country, check_latin, check_local
from tokenpay.errors import InvalidTravelRule

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NaturalPersonNameType(StrEnum):
    """Alias, at birth, maiden, legal, or not told."""

    ALIA = "ALIA"
    BIRT = "BIRT"
    MAID = "MAID"
    LEGL = "LEGL"
    MISC = "MISC"


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalPersonNameId:
    """`primary` is the family name, or the whole name where it cannot be divided; which script, its holder says."""

    primary: str
    type: NaturalPersonNameType
    secondary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalPersonName:
    """Latin names, of which one is the legal one, and the same in local script or as they are said.

    Raises InvalidTravelRule: sizes, C6. A local name's second part may be empty: that is how one is written in Korea.
    """

    names: tuple[NaturalPersonNameId, ...]
    local_names: tuple[NaturalPersonNameId, ...] = ()
    phonetic_names: tuple[NaturalPersonNameId, ...] = ()

    def __post_init__(self) -> None:
        for name in self.names:
            check_latin(100, primary_identifier=name.primary, secondary_identifier=name.secondary)
        for name in (*self.local_names, *self.phonetic_names):
            check_local(100, primary_identifier=name.primary, secondary_identifier=name.secondary or None)
        if all(name.type is not NaturalPersonNameType.LEGL for name in self.names):
            raise InvalidTravelRule("one of a person's names is the legal one, LEGL", rule=Rule.C6)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateAndPlaceOfBirth:
    """Raises InvalidTravelRule for what is no date, or for its size; whether it is past is asked of the document."""

    date_of_birth: str
    place_of_birth: str

    def __post_init__(self) -> None:
        check_latin(70, place_of_birth=self.place_of_birth)
        if _DATE.fullmatch(self.date_of_birth) is None or not _is_day(self.date_of_birth):
            raise InvalidTravelRule("a date of birth is a day, written YYYY-MM-DD", rule=Rule.TEXT)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.date_of_birth)


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalPerson:
    """`customer_id` is how the institution that tells of them knows them. Raises InvalidTravelRule: sizes, C3."""

    name: NaturalPersonName
    addresses: tuple[GeographicAddress, ...] = ()
    national_identification: NationalIdentification | None = None
    customer_id: str | None = None
    birth: DateAndPlaceOfBirth | None = None
    country_of_residence: str | None = None

    def __post_init__(self) -> None:
        check_latin(50, customer_identification=self.customer_id)
        check_country(self.country_of_residence)

    @property
    def identifies_originator(self) -> bool:
        """Whether C1 holds of them: an address, a customer id, a national id or birth data is told."""
        told = (self.national_identification, self.customer_id, self.birth)
        return bool(self.addresses) or any(part is not None for part in told)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
