"""Amount and payee as the checker typed them, from the order and not from the screen."""

from dataclasses import dataclass

from tokenpay.errors import TokenpayError
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.payments.intent import BookParty, ChainParty, Intent, Party, parse_party


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeyed:
    """`payee` is `customer/<number>`, a customer's number, a CAIP-10 address, or an address of the payment's chain."""

    amount: Amount
    payee: str

    def agrees(self, intent: Intent) -> bool:
        """Tell whether this is exactly what the intent says; a payee that cannot be read is not."""
        return self.amount == intent.amount and _party(self.payee.strip(), intent.creditor) == intent.creditor


def _party(text: str, like: Party) -> Party | None:
    try:
        if isinstance(like, BookParty) and "/" not in text:
            return BookParty(AccountKind.CUSTOMER, text)
        if isinstance(like, ChainParty) and ":" not in text:
            return ChainParty(like.chain_id, Address.parse(text))
        return parse_party(text)
    except TokenpayError:
        return None
