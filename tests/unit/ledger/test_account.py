"""An account's totals: which side lowers it, and what it refuses."""

import pytest

from tokenpay.errors import InsufficientFunds, IntegrityError
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind

K = AccountKind
BOUNDED_DEBIT = {K.CUSTODY, K.DRAWER, K.VAULT}
BOUNDED_CREDIT = {K.CUSTOMER, K.SUSPENSE, K.BLOCKED}
DEBIT_SIDE = BOUNDED_DEBIT | {K.GAS, K.VARIANCE}


def account(kind: AccountKind, **totals: int) -> Account:
    return Account(kind=kind, owner="X", asset_id="iso4217:EUR", **totals)


@pytest.mark.parametrize("kind", K)
def test_the_balance_stands_on_the_accounts_own_side(kind: AccountKind) -> None:
    held = account(kind, debits_posted=30, credits_posted=10)
    assert held.posted_units == (20 if kind in DEBIT_SIDE else -20)
    assert held.id == f"{kind}/X/iso4217:EUR"


@pytest.mark.parametrize("kind", K)
def test_what_is_available_leaves_out_what_pending_transfers_take(kind: AccountKind) -> None:
    held = account(kind, debits_posted=30, credits_posted=30, debits_pending=7, credits_pending=5)
    expected = -5 if kind in BOUNDED_DEBIT else -7 if kind in BOUNDED_CREDIT else None
    assert held.available_units == expected
    assert held.incoming_units == (7 if kind in DEBIT_SIDE else 5)


@pytest.mark.parametrize("kind", sorted(BOUNDED_CREDIT))
def test_a_credit_account_gives_to_its_last_unit_and_no_further(kind: AccountKind) -> None:
    held = account(kind, credits_posted=100, debits_pending=40)
    assert held.move(debits_posted=60).available_units == 0
    assert held.move(debits_pending=60).available_units == 0
    for change in ({"debits_posted": 61}, {"debits_pending": 61}):
        with pytest.raises(InsufficientFunds) as caught:
            held.move(**change)
        assert caught.value.fields["available_units"] == 60


@pytest.mark.parametrize("kind", sorted(BOUNDED_DEBIT))
def test_a_debit_account_gives_to_its_last_unit_and_no_further(kind: AccountKind) -> None:
    held = account(kind, debits_posted=100, credits_pending=40)
    assert held.move(credits_posted=60).available_units == 0
    with pytest.raises(InsufficientFunds):
        held.move(credits_pending=61)


@pytest.mark.parametrize("kind", sorted(set(K) - BOUNDED_DEBIT - BOUNDED_CREDIT))
def test_other_accounts_have_no_bound(kind: AccountKind) -> None:
    assert account(kind).move(debits_posted=10**77, credits_pending=1).available_units is None
    assert account(kind).move(credits_posted=10**77, debits_pending=1).available_units is None


def test_what_only_comes_in_is_not_yet_available() -> None:
    seen = account(K.CUSTOMER).move(credits_pending=50)
    assert (seen.available_units, seen.incoming_units) == (0, 50)
    with pytest.raises(InsufficientFunds):
        seen.move(debits_posted=1)


@pytest.mark.parametrize("total", ["debits_pending", "debits_posted", "credits_pending", "credits_posted"])
def test_no_total_falls_below_zero(total: str) -> None:
    with pytest.raises(IntegrityError):
        account(K.FUNDING).move(**{total: -1})


def test_only_posted_changes_count_as_entries() -> None:
    held = account(K.FUNDING).move(credits_pending=5)
    assert held.version == 0
    assert held.move(credits_pending=-5, credits_posted=5).version == 1
