"""Whether a request's deposit address is really the bank's: derived anew, never believed because it is stored."""

from tokenpay.errors import IntegrityError
from tokenpay.money.address import Address
from tokenpay.store.door import stored
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork
from tokenpay.wallets.hd import ExtendedPublicKey


def check_address(uow: UnitOfWork, issued: IssuedRequest) -> IssuedRequest:
    """Return the request; raises IntegrityError when somebody wrote another address beside it."""
    if not is_own(uow, issued):
        raise IntegrityError("a request names an address that is not the bank's", request=issued.request.id)
    return issued


def is_own(uow: UnitOfWork, issued: IssuedRequest) -> bool:
    """Tell whether a request's deposit address is the bank's, or it has none."""
    address, index = issued.request.deposit_address, issued.deposit_index
    return address is None or (index is not None and address_at(uow.facts.get("deposit_xpub"), index) == address)


@stored
def address_at(xpub: str, index: int) -> Address:
    """Return the deposit address at an index of the bank's stored key; raises IntegrityError where that is none."""
    return ExtendedPublicKey.parse(xpub).child_address(index)
