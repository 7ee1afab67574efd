"""What a transaction offers for its gas (EIP-1559): enough today, more to replace another, never beyond its cap."""

from dataclasses import dataclass
from typing import Self

NO_OP_GAS = 21_000
"""The gas of a transaction that moves nothing and calls nobody."""
ANY_WEI = 2**256
"""More than anything costs."""
_BUMP_PERCENT = 13
"""Nodes ask for at least a tenth more before they replace a transaction."""
_GAS_MARGIN_PERCENT = 125
_CAP_OVER_NOW = 4
"""So many times today's fee is reserved, within the chain's own cap: most payments never need more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What to offer, in wei per gas."""

    priority_fee_wei: int
    max_fee_wei: int

    @classmethod
    def of_today(cls, *, base_fee_wei: int, priority_fee_wei: int) -> Self:
        """Return fees that stay enough until the base fee has doubled."""
        return cls(priority_fee_wei=priority_fee_wei, max_fee_wei=2 * base_fee_wei + priority_fee_wei)

    def within(self, at_most_wei: int) -> Self:
        """Return these fees, or as much of them as may be offered per gas."""
        max_fee_wei = min(self.max_fee_wei, at_most_wei)
        return type(self)(priority_fee_wei=min(self.priority_fee_wei, max_fee_wei), max_fee_wei=max_fee_wei)

    def above(self, before: Self, *, at_most_wei: int) -> Self | None:
        """Return fees that replace an earlier version's: these, or those and a little more; None above the cap.

        None too where that is no more than before: a tenth more than nothing is nothing.
        """
        priority_fee_wei, max_fee_wei = _bumped(before.priority_fee_wei), _bumped(before.max_fee_wei)
        if max_fee_wei > at_most_wei:
            return None
        raised = type(self)(
            priority_fee_wei=max(self.priority_fee_wei, priority_fee_wei),
            max_fee_wei=max(self.max_fee_wei, max_fee_wei),
        ).within(at_most_wei)
        return raised if raised.max_fee_wei > before.max_fee_wei else None

    def cap_wei(self, gas_limit: int, *, at_most_wei: int) -> int | None:
        """Return what a transaction may cost over all its fee bumps; None where today's fees cost more than allowed."""
        costs_more = gas_limit * self.max_fee_wei > at_most_wei
        return None if costs_more else self.room_wei(gas_limit, at_most_wei=at_most_wei)

    def room_wei(self, gas_limit: int, *, at_most_wei: int) -> int:
        """Return what is reserved for a transaction at these fees and for fee bumps beyond, within what is allowed."""
        return min(at_most_wei, gas_limit * self.max_fee_wei * _CAP_OVER_NOW)


def with_margin(gas: int) -> int:
    """Return the gas limit for an estimate: what a transaction needs may grow before it is included."""
    return gas * _GAS_MARGIN_PERCENT // 100


def most_wei_per_gas(cap_wei: int | None, gas_limit: int | None) -> int:
    """Return what a reserve allows per gas, over all fee bumps; 0 where nothing is reserved."""
    return (cap_wei or 0) // (gas_limit or 1)


def _bumped(wei: int) -> int:
    return -(-wei * (100 + _BUMP_PERCENT) // 100)
