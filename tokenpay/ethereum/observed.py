"""Facts read from a chain: blocks, token transfers, receipts. They are claims of a node until judged final."""

from dataclasses import dataclass

from tokenpay.money.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block header's identity. `timestamp_s` is Unix seconds, `base_fee_wei` the EIP-1559 base fee."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp_s: int
    base_fee_wei: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLog:
    """One ERC-20 Transfer event of a pinned contract, identified by (block hash, log index).

    `sender` is None where the token minted (the zero address), `recipient` None where it burned.
    """

    contract: Address
    sender: Address | None
    recipient: Address | None
    units: int
    block_number: int
    block_hash: bytes
    log_index: int
    transaction_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationLog:
    """One EIP-3009 AuthorizationUsed event: the only truth about whether an authorization was carried out."""

    contract: Address
    authorizer: Address
    nonce: bytes
    block_number: int
    block_hash: bytes
    log_index: int
    transaction_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a mined transaction did. `fee_wei` is gas used times the effective gas price."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    fee_wei: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What a token contract says of itself, with the Keccak-256 hash of all code it may run at that block.

    `domain_separator` is None where the contract has no EIP-712 domain.
    """

    contract: Address
    symbol: str
    decimals: int
    name: str
    version: str
    domain_separator: bytes | None
    code_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much of one asset an address holds: `contract` is None for the chain's native coin."""

    address: Address
    contract: Address | None
