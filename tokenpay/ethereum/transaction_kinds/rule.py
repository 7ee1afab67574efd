"""Every rule that a transaction can break, by name.

The protocol's rules are those of Prague. EIP-7825 (a cap of 2**24 gas a transaction) came with Osaka, after it:
it is not asked here.
"""

from enum import StrEnum

from tokenpay.errors import InvalidTransaction


class TransactionRule(StrEnum):
    """The field `rule` of an InvalidTransaction: first what `decode` asks, then what `preflight` asks, then `sign`."""

    TYPE = "type"  # the first byte names no kind of transaction (EIP-2718)
    BLOB = "blob"  # an EIP-4844 transaction: recognised, and not handled here
    RLP_END = "rlp_end"  # the bytes end before an item does, or an item before its list
    RLP_TRAILING = "rlp_trailing"  # bytes follow after the end
    RLP_PREFIX = "rlp_prefix"  # a byte below 0x80 has a prefix of its own
    RLP_LENGTH = "rlp_length"  # a length is written longer than needed
    RLP_DEPTH = "rlp_depth"  # lists nest deeper than any transaction's
    RLP_KIND = "rlp_kind"  # a list where bytes stand, or bytes where a list stands
    LEADING_ZERO = "leading_zero"  # a number begins with a zero byte
    FIELD_COUNT = "field_count"  # too few or too many fields
    TO_LENGTH = "to_length"  # `to` is neither 20 bytes nor empty
    ACCESS_LIST = "access_list"  # an entry is not 20 bytes and a list of 32-byte keys (EIP-2930)
    AUTHORIZATION_FIELDS = "authorization_fields"  # not six fields with a 20-byte address (EIP-7702)
    SET_CODE_WITHOUT_TO = "set_code_without_to"  # a set-code transaction creates no contract (EIP-7702)
    NEGATIVE = "negative"  # a number below zero: no bytes say that, a caller can
    V = "v"  # v is neither 27 nor 28, nor 35 + 2 * chain id + parity (EIP-155)
    Y_PARITY = "y_parity"  # the parity is neither 0 nor 1
    SIGNATURE_RANGE = "signature_range"  # r or s is 0, or not below the order of the curve
    HIGH_S = "high_s"  # s is in the upper half (EIP-2)
    SIGNATURE = "signature"  # no key can have made this signature

    CHAIN_ID = "chain_id"  # 0, or above what any chain has (EIP-2294)
    NONCE = "nonce"  # 2**64 - 1 or above (EIP-2681)
    GAS_OVERFLOW = "gas_overflow"  # a gas limit of 2**64 or above
    FEE_OVERFLOW = "fee_overflow"  # a fee of 2**256 wei per gas or above
    VALUE_OVERFLOW = "value_overflow"  # a value of 2**256 wei or above
    TIP_ABOVE_MAX_FEE = "tip_above_max_fee"  # the tip is above the maximum fee (EIP-1559)
    COST_OVERFLOW = "cost_overflow"  # gas limit * fee + value is 2**256 wei or above
    AUTHORIZATION_LIST_EMPTY = "authorization_list_empty"  # a set-code transaction without any (EIP-7702)
    AUTHORIZATION_RANGE = "authorization_range"  # a number of an authorization is wider than its field (EIP-7702)
    INITCODE_SIZE = "initcode_size"  # creation with more than 49,152 bytes (EIP-3860)
    INTRINSIC_GAS = "intrinsic_gas"  # less gas than is charged before execution (EIP-2028, 2930, 3860, 7702)
    FLOOR_GAS = "floor_gas"  # less gas than its data costs at least (EIP-7623)

    AUTHORIZATION_CHAIN_ID = "authorization_chain_id"  # a word that holds on every chain: never signed here


def broken(rule: TransactionRule, message: str) -> InvalidTransaction:
    """Return the error that says which rule is broken, to be raised."""
    return InvalidTransaction(message, rule=rule.value)
