"""What the transactions of cleared payments may take at most, as the chain tells it now."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import ChainUnavailable, SignerRefused, TokenpayError, WrongState
from tokenpay.ethereum.fees import Fees, with_margin
from tokenpay.money.address import Address
from tokenpay.payments.intent import Purpose
from tokenpay.payments.outgoing import Call, call_of
from tokenpay.payments.payment import Payment
from tokenpay.ports import Chain
from tokenpay.steps.fee_cap import fee_cap_wei
from tokenpay.steps.groups import STAYS
from tokenpay.steps.sign_payment import carry_sweep

_SILENCES = 16
"""So often a turn waits for a node in vain: twice what it takes to find one call among a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A cleared payment, the gas its transaction may use, and the most that this may cost in wei."""

    payment: Payment
    gas_limit: int
    fee_cap_wei: int


def price_payments(
    bank: Bank, chain_id: int, payments: Sequence[Payment], fees: Fees
) -> list[Priced | TokenpayError | None]:
    """Return each payment with its price, or why it cannot go, or None where there was no time to ask.

    Raises ChainUnavailable where none can be told.
    """
    treasury, calls, at_most_wei = _calls(bank, chain_id, payments)
    asked = [call for call in calls if isinstance(call, Call)]
    gas = iter(_gas(bank.chain(chain_id), asked, treasury))
    return [
        _price(payment, next(gas) if isinstance(call, Call) else call, fees, at_most_wei=at_most_wei)
        for payment, call in zip(payments, calls, strict=True)
    ]


def _calls(bank: Bank, chain_id: int, payments: Sequence[Payment]) -> tuple[Address, list[Call | TokenpayError], int]:
    """Return who pays, what each payment asks of the chain, and its fee cap; a sweep's deposit address signs it now."""
    failed: dict[str, TokenpayError] = {}
    for payment in payments:
        if payment.intent.purpose is Purpose.SWEEP:
            try:
                carry_sweep(bank, payment)
            except (SignerRefused, *STAYS) as error:
                failed[payment.id] = error
    with bank.store.read() as uow:
        treasury, at_most_wei = uow.chains.treasury(chain_id), fee_cap_wei(uow, bank, chain_id)
        carried = uow.carried.all_of(payment.id for payment in payments)
    calls: list[Call | TokenpayError] = []
    for payment in payments:
        carry = carried.get(payment.id)
        try:
            calls.append(failed.get(payment.id) or call_of(payment.intent, carry.calldata if carry else None))
        except STAYS as error:
            calls.append(error)
    return treasury, calls, at_most_wei


def _gas(chain: Chain, calls: Sequence[Call], treasury: Address) -> list[int | TokenpayError | None]:
    """Ask for all at once, and for halves where one of them leaves the node without an answer.

    Each silence may take as long as a node is waited for: after a few, what is left is not asked.
    """
    silences: list[ChainUnavailable] = []

    def ask(some: Sequence[Call]) -> list[int | TokenpayError | None]:
        if len(silences) >= _SILENCES:
            return [None] * len(some)
        try:
            return [*chain.estimate_gas(some, sender=treasury)]
        except ChainUnavailable as error:
            chain.head()  # raises where the node is away, which is no payment's own trouble
            silences.append(error)
            if len(some) == 1:
                return [error]
        middle = len(some) // 2
        return ask(some[:middle]) + ask(some[middle:])

    told = ask(calls)
    if told and all(isinstance(gas, ChainUnavailable) for gas in told):
        raise silences[0]
    return told


def _price(
    payment: Payment, gas: int | TokenpayError | None, fees: Fees, *, at_most_wei: int
) -> Priced | TokenpayError | None:
    if gas is None or isinstance(gas, TokenpayError):
        return gas
    gas_limit = with_margin(gas)
    cap_wei = fees.cap_wei(gas_limit, at_most_wei=at_most_wei)
    if cap_wei is None:
        return WrongState("gas costs more now than the chain's fee cap allows", payment=payment.id)
    return Priced(payment=payment, gas_limit=gas_limit, fee_cap_wei=cap_wei)
