"""The rules a transaction must meet to enter a block on its own merit (Prague).

Nodes refuse what breaks them, and some libraries do not: asked before signing, nothing is signed
that can never be mined. What depends on the chain's state (balance, base fee, next nonce) is not
asked here, nor what came with later forks (EIP-7825, the gas cap of Osaka).
"""

from tokenpay.ethereum.transaction import SetCodeTransaction, Transaction
from tokenpay.ethereum.transaction_kinds.rule import TransactionRule, broken
from tokenpay.money.address import MAX_CHAIN_ID

MAX_INITCODE_SIZE = 49_152  # EIP-3860
_MAX_U64 = 2**64 - 1
_MAX_U256 = 2**256 - 1
_BASE_GAS = 21_000
_CREATE_GAS = 32_000
_AUTHORIZATION_GAS = 25_000  # EIP-7702


def intrinsic_gas(transaction: Transaction) -> int:
    """Return the gas charged before execution (EIP-2028, 2930, 3860, 7702)."""
    gas = _BASE_GAS + 4 * _data_tokens(transaction.data)
    if transaction.to is None:
        gas += _CREATE_GAS + 2 * ((len(transaction.data) + 31) // 32)
    for _, keys in transaction.access_list:
        gas += 2_400 + 1_900 * len(keys)
    if isinstance(transaction, SetCodeTransaction):
        gas += _AUTHORIZATION_GAS * len(transaction.authorization_list)
    return gas


def floor_gas(transaction: Transaction) -> int:
    """Return the least gas a transaction with this data pays, whatever it executes (EIP-7623)."""
    return _BASE_GAS + 10 * _data_tokens(transaction.data)


def preflight(transaction: Transaction) -> None:
    """Raise InvalidTransaction, whose field `rule` names the first broken TransactionRule, or return."""
    _check_numbers(transaction)
    if isinstance(transaction, SetCodeTransaction):
        _check_authorizations(transaction)
    _check_gas(transaction)


def _check_numbers(tx: Transaction) -> None:
    if tx.chain_id is not None and not 0 < tx.chain_id <= MAX_CHAIN_ID:
        raise broken(TransactionRule.CHAIN_ID, f"a chain id is between 1 and {MAX_CHAIN_ID}")
    if tx.nonce >= _MAX_U64:
        raise broken(TransactionRule.NONCE, "a nonce is below 2**64 - 1 (EIP-2681)")
    if tx.gas_limit > _MAX_U64:
        raise broken(TransactionRule.GAS_OVERFLOW, "a gas limit is below 2**64")
    if max(tx.max_fee_wei, tx.max_priority_fee_wei) > _MAX_U256:
        raise broken(TransactionRule.FEE_OVERFLOW, "a fee is below 2**256 wei per gas")
    if tx.value_wei > _MAX_U256:
        raise broken(TransactionRule.VALUE_OVERFLOW, "a value is below 2**256 wei")
    if tx.max_priority_fee_wei > tx.max_fee_wei:
        raise broken(TransactionRule.TIP_ABOVE_MAX_FEE, "the tip is above the maximum fee (EIP-1559)")
    if tx.gas_limit * tx.max_fee_wei + tx.value_wei > _MAX_U256:
        raise broken(TransactionRule.COST_OVERFLOW, "value and fee together are below 2**256 wei")


def _check_authorizations(tx: SetCodeTransaction) -> None:
    if not tx.authorization_list:
        raise broken(
            TransactionRule.AUTHORIZATION_LIST_EMPTY, "a set-code transaction carries authorizations (EIP-7702)"
        )
    for grant in tx.authorization_list:
        if max(grant.chain_id, grant.r, grant.s) > _MAX_U256 or grant.nonce > _MAX_U64 or grant.y_parity > 255:
            raise broken(
                TransactionRule.AUTHORIZATION_RANGE, "a number of an authorization is wider than its field (EIP-7702)"
            )


def _check_gas(tx: Transaction) -> None:
    if tx.to is None and len(tx.data) > MAX_INITCODE_SIZE:
        raise broken(
            TransactionRule.INITCODE_SIZE, f"contract creation has at most {MAX_INITCODE_SIZE} bytes (EIP-3860)"
        )
    if tx.gas_limit < (intrinsic := intrinsic_gas(tx)):
        raise broken(TransactionRule.INTRINSIC_GAS, f"the gas limit is below the intrinsic {intrinsic}")
    if tx.gas_limit < (floor := floor_gas(tx)):
        raise broken(TransactionRule.FLOOR_GAS, f"the gas limit is below the floor {floor} for its data (EIP-7623)")


def _data_tokens(data: bytes) -> int:
    return 4 * len(data) - 3 * data.count(0)
