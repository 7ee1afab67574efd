"""What somebody asks the bank to pay: one payment by itself, or one of a batch."""

from dataclasses import dataclass

from tokenpay.money.amount import Amount
from tokenpay.payments.intent import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """Who pays whom how much; parties as `pay` takes them, parsed or as text.

    `request_id` names the request of this bank that it answers. What ISO 20022 (pain.001) calls a credit transfer
    transaction; it has no identity and no time yet.
    """

    debtor: Party | str
    creditor: Party | str
    amount: Amount
    request_id: str = ""
    remittance_information: str = ""
