"""What a document of IVMS101 can break."""

from enum import StrEnum


class Rule(StrEnum):
    """C1 to C12 are the standard's own constraints, by its numbers and names; the rest is how a document is made."""

    JSON = "json"
    FORM = "form"
    UNKNOWN_ELEMENT = "unknown_element"
    TWO_SPELLINGS = "two_spellings"
    MISSING_ELEMENT = "missing_element"
    KIND_OF_VALUE = "kind_of_value"
    MULTIPLICITY = "multiplicity"
    TEXT = "text"
    CODE = "code"
    ONE_PERSON = "one_person"
    C1 = "C1_OriginatorInformationNaturalPerson"
    C2 = "C2_DateInPast"
    C3 = "C3_Country"
    C4 = "C4_OriginatorInformationLegalPerson"
    C5 = "C5_LegalNamePresentLegalPerson"
    C6 = "C6_LegalNamePresentNaturalPerson"
    C7 = "C7_ValidNationalIdentifierLegalPerson"
    C8 = "C8_ValidAddress"
    C9 = "C9_CompleteNationalIdentifierLegalPerson"
    C10 = "C10_RegistrationAuthority"
    C11 = "C11_ValidLEI"
    C12 = "C12_SequentialIntegrity"
