"""Whether accounts say what their entries and pending transfers add up to: an edited total does not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tokenpay.ledger.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedEntry:
    """An entry with the totals it left, as it says. `fits`: its transfer is posted, for as much, on this side."""

    account_id: str
    seq: int
    debit: bool
    units: int
    debits_after: int
    credits_after: int
    fits: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one pending transfer will move."""

    debit: str
    credit: str
    units: int


def disagreeing(
    accounts: Iterable[Account], entries: Iterable[ProvedEntry], waiting: Iterable[Waiting]
) -> tuple[str, ...]:
    """Return the ids of accounts whose four totals or history do not add up, sorted.

    `entries` are all there are, by account and then by number; `waiting` are all pending transfers.
    """
    debits: Counter[str] = Counter()
    credits: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    wrong: set[str] = set()
    for entry in entries:
        id = entry.account_id
        numbers[id] += 1
        (debits if entry.debit else credits)[id] += entry.units
        told = (numbers[id], debits[id], credits[id])
        if not entry.fits or told != (entry.seq, entry.debits_after, entry.credits_after):
            wrong.add(id)
    debits_pending: Counter[str] = Counter()
    credits_pending: Counter[str] = Counter()
    for transfer in waiting:
        debits_pending[transfer.debit] += transfer.units
        credits_pending[transfer.credit] += transfer.units
    known = set()
    for account in accounts:
        known.add(account.id)
        totals = (account.debits_posted, account.credits_posted, account.debits_pending, account.credits_pending)
        added = (debits[account.id], credits[account.id], debits_pending[account.id], credits_pending[account.id])
        if totals != added or account.version != numbers[account.id]:
            wrong.add(account.id)
    moved = numbers.keys() | debits_pending.keys() | credits_pending.keys()
    return tuple(sorted(wrong | (moved - known)))
