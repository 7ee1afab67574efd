"""The business fact: an intent and where it stands."""

from dataclasses import dataclass, replace
from enum import StrEnum

from tokenpay.errors import WrongState
from tokenpay.payments.intent import Intent


class PaymentState(StrEnum):
    """Where a payment stands; TRANSITIONS says where each may go."""

    HELD = "held"
    CLEARED = "cleared"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    SENT = "sent"
    INCLUDED = "included"
    FINAL = "final"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = PaymentState
TRANSITIONS: dict[PaymentState, frozenset[PaymentState]] = {
    _S.HELD: frozenset({_S.CLEARED, _S.FINAL, _S.REFUSED, _S.CANCELLED, _S.EXPIRED}),
    _S.CLEARED: frozenset({_S.ASSIGNED, _S.FINAL, _S.REFUSED, _S.CANCELLED, _S.EXPIRED}),
    _S.ASSIGNED: frozenset({_S.SIGNED, _S.FAILED}),
    _S.SIGNED: frozenset({_S.SENT, _S.INCLUDED}),
    _S.SENT: frozenset({_S.INCLUDED, _S.SIGNED}),
    _S.INCLUDED: frozenset({_S.FINAL, _S.FAILED, _S.SENT}),
    _S.FINAL: frozenset(),
    _S.FAILED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.EXPIRED: frozenset(),
}
"""Where each state may go. A held book payment that is approved is cleared and final in one step.

A cleared one is refused where the gate's second look, before its nonce, finds what ends it.
A signed one is included where what was sent of it, by this bank or by a version before, is found in a block.
A collection that waits is final where somebody else carried its authorization.
An assigned payment fails where the signer refuses it, or the gate before its first signature: its nonce goes back or is
filled.
"""

ENDED = frozenset(state for state, following in TRANSITIONS.items() if not following)
UNPAID = ENDED - {PaymentState.FINAL}
"""It ended and nobody was paid: what it referred to is free again."""
UNSENT = frozenset({_S.HELD, _S.CLEARED})
"""Nothing has left and no nonce is taken: the payment may be cancelled."""
IN_NO_BLOCK = frozenset({_S.ASSIGNED, _S.SIGNED, _S.SENT})
"""It has a nonce, and no block is known to have it."""
LEAVING = frozenset({_S.SIGNED, _S.SENT})
"""A version of it is signed, and no block is known to have one: it may be asked back."""
ON_ITS_WAY = IN_NO_BLOCK | {_S.INCLUDED}
"""It has a nonce and has not ended: what the chain shows of it is not in the books yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a payment is held, refused or failed: a stable code and one plain line."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`id` is the intent's UETR. `nonce` and what follows are set as the payment goes on chain.

    `fee_cap_wei` bounds gas limit times fee per gas over all fee bumps; `index` is the deposit
    address a sweep empties or a collection pays into. `recalled_by` asked it back after it had left. What is included
    is a version of it; the `transaction_hash` of a final collection is that which carried it, also another's.
    """

    intent: Intent
    state: PaymentState
    updated_at_s: int
    reasons: tuple[Reason, ...] = ()
    nonce: int | None = None
    gas_limit: int | None = None
    fee_cap_wei: int | None = None
    index: int | None = None
    included_block: int | None = None
    included_hash: bytes | None = None
    transaction_hash: bytes | None = None
    recalled_by: str | None = None

    @property
    def id(self) -> str:
        return self.intent.uetr

    def to(self, state: PaymentState, *, at_s: int, reasons: tuple[Reason, ...] | None = None) -> "Payment":
        """Return the payment in its next state; raises WrongState where the way is not open."""
        if state not in TRANSITIONS[self.state]:
            raise WrongState(f"a {self.state} payment cannot become {state}", payment=self.id)
        return replace(self, state=state, updated_at_s=at_s, reasons=self.reasons if reasons is None else reasons)

    def not_included(self, *, at_s: int) -> "Payment":
        """Return an included payment as sent again: its block is gone, its bytes may be included anew."""
        sent = self.to(PaymentState.SENT, at_s=at_s)
        return replace(sent, included_block=None, included_hash=None, transaction_hash=None)

    def waiting(self, reasons: tuple[Reason, ...], *, at_s: int) -> "Payment":
        """Return a payment that still waits where it is, for other reasons than before."""
        return replace(self, reasons=reasons, updated_at_s=at_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The gate's no: nothing was stored but an audit record, no key is bound, nothing left."""

    intent: Intent
    reasons: tuple[Reason, ...]
