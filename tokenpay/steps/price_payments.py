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
from tokenpay.steps.groups import STAYS
from tokenpay.steps.sign_payment import carry_sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A cleared payment, the gas its transaction may use, and the most that this may cost in wei."""

    payment: Payment
    gas_limit: int
    fee_cap_wei: int


def price_payments(bank: Bank, chain_id: int, payments: Sequence[Payment], fees: Fees) -> list[Priced | TokenpayError]:
    """Return each payment with its price, or why it cannot go; raises ChainUnavailable where none can be told."""
    treasury, calls = _calls(bank, chain_id, payments)
    asked = [call for call in calls if isinstance(call, Call)]
    gas = iter(_gas(bank.chain(chain_id), asked, treasury))
    at_most_wei = bank.settings.chain(chain_id).fee_cap_wei
    return [
        _price(payment, next(gas) if isinstance(call, Call) else call, fees, at_most_wei=at_most_wei)
        for payment, call in zip(payments, calls, strict=True)
    ]


def _calls(bank: Bank, chain_id: int, payments: Sequence[Payment]) -> tuple[Address, list[Call | TokenpayError]]:
    """Return who pays, and what each payment asks of the chain; a sweep's deposit address signs it now."""
    failed: dict[str, TokenpayError] = {}
    for payment in payments:
        if payment.intent.purpose is Purpose.SWEEP:
            try:
                carry_sweep(bank, payment)
            except (SignerRefused, *STAYS) as error:
                failed[payment.id] = error
    with bank.store.read() as uow:
        treasury = uow.chains.treasury(chain_id)
        carried = uow.carried.all_of(payment.id for payment in payments)
    calls: list[Call | TokenpayError] = []
    for payment in payments:
        carry = carried.get(payment.id)
        try:
            calls.append(failed.get(payment.id) or call_of(payment.intent, carry.calldata if carry else None))
        except STAYS as error:
            calls.append(error)
    return treasury, calls


def _gas(chain: Chain, calls: Sequence[Call], treasury: Address) -> list[int | TokenpayError]:
    """Ask for all at once, and alone for each where one of them leaves the node without an answer."""
    try:
        return chain.estimate_gas(calls, sender=treasury)
    except ChainUnavailable:
        chain.head()  # raises where the node is away, which is no payment's own trouble
    told = [_gas_alone(chain, call, treasury) for call in calls]
    if told and all(isinstance(gas, ChainUnavailable) for gas in told):
        raise told[0]  # type: ignore[misc]
    return told


def _gas_alone(chain: Chain, call: Call, treasury: Address) -> int | TokenpayError:
    try:
        return chain.estimate_gas([call], sender=treasury)[0]
    except ChainUnavailable as error:
        return error


def _price(payment: Payment, gas: int | TokenpayError, fees: Fees, *, at_most_wei: int) -> Priced | TokenpayError:
    if isinstance(gas, TokenpayError):
        return gas
    gas_limit = with_margin(gas)
    cap_wei = fees.cap_wei(gas_limit, at_most_wei=at_most_wei)
    if cap_wei is None:
        return WrongState("gas costs more now than the chain's fee cap allows", payment=payment.id)
    return Priced(payment=payment, gas_limit=gas_limit, fee_cap_wei=cap_wei)
