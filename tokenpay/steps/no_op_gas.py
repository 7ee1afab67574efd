"""What a no-op takes of gas: 21,000 on most chains, and more where a rollup asks for its own part."""

from tokenpay.bank import Bank
from tokenpay.errors import TokenpayError
from tokenpay.ethereum.fees import NO_OP_GAS, with_margin
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import no_op


def no_op_gas(bank: Bank, chain_id: int, treasury: Address) -> int | None:
    """Return the gas limit of the treasury's no-op, or None where the node does not tell: it keeps nothing waiting."""
    try:
        (gas,) = bank.chain(chain_id).estimate_gas([no_op(treasury)], sender=treasury)
    except TokenpayError:
        return None
    if isinstance(gas, TokenpayError):
        return None
    return NO_OP_GAS if gas <= NO_OP_GAS else with_margin(gas)


def no_op_gas_of(gas: int | None, gas_limit: int | None) -> int:
    """Return the gas limit of a no-op in the place of a payment: no more than the payment's own, whatever was told."""
    most = max(NO_OP_GAS, gas_limit or 0)
    return most if gas is None else min(gas, most)
