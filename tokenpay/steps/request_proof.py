"""What proves a request to be the bank's own: its key, and what it would sign of its own record."""

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError, InvalidRequest, NotFound
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.signed_request import BankKey
from tokenpay.store.unit_of_work import UnitOfWork


def own_key(uow: UnitOfWork, bank: Bank) -> BankKey:
    """Return the bank's request key as the books keep it.

    Whoever opens the bank with its signer writes the key down, or has it checked. Raises NotFound where nobody
    did, IntegrityError where what stands there is no key.
    """
    key = uow.facts.get("request_key", "")
    if not key:
        raise NotFound("the bank has no request key yet: run the engine once, which holds the keys")
    try:
        return BankKey(bank=bank.name, public_key=bytes.fromhex(key))
    except (ValueError, InvalidRequest):
        raise IntegrityError("the request key in the books is no key") from None


def own_claims(uow: UnitOfWork, bank: Bank, request: PaymentRequest) -> RequestClaims:
    """Return what the bank signs of a request; raises InvalidRequest for one without a deposit address."""
    customer = uow.customers.get(request.payee.removeprefix("customer/"))
    return RequestClaims.of(request, bank=bank.name, payee_name=customer.name)
