"""The public key that proves the heads of this bank's audit streams."""

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.store.unit_of_work import UnitOfWork

FACT = "head_key"


def head_key(uow: UnitOfWork) -> bytes:
    """Return the 32 bytes of the bank's Ed25519 key for heads; raises InvalidInput for a bank that has none yet."""
    text = uow.facts.get(FACT, "")
    if not text:
        raise InvalidInput("this bank has not signed a head yet: its engine does, once it has run")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise IntegrityError("the bank's key for heads is damaged in the books") from None
