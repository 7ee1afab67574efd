"""Pay somebody: in the bank's books at once, or on the asset's chain."""

from tokenpay.bank import Bank
from tokenpay.money.amount import Amount
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Party
from tokenpay.payments.payment import Payment, Refusal
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.payment_draft import payment_draft
from tokenpay.steps.propose import propose


def pay(
    bank: Bank,
    *,
    debtor: Party | str,
    creditor: Party | str,
    amount: Amount,
    by: Session,
    key: str,
    request_id: str = "",
    remittance_information: str = "",
) -> Payment | Refusal:
    """Pay `amount` from a customer (or a case's suspense account) to a customer or an address.

    Parties are `customer/<number>`, `suspense/<case>` or a CAIP-10 address, or their parsed forms.
    Returns, in this order of precedence: the payment this key already stands for; a Refusal, with every
    reason; a held Payment (it waits for a second person or for data; the funds are reserved); a final
    Payment (book) or a cleared one (the engine carries it to the chain).
    Raises InvalidInput, AssetMismatch, NotFound, SessionExpired, NotPermitted, KeyReused, StoreUnavailable.
    """
    order = PaymentOrder(
        debtor=debtor,
        creditor=creditor,
        amount=amount,
        request_id=request_id,
        remittance_information=remittance_information,
    )
    draft, permission = payment_draft(order)
    return propose(bank, draft, by=by, key=key, permission=permission, of=customers_of(draft.debtor))
