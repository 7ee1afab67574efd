"""The proof of the books names each account that its entries and pending transfers do not add up to."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.proof import ProvedEntry, Waiting, disagreeing

ANNA = Account(
    kind=AccountKind.CUSTOMER, owner="C1", asset_id="T", debits_pending=3, debits_posted=2, credits_posted=10, version=2
)
BERT = Account(kind=AccountKind.CUSTOMER, owner="C2", asset_id="T", credits_pending=3)
ENTRIES = (
    ProvedEntry(account_id=ANNA.id, seq=1, debit=False, units=10, debits_after=0, credits_after=10, fits=True),
    ProvedEntry(account_id=ANNA.id, seq=2, debit=True, units=2, debits_after=2, credits_after=10, fits=True),
)
WAITING = (Waiting(ANNA.id, BERT.id, 3),)


def said(
    accounts: Sequence[Account] = (ANNA, BERT),
    entries: Sequence[ProvedEntry] = ENTRIES,
    waiting: Sequence[Waiting] = WAITING,
) -> tuple[str, ...]:
    return disagreeing(accounts, entries, waiting)


def test_books_that_add_up_name_nobody() -> None:
    assert said() == ()
    assert disagreeing([], [], []) == ()


@pytest.mark.parametrize(
    "edited",
    [
        replace(ANNA, debits_posted=3),
        replace(ANNA, credits_posted=9),
        replace(ANNA, debits_pending=2),
        replace(ANNA, credits_pending=1),
        replace(ANNA, version=3),
        replace(ANNA, version=1),
    ],
)
def test_a_total_that_was_edited_is_named(edited: Account) -> None:
    assert said(accounts=(edited, BERT)) == (ANNA.id,)


@pytest.mark.parametrize(
    "edited",
    [
        replace(ENTRIES[1], seq=3),
        replace(ENTRIES[1], units=3),
        replace(ENTRIES[1], debit=False),
        replace(ENTRIES[1], debits_after=1),
        replace(ENTRIES[1], credits_after=11),
        replace(ENTRIES[1], fits=False),
    ],
)
def test_an_entry_that_was_edited_is_named(edited: ProvedEntry) -> None:
    assert said(entries=(ENTRIES[0], edited)) == (ANNA.id,)


def test_an_entry_or_a_pending_transfer_too_few_is_named() -> None:
    assert said(entries=ENTRIES[:1]) == said(entries=ENTRIES[1:]) == (ANNA.id,)
    assert said(waiting=()) == (ANNA.id, BERT.id)
    assert said(waiting=(*WAITING, Waiting(BERT.id, ANNA.id, 1))) == (ANNA.id, BERT.id)


def test_accounts_that_are_gone_are_named_by_whatever_is_left_of_them() -> None:
    assert said(accounts=(BERT,)) == (ANNA.id,)
    assert said(accounts=(BERT,), waiting=()) == (ANNA.id, BERT.id)
    assert said(accounts=(), entries=()) == (ANNA.id, BERT.id)
    assert disagreeing([], [], [Waiting("a", "b", 1)]) == ("a", "b")
