"""What a scanned text turned out to be, in the language of the screen."""

from __future__ import annotations

import tokenpay as tp
from terminal_app.language import N_, _, spoken

RESOLUTIONS = {
    tp.Resolution.OPEN: N_("a request of this bank, waiting to be paid"),
    tp.Resolution.PART_PAID: N_("a request of this bank, paid in part"),
    tp.Resolution.PAID: N_("a request of this bank that has been paid already"),
    tp.Resolution.EXPIRED: N_("a request of this bank that has expired"),
    tp.Resolution.CANCELLED: N_("a request of this bank that was cancelled"),
    tp.Resolution.UNKNOWN_REFERENCE: N_("this bank has issued no such reference"),
    tp.Resolution.ALTERED: N_(
        "a reference of this bank in a code that says otherwise than the request: it was changed"
    ),
    tp.Resolution.NOT_GENUINE: N_("a signed request whose signature does not fit: it was misread or changed"),
    tp.Resolution.OTHER_BANK: N_("a request that another bank signed, or somebody in its name"),
    tp.Resolution.SIGNED_EXPIRED: N_("a request that this bank signed, and whose time has passed"),
    tp.Resolution.NOT_YET_VALID: N_("a request that this bank signed later than now: look at the clock"),
    tp.Resolution.FOREIGN_ADDRESS: N_("not a request of this bank: check with the payee whose address it is"),
    tp.Resolution.FOREIGN_CODE: N_("a merchant's code of another scheme: this bank does not pay it"),
    tp.Resolution.ENS_NAME: N_("an account by its ENS name: names are not looked up here, ask for the address"),
    tp.Resolution.UNKNOWN_FUNCTION: N_("a contract call that is not a token transfer"),
    tp.Resolution.ASSET_ONLY: N_("an asset alone: nobody is named who would be paid"),
    tp.Resolution.OTHER_CHAIN: N_("this is for a chain that the bank does not work on"),
    tp.Resolution.UNKNOWN_TOKEN: N_("this is for a token that the bank does not know"),
    tp.Resolution.FROZEN_TOKEN: N_("the bank has frozen this token"),
    tp.Resolution.UNREADABLE: N_("this cannot be read as a request"),
}
"""What a scanned text turned out to be."""

UNREADABLE = {
    "empty": N_("nothing was scanned"),
    "too_long": N_("this is longer than any QR code can be"),
    "secret": N_("this looks like a private key or recovery phrase: do not scan, show or keep it here"),
    "invisible": N_("the text holds control, invisible or direction-changing characters"),
    "lookalike": N_("the text holds letters that only look like the ones a request is made of"),
    "link": N_("this is a link to a web page: nothing is opened from a scan"),
    "wallet_connect": N_("this links a wallet with a web page and holds its secret: do not scan it here"),
    "other_network": N_("this is for a network that cannot be paid from here"),
    "unknown_format": N_("this is not a payment request, nor an address"),
    "bad_reference": N_("a reference is TKP: and 26 letters and digits"),
    "bad_signed": N_("a signed request is TKS: and capital letters and the digits 2 to 7"),
    "bad_address": N_("the address is not 0x and 40 hexadecimal digits with a right checksum"),
    "bad_chain": N_("a chain is a whole decimal number from 1"),
    "bad_asset": N_("this names something that is neither an ERC-20 token nor a native coin"),
    "bad_number": N_("the amount is not a whole number of smallest units above zero, up to 2**256 - 1"),
    "ens_name": N_("the payee is a name, not an address; names are not looked up here"),
    "bad_name": N_("the payee's name is not made of letters, digits, hyphens and dots as names are"),
    "unknown_name": N_("the payee's name leads to no address"),
    "receipt": N_("this points to a transaction that was made, and asks for none"),
    "unknown_prefix": N_("this ethereum: text is not a payment"),
    "unknown_function": N_("this asks for a contract call that is not a token transfer"),
    "unknown_parameter": N_("the request has a parameter that a payment does not have"),
    "duplicate_parameter": N_("the request says the same thing twice"),
    "no_payee": N_("the token transfer names no payee"),
    "payee_is_token": N_("the payee is the token's own contract: money sent there is lost"),
    "emvco_structure": N_("the merchant code is damaged: its parts and their lengths do not add up"),
    "emvco_length": N_("the merchant code is longer than such a code can be"),
    "emvco_checksum": N_("the merchant code has a wrong checksum: it was misread or changed"),
    "emvco_rules": N_("the merchant code does not keep the rules of EMVCo"),
    "bad_template": N_("the token part of the merchant code is incomplete or contradicts itself"),
}
"""Why a scanned text is no request."""


def resolution_text(resolved: tp.Resolved) -> str:
    """Return what a scanned text turned out to be, in the language of the screen."""
    if spoken().code == "en":
        return resolved.message
    if resolved.unreadable is None:
        return _(RESOLUTIONS[resolved.resolution]) if resolved.resolution in RESOLUTIONS else resolved.message
    reason, network = resolved.unreadable.reason, resolved.unreadable.network
    why = _(UNREADABLE[reason]) if reason in UNREADABLE else reason.message
    return f"{why}: {network}" if network else why
