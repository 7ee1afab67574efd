"""Why scanned text is not a request. Each reason has one fixed message, so no text is ever echoed."""

from enum import StrEnum
from typing import Self

from tokenpay.errors import InvalidRequest


class Reason(StrEnum):
    """A stable code, its name in small letters, with its message for people."""

    message: str

    EMPTY = "empty", "nothing was scanned"
    TOO_LONG = "too_long", "this is longer than any QR code can be"
    SECRET = "secret", "this looks like a private key or recovery phrase: do not scan, show or keep it here"
    INVISIBLE = "invisible", "the text holds control, invisible or direction-changing characters"
    LOOKALIKE = "lookalike", "the text holds letters that only look like the ones a request is made of"
    LINK = "link", "this is a link to a web page: nothing is opened from a scan"
    WALLET_CONNECT = "wallet_connect", "this links a wallet with a web page and holds its secret: do not scan it here"
    OTHER_NETWORK = "other_network", "this is for a network that cannot be paid from here"
    UNKNOWN_FORMAT = "unknown_format", "this is not a payment request, nor an address"
    BAD_REFERENCE = "bad_reference", "a reference is TKP: and 26 letters and digits"
    BAD_ADDRESS = "bad_address", "the address is not 0x and 40 hexadecimal digits with a right checksum"
    BAD_CHAIN = "bad_chain", "a chain is a whole decimal number from 1"
    BAD_ASSET = "bad_asset", "this names something that is neither an ERC-20 token nor a native coin"
    BAD_NUMBER = "bad_number", "the amount is not a whole number of smallest units above zero, up to 2**256 - 1"
    ENS_NAME = "ens_name", "the payee is a name, not an address; names are not looked up here"
    BAD_NAME = "bad_name", "the payee's name is not made of letters, digits, hyphens and dots as names are"
    UNKNOWN_NAME = "unknown_name", "the payee's name leads to no address"
    RECEIPT = "receipt", "this points to a transaction that was made, and asks for none"
    UNKNOWN_PREFIX = "unknown_prefix", "this ethereum: text is not a payment"
    UNKNOWN_FUNCTION = "unknown_function", "this asks for a contract call that is not a token transfer"
    UNKNOWN_PARAMETER = "unknown_parameter", "the request has a parameter that a payment does not have"
    DUPLICATE_PARAMETER = "duplicate_parameter", "the request says the same thing twice"
    NO_PAYEE = "no_payee", "the token transfer names no payee"
    PAYEE_IS_TOKEN = "payee_is_token", "the payee is the token's own contract: money sent there is lost"
    EMVCO_STRUCTURE = "emvco_structure", "the merchant code is damaged: its parts and their lengths do not add up"
    EMVCO_LENGTH = "emvco_length", "the merchant code is longer than such a code can be"
    EMVCO_CHECKSUM = "emvco_checksum", "the merchant code has a wrong checksum: it was misread or changed"
    EMVCO_RULES = "emvco_rules", "the merchant code does not keep the rules of EMVCo"
    BAD_TEMPLATE = "bad_template", "the token part of the merchant code is incomplete or contradicts itself"

    def __new__(cls, code: str, message: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.message = message
        return member


def refusal(reason: Reason, **fields: str) -> InvalidRequest:
    """Return the error to raise for `reason`; its field `reason` is the code, further `fields` are safe to show."""
    return InvalidRequest(reason.message, reason=reason.value, **fields)


def reason_of(error: InvalidRequest) -> Reason:
    """Return the reason that `refusal` put into `error`."""
    return Reason[str(error.fields["reason"]).upper()]
