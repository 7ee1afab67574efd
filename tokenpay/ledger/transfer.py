"""One double-entry movement between two accounts of one asset: pending, then posted or voided."""

from dataclasses import dataclass, replace
from enum import StrEnum

from tokenpay.errors import AssetMismatch, InvalidAmount, WrongState
from tokenpay.ledger.account import Account
from tokenpay.money.amount import MAX_UNITS


class TransferState(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`units` from the credited to the debited account. `posted_units` may be less than was pending.

    `payment_id` or `deposit_id` names why it exists; `clearance_id` stands on every transfer that
    takes money from a customer or from what the bank holds, `shift_id` on every one in a drawer.
    """

    id: str
    debit: str
    credit: str
    asset_id: str
    units: int
    state: TransferState
    created_at_s: int
    posted_units: int = 0
    payment_id: str | None = None
    deposit_id: str | None = None
    clearance_id: str | None = None
    shift_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A transfer together with the two accounts as they stand after it."""

    transfer: Transfer
    debit: Account
    credit: Account


def _checked(transfer: Transfer, debit: Account, credit: Account) -> None:
    if not 0 < transfer.units <= MAX_UNITS:
        raise InvalidAmount("a transfer moves at least one smallest unit")
    if debit.id == credit.id:
        raise WrongState("a transfer needs two different accounts")
    if not debit.asset_id == credit.asset_id == transfer.asset_id:
        raise AssetMismatch("both accounts of a transfer hold its asset")
    if (debit.id, credit.id) != (transfer.debit, transfer.credit):
        raise WrongState("these are not the accounts of the transfer")


def reserve(transfer: Transfer, debit: Account, credit: Account) -> Movement:
    """Enter a new transfer as pending; raises InsufficientFunds."""
    _checked(transfer, debit, credit)
    return Movement(
        transfer=replace(transfer, state=TransferState.PENDING),
        debit=debit.move(debits_pending=transfer.units),
        credit=credit.move(credits_pending=transfer.units),
    )


def post(transfer: Transfer, debit: Account, credit: Account) -> Movement:
    """Enter a new transfer as posted at once; raises InsufficientFunds."""
    _checked(transfer, debit, credit)
    return Movement(
        transfer=replace(transfer, state=TransferState.POSTED, posted_units=transfer.units),
        debit=debit.move(debits_posted=transfer.units),
        credit=credit.move(credits_posted=transfer.units),
    )


def post_pending(transfer: Transfer, debit: Account, credit: Account, units: int | None = None) -> Movement:
    """Post a pending transfer for `units` or all of it, and give the rest back; raises WrongState."""
    units = transfer.units if units is None else units
    _settleable(transfer, debit, credit)
    if not 0 < units <= transfer.units:
        raise InvalidAmount("a pending transfer posts between one unit and all of it")
    return Movement(
        transfer=replace(transfer, state=TransferState.POSTED, posted_units=units),
        debit=debit.move(debits_pending=-transfer.units, debits_posted=units),
        credit=credit.move(credits_pending=-transfer.units, credits_posted=units),
    )


def void(transfer: Transfer, debit: Account, credit: Account) -> Movement:
    """End a pending transfer without effect; raises WrongState."""
    _settleable(transfer, debit, credit)
    return Movement(
        transfer=replace(transfer, state=TransferState.VOIDED),
        debit=debit.move(debits_pending=-transfer.units),
        credit=credit.move(credits_pending=-transfer.units),
    )


def _settleable(transfer: Transfer, debit: Account, credit: Account) -> None:
    _checked(transfer, debit, credit)
    if transfer.state is not TransferState.PENDING:
        raise WrongState(f"the transfer is already {transfer.state}", transfer=transfer.id)
