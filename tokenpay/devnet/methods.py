"""The JSON-RPC methods of the embedded chain: reading parameters, asking the node, shaping answers."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from tokenpay.devnet import DEVNET_CHAIN_ID
from tokenpay.devnet.evm import EmbeddedNode, RefusedTransaction, VMError
from tokenpay.devnet.shapes import block_shape, hexed, logs_by_transaction, receipt_shape, transaction_shape

FINAL_AFTER_BLOCKS = 2
TIP_WEI = 10**9
MAX_BLOCKS_ASKED = 10_000
MAX_BLOCKS_MINED = 250
_BEHIND = {"latest": 0, "pending": 0, "safe": 1, "finalized": FINAL_AFTER_BLOCKS}
_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


class RpcError(Exception):
    """An answer that is an error object of JSON-RPC 2.0."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.body: dict[str, Any] = {"code": code, "message": message} | ({} if data is None else {"data": data})


def answer(node: EmbeddedNode, method: Any, params: Any) -> Any:
    """Return the result of one method; raises RpcError for everything that has none."""
    verb = METHODS.get(method) if isinstance(method, str) else None
    if verb is None:
        raise RpcError(-32601, "the method does not exist")
    if not isinstance(params, list):
        raise RpcError(-32602, "params is a list")
    try:
        inspect.signature(verb).bind(node, *params)
    except TypeError:
        raise RpcError(-32602, "the method takes another number of params") from None
    try:
        return verb(node, *params)
    except RefusedTransaction as refused:
        raise RpcError(-32000, str(refused)) from None
    except VMError as reverted:
        output = reverted.args[0] if reverted.args and isinstance(reverted.args[0], bytes) else b""
        raise RpcError(3, "execution reverted", hexed(output)) from None


# Reading parameters


def _bad(what: str) -> RpcError:
    return RpcError(-32602, f"invalid params: {what}")


def _number(text: Any) -> int:
    if not isinstance(text, str) or _QUANTITY.fullmatch(text) is None:
        raise _bad("a number is 0x and hexadecimal digits without leading zeros")
    return int(text, 16)


def _bytes(text: Any, size: int | None = None) -> bytes:
    if not isinstance(text, str) or _DATA.fullmatch(text) is None or size not in (None, len(text) // 2 - 1):
        raise _bad("bytes are 0x and pairs of hexadecimal digits" + ("" if size is None else f", {size} of them"))
    return bytes.fromhex(text[2:])


def _header(node: EmbeddedNode, tag: Any) -> Any | None:
    """Return the header that a block number or tag means, or None where there is none."""
    if isinstance(tag, str) and tag in _BEHIND:
        return node.header(max(0, node.head().block_number - _BEHIND[tag]))
    return node.header(0 if tag == "earliest" else _number(tag))


def _listed(one_or_many: Any) -> list[Any]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def _known(header: Any | None) -> Any:
    if header is None:
        raise RpcError(-32000, "header not found")
    return header


def _call(call: Any) -> dict[str, Any]:
    if not isinstance(call, dict):
        raise _bad("a call is an object")
    return {
        "sender": _bytes(call.get("from") or hexed(bytes(20)), 20),
        "to": _bytes(call["to"], 20) if call.get("to") else b"",
        "data": _bytes(call.get("input") or call.get("data") or "0x"),
        "wei": _number(call.get("value") or "0x0"),
    }


# The methods


def get_logs(node: EmbeddedNode, query: Any) -> list[dict[str, Any]]:
    if not isinstance(query, dict):
        raise _bad("a log query is an object")
    wanted = {hexed(_bytes(text, 20)) for text in _listed(query.get("address", []))}
    topics = [
        None if topic is None else {hexed(_bytes(one, 32)) for one in _listed(topic)}
        for topic in _listed(query.get("topics", []))
    ]
    found = []
    for header in _headers_asked(node, query):
        for log in (log for row in logs_by_transaction(node, header) for log in row) if header.gas_used else ():
            if wanted and log["address"] not in wanted:
                continue
            if len(log["topics"]) >= len(topics) and all(
                choice is None or topic in choice for choice, topic in zip(topics, log["topics"], strict=False)
            ):
                found.append(log)
    return found


def _headers_asked(node: EmbeddedNode, query: dict[str, Any]) -> list[Any]:
    if "blockHash" in query:
        header = node.header_by_hash(_bytes(query["blockHash"], 32))
        if header is None:
            raise RpcError(-32000, "unknown block")
        return [header]
    first = _known(_header(node, query.get("fromBlock", "latest"))).block_number
    last = _known(_header(node, query.get("toBlock", "latest"))).block_number
    if last - first > MAX_BLOCKS_ASKED:
        raise RpcError(-32005, f"more than {MAX_BLOCKS_ASKED} blocks asked")
    return [node.header(number) for number in range(first, last + 1)]


def get_transaction(node: EmbeddedNode, transaction_hash: Any) -> dict[str, Any] | None:
    asked = _bytes(transaction_hash, 32)
    place = node.place(asked)
    if place is None:
        waiting = node.waiting(asked)
        return None if waiting is None else transaction_shape(waiting, None, None)
    block, _ = node.block_and_receipts(place[0])
    return transaction_shape(block.transactions[place[1]], block.header, place[1])


def get_receipt(node: EmbeddedNode, transaction_hash: Any) -> dict[str, Any] | None:
    place = node.place(_bytes(transaction_hash, 32))
    return None if place is None else receipt_shape(node, *place)


def get_nonce(node: EmbeddedNode, address: Any, tag: Any = "latest") -> str:
    if tag == "pending":
        return hex(node.pending_nonce(_bytes(address, 20)))
    return hex(node.state_at(_known(_header(node, tag))).get_nonce(_bytes(address, 20)))


def fee_history(node: EmbeddedNode, count: Any, newest: Any, percentiles: Any = None) -> dict[str, Any]:
    last = _known(_header(node, newest)).block_number
    first = max(0, last + 1 - min(_number(count), 1024))
    headers: list[Any] = [node.header(number) for number in range(first, last + 1)]
    return {
        "oldestBlock": hex(first),
        "baseFeePerGas": [hex(header.base_fee_per_gas) for header in headers] + [hex(node.next_base_fee())],
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        "reward": [[hex(TIP_WEI) for _ in percentiles or []] for _ in headers],
    }


def mine(node: EmbeddedNode, blocks: Any = "0x1") -> str:
    if _number(blocks) > MAX_BLOCKS_MINED:
        raise _bad(f"at most {MAX_BLOCKS_MINED} blocks are mined at once")
    for _ in range(_number(blocks)):
        node.mine()
    return "0x0"


def _state(node: EmbeddedNode, tag: Any) -> Any:
    return node.state_at(_known(_header(node, tag)))


METHODS: dict[str, Callable[..., Any]] = {
    "eth_chainId": lambda node: hex(DEVNET_CHAIN_ID),
    "net_version": lambda node: str(DEVNET_CHAIN_ID),
    "web3_clientVersion": lambda node: "tokenpay-devnet",
    "eth_syncing": lambda node: False,
    "eth_blockNumber": lambda node: hex(node.head().block_number),
    "eth_getBlockByNumber": lambda node, tag, full=False: block_shape(node, _header(node, tag), full),
    "eth_getBlockByHash": lambda node, of, full=False: block_shape(node, node.header_by_hash(_bytes(of, 32)), full),
    "eth_getLogs": get_logs,
    "eth_getTransactionByHash": get_transaction,
    "eth_getTransactionReceipt": get_receipt,
    "eth_getTransactionCount": get_nonce,
    "eth_getBalance": lambda node, who, tag="latest": hex(_state(node, tag).get_balance(_bytes(who, 20))),
    "eth_getStorageAt": lambda node, who, place, tag="latest": hexed(
        _state(node, tag).get_storage(_bytes(who, 20), int.from_bytes(_bytes(place, 32), "big")).to_bytes(32, "big")
    ),
    "eth_getCode": lambda node, who, tag="latest": hexed(_state(node, tag).get_code(_bytes(who, 20))),
    "eth_call": lambda node, call, tag="latest": hexed(node.call(_known(_header(node, tag)), **_call(call))),
    "eth_estimateGas": lambda node, call, tag="latest": hex(node.estimate(**_call(call))),
    "eth_gasPrice": lambda node: hex(node.next_base_fee() + TIP_WEI),
    "eth_maxPriorityFeePerGas": lambda node: hex(TIP_WEI),
    "eth_feeHistory": fee_history,
    "eth_sendRawTransaction": lambda node, raw: hexed(node.accept(_bytes(raw))),
    "evm_mine": mine,
    "devnet_fund": lambda node, who, wei: hexed(node.fund(_bytes(who, 20), _number(wei))),
}
