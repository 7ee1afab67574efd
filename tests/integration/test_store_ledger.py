"""The ledger in the database: two phases, entries with the balance after them, and no overdraw under concurrency."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.integration.store_samples import (
    ANNAS,
    BERTS,
    CUSTODY,
    FUNDING,
    NOW_S,
    add_cleared,
    founded,
    fund,
    transfer,
)
from tests.unit.payments.samples import TOKEN
from tokenpay.errors import Conflict, InsufficientFunds, IntegrityError, NotFound, WrongState
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import TransferState
from tokenpay.money.amount import MAX_UNITS
from tokenpay.store.ledger_store import Entry
from tokenpay.store.unit_of_work import Store


def available(store: Store, account: Account) -> int | None:
    with store.read() as work:
        return work.ledger.account(account.id).available_units


def test_a_transfer_is_reserved_and_posted_in_part(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
        clearance = add_cleared(work)
        work.ledger.lock([ANNAS, BERTS])
        pending = work.ledger.reserve(transfer("T", ANNAS, BERTS, 60, clearance))
    assert (available(store, ANNAS), available(store, BERTS)) == (40, 0)
    with store.unit_of_work() as work:
        assert work.ledger.transfers(payment_id=clearance.payment_id) == [pending]
        work.ledger.lock_transfers([pending])
        posted = work.ledger.post_pending(pending, at_s=NOW_S + 5, units=50)
    assert (available(store, ANNAS), available(store, BERTS)) == (50, 50)
    with store.read() as work:
        assert work.ledger.transfers(payment_id=clearance.payment_id) == [posted]
        assert (posted.state, posted.posted_units, posted.units) == (TransferState.POSTED, 50, 60)


def test_a_void_gives_back_and_leaves_no_entry(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
        work.ledger.lock([ANNAS, BERTS])
        pending = work.ledger.reserve(transfer("T", ANNAS, BERTS, 60))
        work.ledger.void(pending)
    assert available(store, ANNAS) == 100
    with store.read() as work:
        assert [entry.seq for entry in work.ledger.entries(ANNAS.id)] == [1]
        assert work.ledger.entries(BERTS.id) == []


def test_entries_carry_the_balance_after_them_and_custody_its_block(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
        clearance = add_cleared(work)
        work.ledger.lock([BERTS])
        work.ledger.post(transfer("T", ANNAS, BERTS, 30, clearance), at_s=NOW_S + 1, block_number=2)
    with store.read() as work:
        into, out = work.ledger.entries(ANNAS.id)
        assert out == Entry(
            account_id=ANNAS.id,
            seq=2,
            transfer_id="T",
            side="debit",
            units=30,
            debits_after=30,
            credits_after=100,
            block_number=None,
            at_s=NOW_S + 1,
        )
        assert (into.debits_after, into.credits_after) == (0, 100)
        assert work.ledger.entries(ANNAS.id, after_seq=1) == [out]
        assert work.ledger.entries(ANNAS.id, limit=1) == [into]
        assert work.ledger.entries(ANNAS.id, limit=1, newest=True) == [out]
        assert work.ledger.entries(ANNAS.id, newest=True) == [into, out]
        (custody,) = work.ledger.entries(CUSTODY.id)
        assert (custody.side, custody.block_number) == ("debit", 1)


def test_the_largest_amount_there_is_moves_exactly(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, MAX_UNITS)
        clearance = add_cleared(work)
        work.ledger.lock([BERTS])
        work.ledger.post(transfer("T", ANNAS, BERTS, MAX_UNITS - 1, clearance), at_s=NOW_S)
    assert (available(store, ANNAS), available(store, BERTS)) == (1, MAX_UNITS - 1)


def test_one_unit_too_much_changes_nothing(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
    with store.unit_of_work() as work:
        work.ledger.lock([ANNAS, BERTS])
        before = work.ledger.locked(ANNAS.id)
        with pytest.raises(InsufficientFunds):
            work.ledger.reserve(transfer("T", ANNAS, BERTS, 101))
        assert work.ledger.locked(ANNAS.id) == before
    assert available(store, ANNAS) == 100


@pytest.mark.parametrize("verb", ["reserve", "post_pending", "void"])
def test_an_account_moves_only_while_it_is_locked(store: Store, verb: str) -> None:
    calls = {
        "reserve": lambda ledger: ledger.reserve(transfer("T", ANNAS, BERTS, 1)),
        "post_pending": lambda ledger: ledger.post_pending(transfer("T", ANNAS, BERTS, 1), at_s=NOW_S),
        "void": lambda ledger: ledger.void(transfer("T", ANNAS, BERTS, 1)),
    }
    with store.unit_of_work() as work:
        work.ledger.lock([ANNAS])
        with pytest.raises(IntegrityError, match="locked"):
            calls[verb](work.ledger)


def test_a_transfer_is_entered_once_and_ends_once(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
        work.ledger.lock([BERTS])
        pending = work.ledger.reserve(transfer("T", ANNAS, BERTS, 10))
        voided = work.ledger.void(pending)
        with pytest.raises(WrongState):
            work.ledger.void(voided)
    with pytest.raises(Conflict):
        enter_again(store)
    assert available(store, ANNAS) == 100


def enter_again(store: Store) -> None:
    with store.unit_of_work() as work:
        work.ledger.lock([ANNAS, BERTS])
        work.ledger.reserve(transfer("T", ANNAS, BERTS, 10))


def test_accounts_are_found_by_what_they_are(store: Store) -> None:
    with store.unit_of_work() as work:
        work.ledger.lock([ANNAS, BERTS, CUSTODY, FUNDING])
    with store.read() as work:
        every = work.ledger.accounts()
        assert [account.id for account in every] == sorted(a.id for a in (ANNAS, BERTS, CUSTODY, FUNDING))
        assert work.ledger.accounts(kind=AccountKind.CUSTOMER) == [ANNAS, BERTS]
        assert work.ledger.accounts(owner="bank", asset_id=TOKEN.id) == [FUNDING]
        assert work.ledger.accounts(asset_id="iso4217:EUR") == []
        with pytest.raises(NotFound):
            work.ledger.account("customer/none/iso4217:EUR")


# --- many at once -----------------------------------------------------------------------------


def pay_at_once(store: Store, count: int, units: int) -> list[bool]:
    """Let `count` tellers pay `units` from Anna's account at the same time; tell which succeeded."""
    ready = Barrier(count)

    def one(number: int) -> bool:
        ready.wait()
        try:
            with store.unit_of_work() as work:
                clearance = add_cleared(work, number)
                work.ledger.lock([BERTS, ANNAS] if number % 2 else [ANNAS, BERTS])
                work.ledger.post(transfer(f"T{number}", ANNAS, BERTS, units, clearance), at_s=NOW_S)
        except InsufficientFunds:
            return False
        return True

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_32_at_once_do_not_overdraw(database_url: str) -> None:
    with founded(database_url) as store:
        with store.unit_of_work() as work:
            fund(work, ANNAS, 100)
            if work.connection.dialect.name == "postgresql":
                assert work.connection.get_isolation_level() == "READ COMMITTED"
        paid = pay_at_once(store, count=32, units=9)
        assert sum(paid) == 11
        assert (available(store, ANNAS), available(store, BERTS)) == (1, 99)
        with store.read() as work:
            assert [entry.seq for entry in work.ledger.entries(ANNAS.id)] == list(range(1, 13))
            after = [entry.credits_after - entry.debits_after for entry in work.ledger.entries(ANNAS.id)]
            assert after == list(range(100, 0, -9))


def test_an_account_that_many_open_at_once_is_opened_once(store: Store) -> None:
    count = 8
    ready = Barrier(count)

    def one(number: int) -> None:
        ready.wait()
        with store.unit_of_work() as work:
            work.ledger.lock([CUSTODY, ANNAS] if number % 2 else [ANNAS, CUSTODY])
            work.ledger.post(transfer(f"T{number}", CUSTODY, ANNAS, 5), at_s=NOW_S)

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))
    assert available(store, ANNAS) == 40
