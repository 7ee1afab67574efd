"""The number by which a country, or who registers companies in it, knows a person."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.texts import check_country, check_latin
from tokenpay.errors import InvalidTravelRule

_AUTHORITY = re.compile(r"RA[0-9]{6}")
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")


class NationalIdentifierType(StrEnum):
    """What kind of number it is (ISO 20022 TypeOfIdentification4Code, restricted)."""

    ARNU = "ARNU"
    CCPT = "CCPT"
    RAID = "RAID"
    DRLC = "DRLC"
    FIIN = "FIIN"
    TXID = "TXID"
    SOCS = "SOCS"
    IDCD = "IDCD"
    LEIX = "LEIX"
    MISC = "MISC"


OF_LEGAL_PERSONS = frozenset(NationalIdentifierType(code) for code in ("RAID", "MISC", "LEIX", "TXID"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalIdentification:
    """`registration_authority` is a code of GLEIF's list. Raises InvalidTravelRule: sizes, C3, C10.

    Of C10 only the form of the code is checked: the list itself is GLEIF's, and changes.
    """

    identifier: str
    type: NationalIdentifierType
    country_of_issue: str | None = None
    registration_authority: str | None = None

    def __post_init__(self) -> None:
        check_latin(35, national_identifier=self.identifier)
        check_country(self.country_of_issue)
        if self.registration_authority is not None and _AUTHORITY.fullmatch(self.registration_authority) is None:
            raise InvalidTravelRule("a registration authority is RA and six digits, of GLEIF's list", rule=Rule.C10)

    def check_of_legal_person(self) -> None:
        """Raise InvalidTravelRule where no legal person is identified so: C7, C9, C11.

        C11 asks for the form of a LEI, not for its check digits (ISO 17442): the standard's own example fails those.
        """
        if self.type not in OF_LEGAL_PERSONS:
            raise InvalidTravelRule("a legal person is identified by RAID, MISC, LEIX or TXID", rule=Rule.C7)
        lei = self.type is NationalIdentifierType.LEIX
        if self.country_of_issue is not None or (self.registration_authority is None) is not lei:
            raise InvalidTravelRule(
                "a legal person's number names its registration authority, a LEI none, and neither a country of issue",
                rule=Rule.C9,
            )
        if lei and _LEI.fullmatch(self.identifier) is None:
            raise InvalidTravelRule("a LEI is 18 capitals or digits and two digits", rule=Rule.C11)
