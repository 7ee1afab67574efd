"""Ask what tokens did: one whose events are none of its standard is no longer the token that was taken into use."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.take_out_of_use import take_out_of_use

T = TypeVar("T")


def read_tokens(
    bank: Bank, assets: Collection[Asset], read: Callable[[Sequence[Address]], T], *, by: Session
) -> tuple[T, frozenset[Asset]]:
    """Return what `read` says of the contracts of these assets, and those that it cannot read: they are left out.

    Such a token is frozen, with a case. What came in of it there is seen by nobody but who compares what its addresses
    hold: `reconcile`, `recognise_holding`. Raises what `read` raises of anything else.
    """
    tokens = {asset.contract.text: asset for asset in assets if asset.contract is not None}
    unread: set[Asset] = set()
    while True:
        try:
            told = read(sorted(asset.contract for asset in tokens.values() if asset.contract is not None))
            return told, frozenset(unread)
        except IntegrityError as error:
            odd = tokens.pop(str(error.fields.get("contract", "")), None)
            if odd is None:
                raise
            unread.add(odd)
            with bank.store.unit_of_work() as uow:
                operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
                take_out_of_use(uow, bank, operator, odd.id, why=f"it wrote what cannot be read: {error.message}")
