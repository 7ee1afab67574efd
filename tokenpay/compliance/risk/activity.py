"""What a scorer is told of a customer: what moved lately, since when they are known, and the bank's own lines."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.intent import BookParty, Intent, Purpose

SCORED = frozenset({Purpose.PAYMENT, Purpose.EXCHANGE, Purpose.REFUND})
"""What a customer decides to do with their money. What the bank takes back or moves of its own is not theirs."""
REMEMBERED = 64
"""So many of a customer's newest movements are read, each way: what a rule cannot find among them, it does not find."""


class Movement(NamedTuple):
    """Money that went from, or came to, a customer; a tuple, for as many as are read are made for each payment.

    `counterparty` is a party or an address as text, empty where nobody knows it. `settled` tells that it is final: a
    payee who was only ever promised money is no known payee.
    """

    at_s: int
    units: int
    asset_id: str
    counterparty: str
    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A customer's newest movements, oldest first, without the payment that is asked about.

    `incoming` is of that payment's asset, `outgoing` of every one. `alone_units` is what one person may pay of the
    asset, `available_units` what the customer has of it now. Times are Unix seconds.
    """

    enrolled_at_s: int
    available_units: int
    alone_units: int
    utc_offset_minutes: int = 0
    outgoing: tuple[Movement, ...] = ()
    incoming: tuple[Movement, ...] = ()

    def out_since(self, since_s: int, asset_id: str) -> list[Movement]:
        """Return what went out of one asset since then."""
        return [movement for movement in since(self.outgoing, since_s) if movement.asset_id == asset_id]

    def in_since(self, since_s: int) -> Sequence[Movement]:
        """Return what came in since then."""
        return since(self.incoming, since_s)


def is_scored(intent: Intent) -> bool:
    """Tell whether a customer's habits have anything to say of this payment."""
    debtor = intent.debtor
    return intent.purpose in SCORED and isinstance(debtor, BookParty) and debtor.kind is AccountKind.CUSTOMER


def debtor_of(intent: Intent) -> tuple[str, str]:
    """Return whose movements score a payment: the customer who pays it, and the asset that it is of."""
    if not isinstance(intent.debtor, BookParty):
        raise InvalidInput("only what a customer pays is scored")
    return intent.debtor.owner, intent.amount.asset.id


def since(movements: Sequence[Movement], since_s: int) -> Sequence[Movement]:
    """Return the movements, which are in the order of time, from a moment on."""
    if not movements or movements[-1].at_s < since_s:
        return ()
    if movements[0].at_s >= since_s:
        return movements
    return movements[bisect_left(movements, since_s, key=_at_s) :]


def _at_s(movement: Movement) -> int:
    return movement.at_s
