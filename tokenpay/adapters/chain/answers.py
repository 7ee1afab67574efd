"""Reading a node's JSON, strictly: every value has its type, its length and its range, or there is no answer.

What cannot be read raises ChainUnavailable; what can be read but contradicts the question raises IntegrityError.
"""

import re
from typing import Any

from tokenpay.errors import ChainUnavailable, IntegrityError
from tokenpay.ethereum.erc20 import AUTHORIZATION_USED_TOPIC, TRANSFER_TOPIC
from tokenpay.ethereum.observed import AuthorizationLog, Block, Receipt, TransferLog
from tokenpay.money.address import Address

_QUANTITY = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_PADDING = bytes(12)
_NOBODY = bytes(20)


def field(answer: Any, name: str) -> Any:
    """Return one field of an answer that is an object."""
    if not isinstance(answer, dict) or name not in answer:
        raise ChainUnavailable(f"the node's answer has no {name}")
    return answer[name]


def quantity(answer: Any, *, bits: int = 256) -> int:
    """Return a number that is written 0x and hexadecimal digits without leading zeros."""
    if not isinstance(answer, str) or _QUANTITY.fullmatch(answer) is None or int(answer, 16) >> bits:
        raise ChainUnavailable(f"the node's answer is not a number of up to {bits} bits")
    return int(answer, 16)


def data(answer: Any, size: int | None = None) -> bytes:
    """Return bytes written 0x and pairs of hexadecimal digits, `size` of them where it is given."""
    if not isinstance(answer, str) or _DATA.fullmatch(answer) is None or size not in (None, len(answer) // 2 - 1):
        raise ChainUnavailable(f"the node's answer is not {'bytes' if size is None else f'{size} bytes'}")
    return bytes.fromhex(answer[2:])


def block(answer: Any) -> Block:
    """Return a block; a null one is a block that the node does not have."""
    if answer is None:
        raise ChainUnavailable("the node does not have the block")
    return Block(
        number=quantity(field(answer, "number"), bits=63),
        hash=data(field(answer, "hash"), 32),
        parent_hash=data(field(answer, "parentHash"), 32),
        timestamp_s=quantity(field(answer, "timestamp"), bits=63),
        base_fee_wei=quantity(field(answer, "baseFeePerGas")),
    )


def receipt(answer: Any, transaction_hash: bytes) -> Receipt | None:
    """Return the receipt of `transaction_hash`, or None where the node has none or has not mined it yet."""
    if answer is None or field(answer, "blockNumber") is None:
        return None
    if data(field(answer, "transactionHash"), 32) != transaction_hash:
        raise IntegrityError("the node answered with another transaction's receipt")
    status = quantity(field(answer, "status"))
    if status > 1:
        raise ChainUnavailable("the node's answer has no status of 0 or 1")
    gas_used = quantity(field(answer, "gasUsed"), bits=64)
    # A rollup on Ethereum also charges for what it writes there.
    settlement_wei = quantity(answer["l1Fee"]) if answer.get("l1Fee") is not None else 0
    return Receipt(
        transaction_hash=transaction_hash,
        block_number=quantity(field(answer, "blockNumber"), bits=63),
        block_hash=data(field(answer, "blockHash"), 32),
        succeeded=status == 1,
        gas_used=gas_used,
        fee_wei=gas_used * quantity(field(answer, "effectiveGasPrice")) + settlement_wei,
    )


def transfer_log(answer: Any, of: Block, contracts: frozenset[bytes]) -> TransferLog:
    """Return one Transfer of the block and contracts asked for (ERC-20)."""
    contract, topics, body = _log(answer, of, contracts, TRANSFER_TOPIC)
    if len(topics) != 2 or len(body) != 32:
        raise IntegrityError("a pinned contract wrote a Transfer that is not one of ERC-20", contract=contract.text)
    return TransferLog(
        contract=contract,
        sender=_somebody(topics[0], contract),
        recipient=_somebody(topics[1], contract),
        units=int.from_bytes(body, "big"),
        block_number=of.number,
        block_hash=of.hash,
        log_index=quantity(field(answer, "logIndex"), bits=63),
        transaction_hash=data(field(answer, "transactionHash"), 32),
    )


def authorization_log(answer: Any, of: Block, contracts: frozenset[bytes]) -> AuthorizationLog:
    """Return one AuthorizationUsed of the block and contracts asked for (EIP-3009)."""
    contract, topics, body = _log(answer, of, contracts, AUTHORIZATION_USED_TOPIC)
    authorizer = _somebody(topics[0], contract) if len(topics) == 2 else None
    if authorizer is None or body:
        raise IntegrityError("a pinned contract wrote an AuthorizationUsed not of EIP-3009", contract=contract.text)
    return AuthorizationLog(
        contract=contract,
        authorizer=authorizer,
        nonce=topics[1],
        block_number=of.number,
        block_hash=of.hash,
        log_index=quantity(field(answer, "logIndex"), bits=63),
        transaction_hash=data(field(answer, "transactionHash"), 32),
    )


def _log(answer: Any, of: Block, contracts: frozenset[bytes], event: bytes) -> tuple[Address, list[bytes], bytes]:
    """Return the contract, the topics after the event's, and the data of a log that answers the question."""
    contract = data(field(answer, "address"), 20)
    topics = field(answer, "topics")
    if not isinstance(topics, list) or not 1 <= len(topics) <= 4:
        raise ChainUnavailable("the node's answer is a log without topics")
    first, *others = (data(topic, 32) for topic in topics)
    if (
        contract not in contracts
        or first != event
        or data(field(answer, "blockHash"), 32) != of.hash
        or quantity(field(answer, "blockNumber"), bits=63) != of.number
        or answer.get("removed", False) is not False
    ):
        raise IntegrityError("the node answered with a log that was not asked for", block=of.number)
    return Address(contract), others, data(field(answer, "data"))


def _somebody(topic: bytes, contract: Address) -> Address | None:
    """Return the address in a topic, or None for the zero address, which stands for mint and burn."""
    if topic[:12] != _PADDING:
        raise IntegrityError("a pinned contract wrote an event whose address is none", contract=contract.text)
    return None if topic[12:] == _NOBODY else Address(topic[12:])
