"""Whether a request's deposit address is really the bank's: derived anew, never believed because it is stored."""

from tokenpay.errors import IntegrityError
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork
from tokenpay.wallets.hd import ExtendedPublicKey


def check_address(uow: UnitOfWork, issued: IssuedRequest) -> IssuedRequest:
    """Return the request; raises IntegrityError when somebody wrote another address beside it."""
    address = issued.request.deposit_address
    if address is None:
        return issued
    xpub = ExtendedPublicKey.parse(uow.facts.get("deposit_xpub"))
    if issued.deposit_index is None or xpub.child_address(issued.deposit_index) != address:
        raise IntegrityError("a request names an address that is not the bank's", request=issued.request.id)
    return issued
