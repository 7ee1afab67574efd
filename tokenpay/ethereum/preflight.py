"""The rules a transaction must meet to enter a block on its own merit (Prague).

Nodes refuse what breaks them, and some libraries do not: asked before signing, nothing is signed
that can never be mined. What depends on the chain's state (balance, base fee, next nonce) is not
asked here.
"""

from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.transaction import DynamicFeeTransaction
from tokenpay.money.address import MAX_CHAIN_ID

MAX_INITCODE_SIZE = 49_152  # EIP-3860
_MAX_U64 = 2**64 - 1
_MAX_U256 = 2**256 - 1
_BASE_GAS = 21_000
_CREATE_GAS = 32_000


def intrinsic_gas(transaction: DynamicFeeTransaction) -> int:
    """Return the gas charged before execution (EIP-2028, 2930, 3860)."""
    gas = _BASE_GAS + 4 * _data_tokens(transaction.data)
    if transaction.to is None:
        gas += _CREATE_GAS + 2 * ((len(transaction.data) + 31) // 32)
    for _, keys in transaction.access_list:
        gas += 2_400 + 1_900 * len(keys)
    return gas


def floor_gas(transaction: DynamicFeeTransaction) -> int:
    """Return the least gas a transaction with this data pays, whatever it executes (EIP-7623)."""
    return _BASE_GAS + 10 * _data_tokens(transaction.data)


def preflight(transaction: DynamicFeeTransaction) -> None:
    """Raise InvalidTransaction, whose field `rule` names the first broken rule, or return."""
    tx = transaction
    if not 0 < tx.chain_id <= MAX_CHAIN_ID:
        raise _broken("chain_id", f"a chain id is between 1 and {MAX_CHAIN_ID}")
    if tx.nonce >= _MAX_U64:
        raise _broken("nonce", "a nonce is below 2**64 - 1 (EIP-2681)")
    if tx.gas_limit > _MAX_U64:
        raise _broken("gas_overflow", "a gas limit is below 2**64")
    if max(tx.max_fee_wei, tx.max_priority_fee_wei) > _MAX_U256:
        raise _broken("fee_overflow", "a fee is below 2**256 wei per gas")
    if tx.max_priority_fee_wei > tx.max_fee_wei:
        raise _broken("tip_above_max_fee", "the tip is above the maximum fee (EIP-1559)")
    if tx.gas_limit * tx.max_fee_wei + tx.value_wei > _MAX_U256:
        raise _broken("cost_overflow", "value and fee together are below 2**256 wei")
    if tx.to is None and len(tx.data) > MAX_INITCODE_SIZE:
        raise _broken("initcode_size", f"contract creation has at most {MAX_INITCODE_SIZE} bytes (EIP-3860)")
    if tx.gas_limit < intrinsic_gas(tx):
        raise _broken("intrinsic_gas", f"the gas limit is below the intrinsic {intrinsic_gas(tx)}")
    if tx.gas_limit < floor_gas(tx):
        raise _broken("floor_gas", f"the gas limit is below the floor {floor_gas(tx)} for its data (EIP-7623)")


def _data_tokens(data: bytes) -> int:
    return 4 * len(data) - 3 * data.count(0)


def _broken(rule: str, message: str) -> InvalidTransaction:
    return InvalidTransaction(message, rule=rule)
