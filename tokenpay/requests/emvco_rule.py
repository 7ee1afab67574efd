"""The rules of a merchant-presented code, each by name (EMV QRCPS-MPM 1.1, sections 3 and 4)."""

from enum import StrEnum
from typing import Self

MAX_TEXT = 512  # characters, the checksum among them


class Rule(StrEnum):
    """A stable code with its message. What breaks an `unsafe` rule is refused even in lenient reading."""

    message: str
    unsafe: bool

    STRUCTURE = "structure", "the code is not ids of two digits, each with a length and that many characters", True
    LENGTH = "length", f"the code is longer than {MAX_TEXT} characters", True
    VISIBLE = "visible", "the code holds control, invisible or direction-changing characters", True
    CHECKSUM_LAST = "checksum_last", "the checksum (63, four characters) is not the last data object", True
    CHECKSUM = "checksum", "the checksum is wrong: the code was misread or changed", True
    UNIQUE_IDS = "unique_ids", "an id stands twice", True
    CHECKSUM_CASE = "checksum_case", "the checksum is not written in capital letters", False
    FORMAT_FIRST = "format_first", "the payload format indicator (00) is not the first data object", False
    FORMAT = "format", "the payload format indicator (00) is not 01", False
    EMPTY = "empty", "a data object has no value", False
    CHARACTERS = "characters", "a field that is written in ASCII holds other letters", False
    TEMPLATE = "template", "a template is not made of data objects", False
    TEMPLATE_IDS = "template_ids", "an id stands twice in one template", False
    TEMPLATE_NAME = "template_name", "a template has no globally unique id (00) of 1 to 32 characters", False
    POINT = "point", "the point of initiation (01) is neither 11 (static) nor 12 (dynamic)", False
    ACCOUNT_MISSING = "account_missing", "no merchant account (02 to 51) is named", False
    CATEGORY_MISSING = "category_missing", "the merchant category (52) is missing", False
    CATEGORY = "category", "the merchant category (52) is not four digits", False
    CURRENCY_MISSING = "currency_missing", "the currency (53) is missing", False
    CURRENCY = "currency", "the currency (53) is not a numeric code of ISO 4217", False
    AMOUNT = "amount", "the amount (54) is not up to 13 characters of digits and one point", False
    AMOUNT_ZERO = "amount_zero", "the amount (54) is zero", False
    AMOUNT_DECIMALS = "amount_decimals", "the amount (54) has more decimals than its currency", False
    TIP = "tip", "the tip indicator (55) is not 01, 02 or 03", False
    FEE = "fee", "a fee does not go with the tip indicator: 56 with 02, and 57 with 03", False
    FEE_FIXED = "fee_fixed", "the fixed fee (56) is not an amount above zero in the currency", False
    FEE_PERCENT = "fee_percent", "the percentage (57) is not between 00.01 and 99.99", False
    COUNTRY_MISSING = "country_missing", "the country (58) is missing", False
    COUNTRY = "country", "the country (58) is not two capital letters", False
    NAME_MISSING = "name_missing", "the merchant's name (59) is missing", False
    NAME = "name", "the merchant's name (59) is longer than 25 characters", False
    CITY_MISSING = "city_missing", "the merchant's city (60) is missing", False
    CITY = "city", "the merchant's city (60) is longer than 15 characters", False
    POSTAL_CODE = "postal_code", "the postal code (61) is longer than 10 characters", False
    ADDITIONAL = "additional", "a field of the additional data (62) has another form than it should", False
    LANGUAGE = "language", "the language template (64) lacks its language or name, or one is too long", False

    def __new__(cls, code: str, message: str, unsafe: bool) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.message = message
        member.unsafe = unsafe
        return member
