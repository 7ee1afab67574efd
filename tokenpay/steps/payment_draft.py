"""What somebody wants to pay from an account of this bank, checked before anything is asked of the books."""

from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Permission
from tokenpay.payments.intent import BookParty, ChainParty, Purpose, parse_party
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.steps.propose import Draft


def payment_draft(order: PaymentOrder) -> tuple[Draft, Permission]:
    """Return the draft of a payment and what it takes to propose it; raises InvalidInput."""
    payer = parse_party(order.debtor) if isinstance(order.debtor, str) else order.debtor
    payee = parse_party(order.creditor) if isinstance(order.creditor, str) else order.creditor
    if not isinstance(payee, BookParty | ChainParty):
        raise InvalidInput("an address is paid on a chain: name both, as in `Address.caip10(chain_id)`")
    if not isinstance(payer, BookParty):
        raise InvalidInput("a payment comes from an account of this bank; `collect` takes one from an address")
    if isinstance(payee, BookParty) and payee.kind is not AccountKind.CUSTOMER:
        raise InvalidInput("a payment goes to a customer or to an address")
    if order.request_id and not isinstance(payee, BookParty):
        raise InvalidInput("a request of this bank is paid in its books, to the request's payee")
    draft = Draft(
        purpose=Purpose.PAYMENT,
        debtor=payer,
        creditor=payee,
        amount=order.amount,
        request_id=order.request_id,
        remittance_information=order.remittance_information,
    )
    return draft, Permission.PAY if payer.kind is AccountKind.CUSTOMER else Permission.CASE
