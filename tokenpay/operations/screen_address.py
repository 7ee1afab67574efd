"""Ask the lists about an address, however it is written."""

from tokenpay.bank import Bank
from tokenpay.compliance.canonical_address import buried_addresses, canonical_addresses, is_known_form
from tokenpay.compliance.screening import Screening
from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.screened import screened_hits

_MAX_CHARACTERS = 4_096


def screen_address(bank: Bank, text: str, *, by: Session) -> tuple[Screening, ...]:
    """Return what the lists say of every address in a text: a request or calldata may hold several.

    The subject of each is the address as it was understood: for an EVM address `0x` and 40 small digits, for any other
    its own text. An address that calldata holds within another call is told where it is listed. Nothing is written.
    Raises InvalidInput for an empty or very long text, and for one that is no known form of an address and stands on no
    list: what was not understood is not clear.
    """
    if len(text) > _MAX_CHARACTERS:
        raise InvalidInput(f"an address is asked for in up to {_MAX_CHARACTERS} characters")
    found = canonical_addresses(text)
    if not found:
        raise InvalidInput("this is no address")
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        hits = {one: uow.lists.hits_of([one]) for one in found}
        buried = sorted(buried_addresses(text) - hits.keys())
        if uow.lists.hits_of(buried):
            hits |= {one: known for one in buried if (known := uow.lists.hits_of([one]))}
        if not all(hits[one] or is_known_form(one) for one in hits):
            raise InvalidInput("this is no address that can be read")
        return tuple(screened_hits(uow, bank, one, hits=known) for one, known in hits.items())
