"""What a payment asks of the chain: the one call that its transaction makes."""

from dataclasses import dataclass

from tokenpay.errors import WrongState
from tokenpay.ethereum import erc20
from tokenpay.ethereum.transaction import Transaction
from tokenpay.money.address import Address
from tokenpay.money.asset import AssetKind
from tokenpay.payments.intent import ChainParty, Intent, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Where a transaction goes, the native coin it takes along in wei, and its data."""

    to: Address
    value_wei: int = 0
    data: bytes = b""


def no_op(treasury: Address) -> Call:
    """Return the call that pays nobody, of the treasury to itself: it fills a nonce, or recalls the payment there."""
    return Call(to=treasury)


def moves_nothing(transaction: Transaction, sender: Address) -> bool:
    """Tell whether a transaction of this sender is such a no-op."""
    return (transaction.to, transaction.value_wei, transaction.data) == (sender.raw, 0, b"")


def call_of(intent: Intent, carried: bytes | None) -> Call:
    """Return the call of an intent; `carried` is the EIP-3009 calldata of a collection or sweep.

    Raises WrongState for an intent that does not move on a chain.
    """
    asset, creditor = intent.amount.asset, intent.creditor
    if not isinstance(creditor, ChainParty):
        raise WrongState("a book payment makes no transaction", payment=intent.uetr)
    if intent.purpose is Purpose.FILL:
        return no_op(creditor.address)
    if asset.kind is AssetKind.NATIVE:
        return Call(to=creditor.address, value_wei=intent.amount.units)
    if asset.contract is None:
        raise WrongState("cash does not move on a chain", payment=intent.uetr)
    if intent.purpose in (Purpose.COLLECTION, Purpose.SWEEP):
        if carried is None:
            raise WrongState("the authorization to carry is missing", payment=intent.uetr)
        return Call(to=asset.contract, data=carried)
    return Call(to=asset.contract, data=erc20.transfer(creditor.address, intent.amount.units))
