"""Whom a customer may pay, and what the first payment to somebody waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tokenpay.errors import InvalidInput
from tokenpay.primitives.canonical import Value

EVERYBODY = ""
"""The key of a list that holds for the whole bank."""
_MAX_WAIT_S = 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayee:
    """How a customer's first payment to a payee is held; later ones in its asset, once that is final, are not.

    Up to `free_units` (by asset id; what is not set is zero) in all to one payee nothing is held. Above, it waits for a
    second person where `second_person` says so, and in any case until `wait_s` seconds have passed. Raises
    InvalidInput.
    """

    free_units: Mapping[str, int] = field(default_factory=dict)
    second_person: bool = True
    wait_s: int = 0

    def __post_init__(self) -> None:
        if not all(type(units) is int and units >= 0 for units in self.free_units.values()):
            raise InvalidInput("what a new payee may get at once is a whole number of smallest units")
        if type(self.wait_s) is not int or not 0 <= self.wait_s <= _MAX_WAIT_S:
            raise InvalidInput("a new payee waits up to a year")
        if not self.second_person and not self.wait_s:
            raise InvalidInput("a hold on new payees asks for a second person, for time, or for both")

    def content(self) -> dict[str, Value]:
        """Return the canonical content as it stands in a policy."""
        return {
            "free_units": {asset_id: str(units) for asset_id, units in self.free_units.items()},
            "second_person": self.second_person,
            "wait_s": self.wait_s,
        }


def payee_allowed(payees: Mapping[str, frozenset[str]], *, customer_id: str, payee: str) -> bool:
    """Tell whether a customer may pay a payee: one on the bank's list or their own; with neither list, anybody."""
    lists = [payees[of] for of in (EVERYBODY, customer_id) if of in payees]
    return not lists or any(payee in listed for listed in lists)
