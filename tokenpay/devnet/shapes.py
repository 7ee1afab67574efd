"""The JSON shapes of blocks, transactions, receipts and logs (ethereum/execution-apis)."""

from typing import Any

from eth._utils.address import generate_contract_address

from tokenpay.devnet.evm import EmbeddedNode


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def block_shape(node: EmbeddedNode, header: Any | None, full: Any) -> dict[str, Any] | None:
    if header is None:
        return None
    block, _ = node.block_and_receipts(header.block_number)
    return {
        "number": hex(header.block_number),
        "hash": hexed(header.hash),
        "parentHash": hexed(header.parent_hash),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "stateRoot": hexed(header.state_root),
        "transactionsRoot": hexed(header.transaction_root),
        "receiptsRoot": hexed(header.receipt_root),
        "logsBloom": hexed(header.bloom.to_bytes(256, "big")),
        "miner": hexed(header.coinbase),
        "difficulty": "0x0",
        "extraData": hexed(header.extra_data),
        "mixHash": hexed(header.mix_hash),
        "nonce": hexed(header.nonce),
        "sha3Uncles": hexed(header.uncles_hash),
        "uncles": [],
        "transactions": [
            transaction_shape(tx, header, index) if full else hexed(tx.hash)
            for index, tx in enumerate(block.transactions)
        ],
    }


def transaction_shape(transaction: Any, header: Any | None, index: int | None) -> dict[str, Any]:
    return {
        "hash": hexed(transaction.hash),
        "blockHash": None if header is None else hexed(header.hash),
        "blockNumber": None if header is None else hex(header.block_number),
        "transactionIndex": None if index is None else hex(index),
        "type": "0x2",
        "chainId": hex(transaction.chain_id),
        "nonce": hex(transaction.nonce),
        "from": hexed(transaction.sender),
        "to": hexed(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(transaction.max_fee_per_gas if header is None else _price_wei(transaction, header)),
        "maxFeePerGas": hex(transaction.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
        "input": hexed(transaction.data),
        "accessList": [
            {"address": hexed(address), "storageKeys": [hexed(key.to_bytes(32, "big")) for key in keys]}
            for address, keys in transaction.access_list
        ],
        "yParity": hex(transaction.y_parity),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }


def _price_wei(transaction: Any, header: Any) -> int:
    """Return what a mined transaction paid per gas (EIP-1559)."""
    return int(min(transaction.max_fee_per_gas, header.base_fee_per_gas + transaction.max_priority_fee_per_gas))


def logs_by_transaction(node: EmbeddedNode, header: Any) -> list[list[dict[str, Any]]]:
    """Return the logs of every transaction of a block, numbered through the block."""
    block, receipts = node.block_and_receipts(header.block_number)
    number, rows = 0, []
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        row = []
        for log in receipt.logs:
            row.append(
                {
                    "address": hexed(log.address),
                    "topics": [hexed(topic.to_bytes(32, "big")) for topic in log.topics],
                    "data": hexed(log.data),
                    "blockHash": hexed(header.hash),
                    "blockNumber": hex(header.block_number),
                    "transactionHash": hexed(transaction.hash),
                    "transactionIndex": hex(index),
                    "logIndex": hex(number),
                    "removed": False,
                }
            )
            number += 1
        rows.append(row)
    return rows


def receipt_shape(node: EmbeddedNode, number: int, index: int) -> dict[str, Any]:
    header = node.header(number)
    block, receipts = node.block_and_receipts(number)
    transaction, receipt = block.transactions[index], receipts[index]
    before = receipts[index - 1].gas_used if index else 0
    created = None if transaction.to else hexed(generate_contract_address(transaction.sender, transaction.nonce))
    return {
        "transactionHash": hexed(transaction.hash),
        "transactionIndex": hex(index),
        "blockHash": hexed(block.header.hash),
        "blockNumber": hex(number),
        "from": hexed(transaction.sender),
        "to": hexed(transaction.to) if transaction.to else None,
        "contractAddress": created,
        "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
        "type": "0x2",
        "gasUsed": hex(receipt.gas_used - before),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "effectiveGasPrice": hex(_price_wei(transaction, block.header)),
        "logsBloom": hexed(receipt.bloom.to_bytes(256, "big")),
        "logs": logs_by_transaction(node, header)[index],
    }
