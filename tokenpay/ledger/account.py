"""A ledger account: four totals, and the rules by which they move."""

from dataclasses import dataclass
from typing import Self

from tokenpay.errors import InsufficientFunds, IntegrityError
from tokenpay.ledger.chart import BOUNDED, DEBIT_NORMAL, AccountKind, account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Totals in smallest units of one asset. `version` counts the entries posted to it."""

    kind: AccountKind
    owner: str
    asset_id: str
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    version: int = 0

    @property
    def id(self) -> str:
        return account_id(self.kind, self.owner, self.asset_id)

    @property
    def posted_units(self) -> int:
        """The balance on the account's own side; negative only where the chart allows it."""
        net = self.debits_posted - self.credits_posted
        return net if self.kind in DEBIT_NORMAL else -net

    @property
    def available_units(self) -> int | None:
        """What may still be taken: posted less what pending transfers will take. None: unbounded."""
        if self.kind not in BOUNDED:
            return None
        pending_out = self.credits_pending if self.kind in DEBIT_NORMAL else self.debits_pending
        return self.posted_units - pending_out

    @property
    def incoming_units(self) -> int:
        """What pending transfers will bring: seen, not spendable."""
        return self.debits_pending if self.kind in DEBIT_NORMAL else self.credits_pending

    def move(
        self,
        *,
        debits_pending: int = 0,
        debits_posted: int = 0,
        credits_pending: int = 0,
        credits_posted: int = 0,
    ) -> Self:
        """Return the account after these changes of its totals.

        Raises InsufficientFunds when less than nothing would be available, IntegrityError when a
        total would fall below zero.
        """
        moved = type(self)(
            kind=self.kind,
            owner=self.owner,
            asset_id=self.asset_id,
            debits_pending=self.debits_pending + debits_pending,
            debits_posted=self.debits_posted + debits_posted,
            credits_pending=self.credits_pending + credits_pending,
            credits_posted=self.credits_posted + credits_posted,
            version=self.version + (1 if debits_posted or credits_posted else 0),
        )
        if min(moved.debits_pending, moved.debits_posted, moved.credits_pending, moved.credits_posted) < 0:
            raise IntegrityError("an account total fell below zero", account=self.id)
        available = moved.available_units
        if available is not None and available < 0:
            raise InsufficientFunds(
                f"{self.kind} account has {self.available_units} units available",
                account=self.id,
                available_units=self.available_units or 0,
            )
        return moved
