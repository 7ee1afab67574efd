"""Pay somebody: in the bank's books at once, or on the asset's chain."""

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import BookParty, ChainParty, Party, Purpose, parse_party
from tokenpay.payments.payment import Payment, Refusal
from tokenpay.steps.propose import Draft, propose


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
    payer = parse_party(debtor) if isinstance(debtor, str) else debtor
    payee = parse_party(creditor) if isinstance(creditor, str) else creditor
    if not isinstance(payee, BookParty | ChainParty):
        raise InvalidInput("an address is paid on a chain: name both, as in `Address.caip10(chain_id)`")
    if not isinstance(payer, BookParty):
        raise InvalidInput("a payment comes from an account of this bank; `collect` takes one from an address")
    if isinstance(payee, BookParty) and payee.kind is not AccountKind.CUSTOMER:
        raise InvalidInput("a payment goes to a customer or to an address")
    if request_id and not isinstance(payee, BookParty):
        raise InvalidInput("a request of this bank is paid in its books, to the request's payee")
    draft = Draft(
        purpose=Purpose.PAYMENT,
        debtor=payer,
        creditor=payee,
        amount=amount,
        request_id=request_id,
        remittance_information=remittance_information,
    )
    permission = Permission.PAY if payer.kind is AccountKind.CUSTOMER else Permission.CASE
    return propose(bank, draft, by=by, key=key, permission=permission)
