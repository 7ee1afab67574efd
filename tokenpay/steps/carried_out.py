"""What became of a payer's authorization, by whomever it was carried: its event says so, never our own receipt."""

from tokenpay.errors import IntegrityError
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import Payment
from tokenpay.store.unit_of_work import UnitOfWork


def is_carried(uow: UnitOfWork, payment: Payment) -> bool:
    """Tell whether a payment is a collection whose authorization was used in a block that was taken in, final or not.

    What it paid is among the deposits, and the collection ends when the block is final.
    """
    if payment.intent.purpose is not Purpose.COLLECTION:
        return False
    followed = uow.chains.get(payment.intent.amount.asset.chain_id or 0)
    return carrying(uow, payment, up_to_block=followed.head_number) is not None


def carried_out(uow: UnitOfWork, payment: Payment, *, up_to_block: int) -> bool | None:
    """Tell whether an authorization paid the request, by whomever it was carried; None: it was not used.

    Its event and its transfer say so: a payer may sign one nonce twice.
    """
    intent = payment.intent
    transaction_hash = carrying(uow, payment, up_to_block=up_to_block)
    if transaction_hash is None:
        return None
    came = uow.deposits.find(request_id=intent.request_id)
    return any(
        ChainParty(deposit.chain_id, deposit.address) == intent.creditor
        and deposit.transaction_hash == transaction_hash
        and deposit.sender is not None
        and ChainParty(deposit.chain_id, deposit.sender) == intent.debtor
        and deposit.amount == intent.amount
        and deposit.state is not DepositState.ORPHANED
        for deposit in came
    )


def carrying(uow: UnitOfWork, payment: Payment, *, up_to_block: int) -> bytes | None:
    """Return the transaction that used a collection's authorization, ours or another's, at or before a block."""
    carried = uow.carried.of(payment.id)
    asset = payment.intent.amount.asset
    if carried is None or asset.contract is None or asset.chain_id is None:
        raise IntegrityError("a collection has lost its authorization", payment=payment.id)
    return uow.chains.authorization_used(
        asset.chain_id,
        contract=asset.contract,
        authorizer=carried.authorizer,
        nonce=carried.nonce,
        up_to_block=up_to_block,
    )
