"""An inbound transfer on a chain, identified by (chain, block hash, log index)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tokenpay.money.address import Address
from tokenpay.money.amount import Amount

BELIEVABLE_UNITS = 10**70
"""A log of more is a lie: entered as pending, a few of them would fill the ledger's 78 digits."""


class DepositState(StrEnum):
    """How far a deposit is from being judged."""

    SEEN = "seen"
    FINAL = "final"
    ORPHANED = "orphaned"


class DepositOutcome(StrEnum):
    """Where a final deposit went."""

    CREDITED = "credited"
    SUSPENSE = "suspense"
    BLOCKED = "blocked"
    NOTHING = "nothing"


_ID = re.compile(r"[0-9]+-[0-9a-f]{64}-[0-9]+")


def is_deposit_id(text: str) -> bool:
    """Tell whether a text is a deposit's id, and not a payment's, an address or what somebody typed."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """`address` is the bank's deposit address that received it, `sender` the log's sender (None: minted)."""

    chain_id: int
    block_hash: bytes
    log_index: int
    block_number: int
    transaction_hash: bytes
    address: Address
    sender: Address | None
    amount: Amount
    request_id: str
    state: DepositState
    outcome: DepositOutcome | None = None
    seen_at_s: int = 0

    @property
    def id(self) -> str:
        return f"{self.chain_id}-{self.block_hash.hex()}-{self.log_index}"
