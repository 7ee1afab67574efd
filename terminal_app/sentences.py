"""What the library says, in the language of the screen: by its stable codes, with the values put in.

In English the library's own message stands. In another language the first sentence of its code that reads like the
message is translated, the code's general sentence where none does, and the library's English for a code unknown here.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import Protocol

from terminal_app.language import N_, Words, _, spoken

RISKS = dict.fromkeys(
    (
        "risk.structuring",
        "risk.fan_in_exit",
        "risk.dormant_waking",
        "risk.pass_through",
        "risk.round_trip",
        "risk.drained",
        "risk.out_of_habit",
        "risk.unavailable",
    ),
    N_("the bank looks at this payment: a supervisor decides"),
)
GENERAL = {
    "error": N_("something went wrong"),
    "input.invalid": N_("what was given cannot be read"),
    "amount.invalid": N_("this is not an amount"),
    "asset.invalid": N_("this is not an asset, a chain or a currency"),
    "address.invalid": N_("this is not an address, or a digit of it was changed"),
    "request.invalid": N_("this is not a payment request"),
    "qr.invalid": N_("no QR code can be read or made of this"),
    "transaction.invalid": N_("this is not a valid transaction"),
    "typed_data.invalid": N_("this is not valid typed data"),
    "authorization.invalid": N_("this is not a valid authorization"),
    "mnemonic.invalid": N_("this is not a recovery phrase"),
    "path.invalid": N_("this is not a key path"),
    "keystore.invalid": N_("this is not a key file"),
    "denied": N_("this is not allowed"),
    "password.wrong": N_("who signs in, or the password or PIN, is wrong"),
    "session.expired": N_("the session has ended: sign in again"),
    "approval.not_rekeyed": N_("type amount and payee from the order before you sign"),
    "session.not_permitted": N_("your role, or you yourself, may not do this"),
    "not_found": N_("this bank does not know that"),
    "conflict": N_("this contradicts what already stands"),
    "key.reused": N_("the same act was already done with other content"),
    "state.wrong": N_("this is not possible in the state it is in"),
    "money": N_("these amounts do not go together"),
    "money.asset_mismatch": N_("amounts of different assets do not meet"),
    "money.insufficient_funds": N_("there is less than was asked for"),
    "money.precision_lost": N_("more decimals than the asset has"),
    "unavailable": N_("something that is needed does not answer"),
    "store.unavailable": N_("the database does not answer"),
    "store.halted": N_("the disk under the books failed: this program writes no more until it is started again"),
    "chain.unavailable": N_("the chain does not answer"),
    "chain.no_quorum": N_("too few of the chain's nodes say the same"),
    "signer.unavailable": N_("the signer does not answer"),
    "printer.unavailable": N_("the printer does not answer"),
    "authenticator.unavailable": N_("no authenticator answers"),
    "sink.unavailable": N_("the place where signed heads are kept does not answer"),
    "rate.unavailable": N_("there is no rate that is young enough"),
    "pin_key.unavailable": N_("this machine has no PIN key: nobody signs in with a PIN here"),
    "extra.missing": N_("a part of the program is not installed"),
    "halted": N_("stopped on purpose, until people act"),
    "signer.refused": N_("the signer would not sign"),
    "signer.signed_before": N_("the signer remembers another signature: the books do not say what happened"),
    "integrity": N_("a proof does not hold: stop, and call a supervisor"),
    "emergency.stop": N_("payments are stopped for the whole bank"),
    "asset.frozen": N_("the asset is frozen at this bank"),
    "intent.expired": N_("the payment was not started in time"),
    "customer.frozen": N_("a customer of this payment is frozen"),
    "customer.closed": N_("a customer of this payment is closed"),
    "hours.closed": N_("outside the bank's opening hours"),
    "limit.payment": N_("above the limit for one payment"),
    "limit.customer_day": N_("above the limit for this customer's day"),
    "limit.operator_day": N_("above the limit for this operator's day"),
    "screening.match": N_("an address of this payment is on a screening list"),
    "screening.unavailable": N_("a screening list is missing, too old or not accepted"),
    "screening.pending": N_("a name of this payment is not compared with the screening lists yet"),
    "screening.possible_match": N_("a name of this payment may be one on a screening list"),
    "name.unreadable": N_("the name has no letters that can be compared"),
    "limit.customer": N_("above a limit for this customer"),
    "limit.operator": N_("above a limit for this operator"),
    "limit.role": N_("above a limit for this role"),
    "limit.branch": N_("above a limit for this branch"),
    "payee.not_allowed": N_("this customer may not pay this payee: no list has it"),
    "payee.private": N_("private persons do not pay each other at this bank"),
    "payee.new": N_("the first payment to this payee needs a second person"),
    "payee.wait": N_("the first payment to this payee waits for a while"),
    **RISKS,
    "counter.ask": N_("the bank looks at this payment: ask at the counter"),
    "approval.second_person": N_("this payment needs a second person"),
    "approval.passkey": N_("everybody who signs this payment does so with a passkey"),
    "travel_rule.data_missing": N_("data on who pays and who is paid is missing, or a wallet proof"),
    "travel_rule.invalid": N_("the data is not as the Travel Rule asks for it, or is of another transfer"),
    "approval.gone": N_("somebody who signed this payment may no longer do so: make it anew"),
    "approval.refused": N_("a supervisor said no"),
    "funds.insufficient": N_("the account has less available than the amount"),
    "treasury.short": N_("the treasury holds too few tokens"),
    "request.closed": N_("the request no longer waits for money"),
    "request.under_way": N_("what the request asks for is on its way already"),
    "request.other": N_("the payment is not to the payee, or not in the asset, asked for"),
    "request.amount": N_("the request asks for another amount"),
    "creditor.request": N_("the address is a request of this bank: pay it in the books"),
    "creditor.treasury": N_("the address is the bank's own treasury"),
    "creditor.contract": N_("the address is a token's contract: what it gets is lost"),
    "shift.closed": N_("the drawer is in no open shift"),
    "shift.other": N_("the drawer's shift is another operator's"),
    "shift.elsewhere": N_("the drawer's shift is at another terminal"),
    "quote.expired": N_("the quote has expired: ask for a new one"),
    "quote.taken": N_("the quote was taken already, whatever came of it"),
    "quote.other": N_("the quote is another operator's"),
    "exchange.position": N_("the bank has fewer tokens of its own than it would sell"),
    "authorization.carried": N_("this authorization is collected already"),
    "authorization.used": N_("this authorization was carried out on the chain"),
    "refund.exceeds": N_("all refunds together would be more than the payment"),
    "reversal.exists": N_("the payment was reversed or refunded already"),
    "chain.reverted": N_("the transaction was included and reverted"),
    "chain.nonce_taken": N_("another transaction has its nonce in a final block"),
    "payment.recalled": N_("it was asked back, and nothing was paid"),
    "payment.given_up": N_("a supervisor gave it up before it was signed"),
    "chain.nothing_moved": N_("the transaction succeeded, and the token moved nothing"),
}
"""A sentence for every code of an error, and of a reason for a hold, a refusal or a failure."""

CLOSER = {
    "extra.missing": (N_('{what} needs an extra: pip install "tokenpay[{extra}]"'),),
    "amount.invalid": (N_("an amount is written like 12.50: digits, and a point before decimals"),),
    "address.invalid": (
        N_("the address has a wrong checksum (EIP-55): a digit or its case was changed"),
        N_("an address is 0x and 40 hexadecimal digits"),
        N_("the zero address cannot hold or receive money"),
    ),
    "screening.unavailable": (
        N_('names cannot be compared: where the engine runs, the extra "names" is missing'),
        N_("a name of this payment has no letters that can be compared"),
        N_("comparing a name of this payment failed"),
    ),
    "input.invalid": (
        N_("debtor and creditor are the same"),
        N_("a name is 1 to {most} printable characters"),
        N_("a reason is 1 to {most} visible characters"),
        N_("a request of this bank is paid in its books, to the request's payee"),
        N_("a password has at least {least} characters"),
        N_("a PIN is {least} to {most} digits"),
        N_("this PIN is too easy to guess: no runs, no repeated digits or patterns"),
        N_("a PIN is not part of the customer's own number"),
        N_("a count is written like 10x50, 4x20: how many, times which note or coin"),
        N_("there is no such note or coin of {currency}"),
        N_("a note or coin is counted twice"),
        N_("the amount is too small for the rate and the fee"),
        N_("the smallest coin is {amount}"),
        N_("a text to look for has letters or digits"),
        N_("the notes and coins of this currency are not known here"),
    ),
    "password.wrong": (
        N_(
            "who signs in, or the password or PIN, is wrong, or there were too many wrong ones: wait a quarter of "
            "an hour"
        ),
    ),
    "session.not_permitted": (
        N_("nobody approves a payment that they made"),
        N_("a payment is cancelled by its maker or a supervisor"),
        N_("a shift is closed by who has it, or by a supervisor"),
        N_("a customer may not do this"),
        N_("a session that a PIN opened does not change how its operator signs in: use the password"),
    ),
    "limit.customer": (
        N_("above the limit for this customer's payment"),
        N_("above the limit for this customer's week"),
        N_("above the limit for this customer's month"),
    ),
    "limit.operator": (
        N_("above the limit for this operator's payment"),
        N_("above the limit for this operator's week"),
        N_("above the limit for this operator's month"),
    ),
    "limit.role": (
        N_("above the limit for this role's payment"),
        N_("above the limit for this role's day"),
        N_("above the limit for this role's week"),
        N_("above the limit for this role's month"),
    ),
    "limit.branch": (
        N_("above the limit for this branch's payment"),
        N_("above the limit for this branch's day"),
        N_("above the limit for this branch's week"),
        N_("above the limit for this branch's month"),
    ),
    "approval.not_rekeyed": (N_("what was typed is not what was made: look at the order again"),),
    "not_found": (
        N_("there is no such payment"),
        N_("there is no such request"),
        N_("there is no such customer"),
        N_("there is no such case"),
        N_("there is no such operator"),
        N_("there is no such shift"),
        N_("this bank does not know the asset"),
        N_("the bank does not exchange these two"),
    ),
    "state.wrong": (
        N_("the customer is not active"),
        N_("the customer is closed"),
        N_("the case is resolved"),
        N_("the customer still has a balance or something pending"),
        N_("the customer still waits for money: cancel the open requests"),
        N_("the payment was signed: its bytes are sent until they are included"),
        N_("a payment of the shift waits for a second person"),
        N_("the {what} is in a shift that is {state}"),
        N_("cash is exchanged in an open shift of your own, at its terminal"),
        N_("{asset} cannot be asked for: it is frozen"),
        N_("{asset} cannot be asked for: it is frozen, or not as this bank knows it"),
    ),
    "rate.unavailable": (
        N_("the rate is too old, or from the future"),
        N_("the rate table has no price of {token} in {currency}"),
        N_("the rate table is missing, or is no text"),
        N_("this bank has no source of rates"),
    ),
    "printer.unavailable": (
        N_("the printer does not answer: look at its cable, paper and power"),
        N_("the printer is out of reach"),
        N_("this machine has no printer: bank.json names one"),
        N_("the receipt's file cannot be written: {why}"),
    ),
    "conflict": (N_("there is a file of that name already"),),
    "money.precision_lost": (N_("{asset} has {count} decimals"),),
    "store.unavailable": (
        N_("there is no bank in this folder"),
        N_("every connection to the database is in use; try again"),
        N_("the database needs `tokenpay bank migrate` first"),
        N_("the file cannot be written: {why}"),
    ),
    "pin_key.unavailable": (N_("this machine does not have the bank's PIN key: copy pin.key beside bank.json"),),
    "signer.unavailable": (N_("this machine holds no keys: the engine signs"),),
    "halted": (
        N_("the clock stands before what was recorded last: set it right, or a supervisor accepts it"),
        N_("this clock runs ahead of the database's: set it right"),
    ),
    "asset.frozen": (N_("{asset} is frozen at this bank"),),
    "treasury.short": (
        N_("the treasury holds {amount} too few"),
        N_("the treasury holds {amount} too few; a sweep of {count} deposit addresses brings {reachable}"),
    ),
    "authorization.used": (N_("the payer's authorization was carried out, and paid somebody else"),),
}
"""Sentences that say more, word for word as the library says them; what varies there is named in braces."""

VALUES = frozenset({N_("drawer"), N_("operator"), N_("terminal"), N_("open"), N_("counted")})
"""Values of the library's sentences that are words: they are translated too."""

NOTES = (
    N_("the sender is on a screening list"),
    N_("who is paid, or who sent it, may be somebody on a screening list"),
    N_("the name may be one on a screening list; {hits}"),
    N_("the name may be one on a screening list, as before; {hits}"),
    N_("{who} proposed {amount} from {payer} to {payee}, payment {payment}; {hits}"),
    N_("customer {customer}, by proof {proof}, has a wallet that is on a list which was loaded since"),
    N_("payment {payment} of {amount}, {why}"),
    N_("another transaction has its nonce in a final block"),
    N_("{word} = {other}: same"),
    N_("{word} = {other}: same sound"),
    N_("{word} = {other}: alike {share}"),
    N_("{word}: not listed"),
    N_("{word}: listed only"),
    N_("a name has no letters that can be compared"),
    N_("comparing a name with the screening lists failed"),
    N_("the screening lists could say nothing"),
    N_("nobody knows who sent it: it was minted"),
    N_("the sender of a waiting deposit is on a list that was loaded since"),
    N_("the token is frozen"),
    N_("the request asks for another asset"),
    N_("the payee is closed"),
    N_("more arrived than was asked for"),
    N_("it arrived after the request ended"),
    N_("the request takes one exact amount only"),
    N_("the token's logs are not what the balance changed by"),
    N_("the token's contract is not what it was when it was taken into use"),
    N_("the address holds more than its deposits brought"),
    N_("the node rejected it: {reason}"),
    N_("a block that was final is no longer on the chain"),
    N_("node {number} gives no answer: {reason}"),
    N_("node {number} is {blocks} blocks ahead of the others"),
    N_("node {number} is {blocks} blocks behind the others"),
    N_("node {number} contradicts the others on {subject}"),
)
"""What the library writes into a case, or of a chain and its nodes; what people write stands as they wrote it."""

AS_WRITTEN = frozenset({"approval.refused"})
"""Codes whose message a person wrote: it is shown as they wrote it."""

_UNTOLD = ("risk.", "screening.")
"""What the counter does not say, all in the same words: one that said less would tell the rest."""

_VALUE = re.compile(r"\{(\w+)\}")


class Coded(Protocol):
    """An error of the library, or a reason of one of its results."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


def sentence(said: Coded) -> str:
    """Return what an error or a reason says, in the language of the screen.

    What the bank looks for stays with the bank: a customer may stand before this screen.
    """
    if said.code.startswith(_UNTOLD):
        return _(RISKS["risk.unavailable"])
    return _said(said)


def explained(said: Coded) -> str:
    """Return what a reason says to who decides about it: whole, though it may be in the library's words."""
    return said.message if said.code.startswith("risk.") else _said(said)


def _said(said: Coded) -> str:
    if isinstance(said.message, Words) or spoken().code == "en" or said.code in AS_WRITTEN:
        return said.message
    for closer in CLOSER.get(said.code, ()):
        values = _pattern(closer).fullmatch(said.message)
        if values is not None:
            return _(closer).format(**{name: _value(name, value) for name, value in values.groupdict().items()})
    return _(GENERAL[said.code]) if said.code in GENERAL else said.message


def _value(name: str, value: str) -> str:
    return _(value) if value in VALUES and name != "extra" else in_form(value)


def note_text(note: str) -> str:
    """Return the note of a case or of a chain, in the language of the screen where the library wrote it.

    Why a payment is stuck is an error's message.
    """
    for text in (*NOTES, *chain(*CLOSER.values())) if spoken().code != "en" else ():
        values = _pattern(text).fullmatch(note)
        if values is not None:
            return _(text).format(**{name: _noted(name, value) for name, value in values.groupdict().items()})
    return note


def _noted(name: str, value: str) -> str:
    return in_form(value) if name in ("amount", "reachable") else value


def in_form(value: str) -> str:
    """Return a text of the library with the decimal mark of its amounts as the language has it."""
    return re.sub(r"(?<=\d)\.(?=\d)", spoken().decimal, value)


@cache
def _pattern(closer: str) -> re.Pattern[str]:
    parts = _VALUE.split(closer)  # texts at even places, names at odd ones
    return re.compile("".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))
