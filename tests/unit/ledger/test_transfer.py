"""Two-phase transfers: each changes two accounts by the same amount, or nothing."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from tokenpay.errors import AssetMismatch, InsufficientFunds, InvalidAmount, TokenpayError, WrongState
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Movement, Transfer, TransferState, post, post_pending, reserve, void
from tokenpay.money.amount import MAX_UNITS

EUR = "iso4217:EUR"
ANNA = Account(kind=AccountKind.CUSTOMER, owner="C1", asset_id=EUR, credits_posted=100)
BERT = Account(kind=AccountKind.CUSTOMER, owner="C2", asset_id=EUR)
FUNDING = Account(kind=AccountKind.FUNDING, owner="bank", asset_id=EUR)


def transfer(units: int = 60, debit: Account = ANNA, credit: Account = BERT) -> Transfer:
    return Transfer(
        id="T1",
        debit=debit.id,
        credit=credit.id,
        asset_id=EUR,
        units=units,
        state=TransferState.PENDING,
        created_at_s=1,
    )


def reserved(units: int = 60) -> Movement:
    return reserve(transfer(units), ANNA, BERT)


def test_a_posted_transfer_moves_at_once() -> None:
    moved = post(transfer(), ANNA, BERT)
    assert (moved.transfer.state, moved.transfer.posted_units) == (TransferState.POSTED, 60)
    assert (moved.debit.posted_units, moved.credit.posted_units) == (40, 60)
    assert (moved.debit.available_units, moved.credit.available_units) == (40, 60)


def test_a_pending_transfer_holds_here_and_is_not_yet_there() -> None:
    moved = reserved()
    assert (moved.transfer.state, moved.transfer.posted_units) == (TransferState.PENDING, 0)
    assert (moved.debit.posted_units, moved.debit.available_units) == (100, 40)
    assert (moved.credit.posted_units, moved.credit.available_units, moved.credit.incoming_units) == (0, 0, 60)


@pytest.mark.parametrize(("units", "left", "arrived"), [(None, 40, 60), (60, 40, 60), (1, 99, 1)])
def test_a_pending_transfer_posts_in_whole_or_in_part(units: int | None, left: int, arrived: int) -> None:
    before = reserved()
    moved = post_pending(before.transfer, before.debit, before.credit, units)
    assert moved.transfer.posted_units == arrived
    assert (moved.debit.available_units, moved.credit.available_units) == (left, arrived)
    assert (moved.debit.debits_pending, moved.credit.credits_pending) == (0, 0)


def test_a_void_gives_all_back() -> None:
    before = reserved()
    moved = void(before.transfer, before.debit, before.credit)
    assert moved.transfer.state is TransferState.VOIDED
    assert (moved.debit, moved.credit) == (ANNA, BERT)


@pytest.mark.parametrize("end", [post_pending, void])
@pytest.mark.parametrize("state", [TransferState.POSTED, TransferState.VOIDED])
def test_a_transfer_ends_once(end: Callable[..., Movement], state: TransferState) -> None:
    before = reserved()
    with pytest.raises(WrongState, match=f"already {state}"):
        end(replace(before.transfer, state=state), before.debit, before.credit)


@pytest.mark.parametrize("units", [0, -1, 61])
def test_a_pending_transfer_never_posts_more_than_it_holds(units: int) -> None:
    before = reserved()
    with pytest.raises(InvalidAmount):
        post_pending(before.transfer, before.debit, before.credit, units)


OTHER_ASSET = replace(BERT, asset_id="iso4217:USD")


@pytest.mark.parametrize("enter", [reserve, post])
@pytest.mark.parametrize(
    ("given", "debit", "credit", "error"),
    [
        (transfer(101), ANNA, BERT, InsufficientFunds),
        (transfer(0), ANNA, BERT, InvalidAmount),
        (transfer(-5), ANNA, BERT, InvalidAmount),
        (transfer(MAX_UNITS + 1, FUNDING, BERT), FUNDING, BERT, InvalidAmount),
        (transfer(5, ANNA, ANNA), ANNA, ANNA, WrongState),
        (transfer(), BERT, ANNA, WrongState),
        (transfer(), ANNA, FUNDING, WrongState),
        (transfer(credit=OTHER_ASSET), ANNA, OTHER_ASSET, AssetMismatch),
        (replace(transfer(), asset_id="iso4217:USD"), ANNA, BERT, AssetMismatch),
    ],
)
def test_what_cannot_be_entered(
    enter: Callable[..., Movement], given: Transfer, debit: Account, credit: Account, error: type[TokenpayError]
) -> None:
    with pytest.raises(error):
        enter(given, debit, credit)


def test_what_was_moved_cannot_be_changed() -> None:
    moved = reserved()
    for noun, name in ((ANNA, "credits_posted"), (moved.transfer, "units"), (moved, "debit")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, 1)


@pytest.mark.parametrize("state", TransferState)
def test_a_new_transfer_stands_as_it_was_entered_whatever_it_said_before(state: TransferState) -> None:
    given = replace(transfer(), state=state)
    assert reserve(given, ANNA, BERT).transfer.state is TransferState.PENDING
    assert post(given, ANNA, BERT).transfer.state is TransferState.POSTED
