"""One request of many that are to be issued at once, and why one of them was not."""

from dataclasses import dataclass

from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.payment_request import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOrder:
    """Who is to be paid what; `payee` is the customer's number, and no `amount` leaves it open to the payer."""

    payee: str
    asset: Asset
    amount: Amount | None
    expires_in_s: int = 900
    remittance_information: str = ""
    terms: Terms = Terms.PARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefusal:
    """An order for which no request was issued, with the stable code and the words of why."""

    order: RequestOrder
    code: str
    message: str
