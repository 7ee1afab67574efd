"""One document of IVMS101: who pays, who is paid, and the institutions between them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tokenpay.compliance.ivms101.legal_person import LegalPerson
from tokenpay.compliance.ivms101.natural_person import NaturalPerson
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.texts import check_latin
from tokenpay.errors import InvalidTravelRule


class Form(StrEnum):
    """Which edition's names a document is written in: its payload version code."""

    OF_2020 = "101"
    OF_2023 = "101.2023"


MAX_ACCOUNT = {Form.OF_2020: 100, Form.OF_2023: 512}


class TransliterationMethod(StrEnum):
    """The script that names were brought into Latin letters from (ISO 15924)."""

    ARAB = "arab"
    ARAN = "aran"
    ARMN = "armn"
    CYRL = "cyrl"
    DEVA = "deva"
    GEOR = "geor"
    GREK = "grek"
    HANI = "hani"
    HEBR = "hebr"
    KANA = "kana"
    KORE = "kore"
    THAI = "thai"
    OTHR = "othr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural or a legal person, never both. `account_numbers` are told here in the 2023 form alone."""

    natural: NaturalPerson | None = None
    legal: LegalPerson | None = None
    account_numbers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.natural is None) is (self.legal is None):
            raise InvalidTravelRule("a person is natural or legal, one of the two", rule=Rule.ONE_PERSON)
        for number in self.account_numbers:
            check_latin(MAX_ACCOUNT[Form.OF_2023], account_number=number)

    @property
    def customer_id(self) -> str | None:
        person = self.natural if self.natural is not None else self.legal
        return person.customer_id if person is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """`account_numbers` are told here in the 2020 form alone."""

    persons: tuple[Person, ...]
    account_numbers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.persons:
            raise InvalidTravelRule("each side of a transfer has at least one person", rule=Rule.MULTIPLICITY)
        for number in self.account_numbers:
            check_latin(MAX_ACCOUNT[Form.OF_2020], account_number=number)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every account number that is told of this side, wherever the form puts it."""
        return (*self.account_numbers, *(number for person in self.persons for number in person.account_numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Originator(_Side):
    """Who pays. Raises InvalidTravelRule: C1 and C4, by which each person can be told from others."""

    def __post_init__(self) -> None:
        _Side.__post_init__(self)
        for person in self.persons:
            if person.natural is not None and not person.natural.identifies_originator:
                raise InvalidTravelRule(
                    "an originator has an address, a customer id, a national id or birth data", rule=Rule.C1
                )
            if person.legal is not None and not person.legal.identifies_originator:
                raise InvalidTravelRule(
                    "a legal person as originator has a GEOG address, a customer id or a national id", rule=Rule.C4
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneficiary(_Side):
    """Who is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intermediary:
    """An institution on the way, and its place in the chain of them."""

    vasp: Person
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ivms101:
    """A document in the names of one edition. `spelled` holds the names that it writes otherwise than the tables do.

    Raises InvalidTravelRule: C12, account numbers where the form has none, and of C2 by `check_at`.
    """

    form: Form
    originator: Originator
    beneficiary: Beneficiary
    originating_vasp: Person | None = None
    beneficiary_vasp: Person | None = None
    transfer_path: tuple[Intermediary, ...] = ()
    transliteration_methods: tuple[TransliterationMethod, ...] = ()
    spelled: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if [step.sequence for step in self.transfer_path] != list(range(len(self.transfer_path))):
            raise InvalidTravelRule("a transfer path counts from 0 without a gap", rule=Rule.C12)
        if self.form is Form.OF_2023 and (self.originator.account_numbers or self.beneficiary.account_numbers):
            raise InvalidTravelRule("the 2023 form tells account numbers of a person, not of a side", rule=Rule.FORM)
        if self.form is Form.OF_2020 and any(person.account_numbers for person in self.persons):
            raise InvalidTravelRule("the 2020 form tells account numbers of a side, not of a person", rule=Rule.FORM)

    @property
    def persons(self) -> tuple[Person, ...]:
        """Everybody in the document."""
        vasps = (self.originating_vasp, self.beneficiary_vasp)
        return (
            *self.originator.persons,
            *self.beneficiary.persons,
            *(vasp for vasp in vasps if vasp is not None),
            *(step.vasp for step in self.transfer_path),
        )

    def check_at(self, today: date) -> None:
        """Raise InvalidTravelRule (C2) where somebody was not born before today."""
        for person in self.persons:
            if person.natural is not None and person.natural.birth is not None and person.natural.birth.day >= today:
                raise InvalidTravelRule("a date of birth lies before today", rule=Rule.C2)
