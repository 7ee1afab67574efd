"""What became of a payer's authorization, by whomever it was carried: its event says so, never our own receipt."""

from collections.abc import Sequence

from tokenpay.errors import IntegrityError
from tokenpay.payments.deposit import Deposit, DepositState
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import Payment
from tokenpay.store.unit_of_work import UnitOfWork


def using_transaction(uow: UnitOfWork, collection: Payment, *, up_to_block: int | None = None) -> bytes | None:
    """Return the transaction that used a collection's authorization, ours or another's, in a block that was taken in.

    Where `up_to_block` says so, in none after that.
    """
    carried = uow.carried.of(collection.id)
    asset = collection.intent.amount.asset
    if carried is None or asset.contract is None or asset.chain_id is None:
        raise IntegrityError("a collection has lost its authorization", payment=collection.id)
    return uow.chains.authorization_used(
        asset.chain_id,
        contract=asset.contract,
        authorizer=carried.authorizer,
        nonce=carried.nonce,
        up_to_block=up_to_block,
    )


def has_paid(
    uow: UnitOfWork,
    collection: Payment,
    *,
    up_to_block: int | None = None,
    came: Sequence[Deposit] | None = None,
) -> bool | None:
    """Tell whether the use of an authorization paid the request; None: it was not used.

    Its event and its transfer say so: a payer may sign one nonce twice. `came` is all that came for the request, where
    that was read before.
    """
    intent = collection.intent
    transaction_hash = using_transaction(uow, collection, up_to_block=up_to_block)
    if transaction_hash is None:
        return None
    came = uow.deposits.find(request_id=intent.request_id) if came is None else came
    return any(
        ChainParty(deposit.chain_id, deposit.address) == intent.creditor
        and deposit.transaction_hash == transaction_hash
        and deposit.sender is not None
        and ChainParty(deposit.chain_id, deposit.sender) == intent.debtor
        and deposit.amount == intent.amount
        and deposit.state is not DepositState.ORPHANED
        for deposit in came
    )


def is_used(uow: UnitOfWork, payment: Payment) -> bool:
    """Tell whether a payment is a collection whose authorization was used: it ends when that block is final."""
    return payment.intent.purpose is Purpose.COLLECTION and using_transaction(uow, payment) is not None


def may_be_used(uow: UnitOfWork, payment: Payment) -> bool:
    """Tell whether a payment past its time is a collection that somebody may have carried in time all the same.

    Its contract goes by the time of blocks: in one that was not read yet it may still be used, until the newest that
    was is past its time as well.
    """
    if payment.intent.purpose is not Purpose.COLLECTION:
        return False
    followed = uow.chains.get(payment.intent.amount.asset.chain_id or 0)
    head = uow.chains.block(followed.chain_id, followed.head_number)
    return head is None or head[1] < payment.intent.expires_at_s or is_used(uow, payment)
