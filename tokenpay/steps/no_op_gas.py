"""What a no-op takes of gas: 21,000 on most chains, and more where a rollup asks for its own part."""

from tokenpay.bank import Bank
from tokenpay.errors import TokenpayError
from tokenpay.ethereum.fees import NO_OP_GAS, with_margin
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import no_op


def no_op_gas(bank: Bank, chain_id: int, treasury: Address) -> int:
    """Return the gas limit of the treasury's no-op; raises ChainUnavailable."""
    (gas,) = bank.chain(chain_id).estimate_gas([no_op(treasury)], sender=treasury)
    return NO_OP_GAS if isinstance(gas, TokenpayError) or gas <= NO_OP_GAS else with_margin(gas)
