"""A node that lies, errs or stays silent: every answer is either right or an error of ours, never a guess."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tokenpay.adapters.chain.json_rpc import Confirmations, FinalizedTag, JsonRpcChain
from tokenpay.adapters.chain.rpc import JsonRpc
from tokenpay.errors import ChainUnavailable, IntegrityError, InvalidInput, NotFound, WrongState, answered
from tokenpay.ethereum.erc20 import AUTHORIZATION_USED_TOPIC, TRANSFER_TOPIC
from tokenpay.ethereum.observed import Block, Holding
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.primitives.keccak import keccak256

CONTRACT, OTHER, SENDER = (Address(bytes([byte]) * 20) for byte in (1, 2, 3))
RAW = b"\x02\xc0"
PATIENCE_S, SILENCE_S = 10.0, 0.3


def word(number: int) -> str:
    return f"0x{number:064x}"


BLOCK = {
    "number": "0x5",
    "hash": word(5),
    "parentHash": word(4),
    "timestamp": "0x64",
    "baseFeePerGas": "0x7",
}
LOG: dict[str, Any] = {
    "address": CONTRACT.text.lower(),
    "topics": ["0x" + TRANSFER_TOPIC.hex(), "0x" + bytes(12).hex() + SENDER.raw.hex(), word(0)],
    "data": word(9),
    "blockHash": word(5),
    "blockNumber": "0x5",
    "transactionHash": word(77),
    "logIndex": "0x0",
    "removed": False,
}
RECEIPT = {
    "transactionHash": word(77),
    "blockNumber": "0x5",
    "blockHash": word(5),
    "status": "0x1",
    "gasUsed": "0x5208",
    "effectiveGasPrice": "0x8",
}
TRUTH: dict[str, Any] = {
    "eth_chainId": "0x7",
    "eth_getBlockByNumber": BLOCK,
    "eth_getBlockByHash": BLOCK,
    "eth_getLogs": [LOG],
    "eth_getTransactionReceipt": RECEIPT,
    "eth_getTransactionByHash": None,
    "eth_getTransactionCount": "0x1",
    "eth_getBalance": "0x5",
    "eth_call": word(6),
    "eth_getCode": "0x60",
    "eth_getStorageAt": word(0),
    "eth_maxPriorityFeePerGas": "0x1",
    "eth_estimateGas": "0x5208",
    "eth_sendRawTransaction": "0x" + keccak256(RAW).hex(),
}
FIVE = Block(
    number=5, hash=(5).to_bytes(32, "big"), parent_hash=(4).to_bytes(32, "big"), timestamp_s=100, base_fee_wei=7
)


class Liar:
    """A loopback node that answers the truth above, except what a test changes."""

    def __init__(self) -> None:
        self.answers = dict(TRUTH)
        self.errors: dict[str, Any] = {}
        self.on_the_wire: Callable[[list[dict[str, Any]]], Any] = lambda replies: replies
        self.status, self.delay_s, self.requests = 200, 0.0, 0
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                liar.requests += 1
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = liar.on_the_wire([liar.reply(one) for one in asked])
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                time.sleep(liar.delay_s)
                self.send_response(liar.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(BrokenPipeError):  # who asked may have given up
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def reply(self, asked: dict[str, Any]) -> dict[str, Any]:
        method = asked["method"]
        said = {"error": self.errors[method]} if method in self.errors else {"result": self.answers[method]}
        return {"jsonrpc": "2.0", "id": asked["id"]} | said


@pytest.fixture
def liar() -> Iterator[Liar]:
    node = Liar()
    thread = Thread(target=node.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield node
    node.server.shutdown()
    thread.join()
    node.server.server_close()


@pytest.fixture
def chain(liar: Liar) -> JsonRpcChain:
    """The port to a node that has told its chain before it begins to lie."""
    chain = JsonRpcChain(liar.url, 7, finality=Confirmations(2), timeout_s=PATIENCE_S)
    chain.verify_chain_id()
    liar.requests = 0
    return chain


def logs(chain: JsonRpcChain) -> Any:
    return chain.transfers([FIVE], [CONTRACT])


def test_nothing_is_believed_of_a_node_on_another_chain(liar: Liar) -> None:
    chain = JsonRpcChain(liar.url, 8, finality=Confirmations(2), timeout_s=PATIENCE_S)
    for ask in (
        chain.head,
        chain.finalized,
        lambda: logs(chain),
        lambda: chain.receipts([bytes(32)]),
        lambda: chain.token_facts(CONTRACT),
        lambda: chain.holdings([Holding(address=SENDER, contract=None)], 5),
        lambda: chain.transaction_count(SENDER),
        lambda: chain.broadcast([RAW]),
    ):
        with pytest.raises(IntegrityError, match="the node serves chain 7, not 8"):
            ask()


def test_the_truth_is_read(chain: JsonRpcChain) -> None:
    chain.verify_chain_id()
    assert chain.head() == FIVE
    (log,) = logs(chain)
    assert (log.contract, log.sender, log.recipient, log.units) == (CONTRACT, SENDER, None, 9)
    (receipt,) = chain.receipts([(77).to_bytes(32, "big")])
    assert receipt is not None
    assert (receipt.succeeded, receipt.fee_wei) == (True, 21_000 * 8)
    held = [Holding(address=SENDER, contract=contract) for contract in (None, CONTRACT)]
    assert chain.holdings(held, 5) == [5, 6]
    assert chain.transaction_count(SENDER) == 1
    assert answered(chain.estimate_gas([Call(to=OTHER)], sender=SENDER)[0]) == 21_000
    assert [said.outcome for said in chain.broadcast([RAW])] == ["accepted"]


def test_a_node_on_this_machine_is_reached_past_a_proxy(chain: JsonRpcChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert chain.head() == FIVE


WIRE_LIES: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "not JSON": lambda _: b"maybe later",
    "HTML": lambda _: b"<html><body>502 Bad Gateway</body></html>",
    "nothing": lambda _: b"",
    "not UTF-8": lambda _: b"\xff\xfe",
    "a number": lambda _: 5,
    "null": lambda _: None,
    "an empty list": lambda _: [],
    "a list of null": lambda _: [None],
    "one object": lambda replies: replies[0],
    "one error for all": lambda _: {"jsonrpc": "2.0", "id": None, "error": {"code": -32005, "message": "limit"}},
    "one answer too many": lambda replies: replies + [replies[0] | {"id": 2}],
    "the same answer twice": lambda replies: replies * 2,
    "another id": lambda replies: [reply | {"id": 99} for reply in replies],
    "ids as text": lambda replies: [reply | {"id": str(reply["id"])} for reply in replies],
    "an id that is true": lambda replies: [reply | {"id": True} for reply in replies],
    "no result": lambda replies: [{"jsonrpc": "2.0", "id": reply["id"]} for reply in replies],
    "an error that is text": lambda replies: [{"id": reply["id"], "error": "no"} for reply in replies],
    "an error without words": lambda replies: [{"id": reply["id"], "error": {"code": -1}} for reply in replies],
    "a number of 5,000 digits": lambda _: b'[{"id": 1, "result": ' + b"9" * 5_000 + b"}]",
    "nested without end": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("lie", WIRE_LIES.values(), ids=WIRE_LIES)
# web3 itself warns of answers without ids; the answer is refused all the same.
@pytest.mark.filterwarnings("ignore:Received batch response:RuntimeWarning")
def test_what_is_no_answer_on_the_wire(liar: Liar, chain: JsonRpcChain, lie: Callable[[Any], Any]) -> None:
    liar.on_the_wire = lie
    with pytest.raises(ChainUnavailable):
        chain.head()
    assert [said.outcome for said in chain.broadcast([RAW])] == ["unknown"]


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 502, 503])
def test_http_failures_are_no_answer_and_not_tried_again(liar: Liar, chain: JsonRpcChain, status: int) -> None:
    liar.status, liar.on_the_wire = status, lambda _: b"busy"
    with pytest.raises(ChainUnavailable):
        chain.head()
    assert [said.outcome for said in chain.broadcast([RAW])] == ["unknown"]
    assert liar.requests == 2


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "http://", "http://[bad", "http://\0", "http://a\nb", "http://h:port", "http://h:99999", "http://h:0",
        "ftp://h", "file:///etc/passwd", "ws://h", "http:///path", "http://\ud800",
    ],
)  # fmt: skip
def test_what_is_no_nodes_url(url: str) -> None:
    with pytest.raises(InvalidInput):
        JsonRpc(url, timeout_s=1)
    JsonRpc("https://user:word@host/key", timeout_s=1)


def test_a_key_that_a_node_repeats_is_told_to_nobody(liar: Liar) -> None:
    liar.errors["eth_chainId"] = {
        "code": -32000,
        "message": "k3y-0f-user, no key: pa/ss-word2 path-k3y-42 query-k3y-7 v3",
    }
    url = liar.url.replace("//", "//k3y-0f-user:pa%2Fss-word2@") + "/v3/path-k3y-42?key=query-k3y-7"
    with pytest.raises(ChainUnavailable, match=r"error: \.\.\., no key: \.\.\. \.\.\. \.\.\. v3$"):
        JsonRpcChain(url, 7, finality=Confirmations(2), timeout_s=PATIENCE_S).head()


def test_silence_and_a_closed_door_are_no_answer(liar: Liar) -> None:
    liar.delay_s = 2 * SILENCE_S
    chain = JsonRpcChain(liar.url, 7, finality=Confirmations(2), timeout_s=SILENCE_S)
    with pytest.raises(ChainUnavailable):
        chain.head()
    assert [said.outcome for said in chain.broadcast([RAW])] == ["unknown"]
    closed = JsonRpcChain("http://127.0.0.1:1", 7, finality=FinalizedTag(), timeout_s=PATIENCE_S)
    with pytest.raises(ChainUnavailable) as refused:
        closed.finalized()
    assert "127.0.0.1" not in str(refused.value)  # a URL may hold a key


@pytest.mark.parametrize("number", [None, 5, "", "5", "0x", "0x05", "0xg", "-0x5", "0x5 ", " 0x5", "0x" + "f" * 65, []])
def test_numbers_are_strict(liar: Liar, chain: JsonRpcChain, number: Any) -> None:
    liar.answers |= dict.fromkeys(
        ("eth_chainId", "eth_getTransactionCount", "eth_getBalance", "eth_maxPriorityFeePerGas", "eth_estimateGas"),
        number,
    )
    for ask in (
        chain.verify_chain_id,
        chain.priority_fee_wei,
        lambda: chain.transaction_count(SENDER),
        lambda: chain.holdings([Holding(address=SENDER, contract=None)], 5),
        lambda: answered(chain.estimate_gas([Call(to=OTHER)], sender=SENDER)[0]),
    ):
        with pytest.raises(ChainUnavailable):
            ask()


@pytest.mark.parametrize(
    ("code", "said", "raised"),
    [
        (-32015, "invalid opcode: INVALID", WrongState),  # an old contract's assert: this call fails, the node does not
        (-32000, "gas required exceeds allowance", WrongState),
        (-32603, "internal error", ChainUnavailable),
        (-32005, "limit exceeded", ChainUnavailable),
    ],
)
def test_an_estimate_that_fails_is_the_calls_fault_or_the_nodes(
    liar: Liar, chain: JsonRpcChain, code: int, said: str, raised: type[Exception]
) -> None:
    liar.errors = {"eth_estimateGas": {"code": code, "message": said}}
    with pytest.raises(raised):
        answered(chain.estimate_gas([Call(to=OTHER)], sender=SENDER)[0])


@pytest.mark.parametrize("held", [None, word(1)[:-1], "0x" + "zz" * 32, 1, {}])
def test_what_is_no_answer_to_a_call_says_nothing_of_a_holding(liar: Liar, chain: JsonRpcChain, held: Any) -> None:
    liar.answers["eth_call"] = held
    with pytest.raises(ChainUnavailable):
        chain.holdings([Holding(address=SENDER, contract=CONTRACT)], 5)


@pytest.mark.parametrize("held", ["0x", "0x01", word(1) + "00", "reverted"])
def test_a_token_that_answers_otherwise_than_by_one_word_does_not_tell_a_holding(
    liar: Liar, chain: JsonRpcChain, held: str
) -> None:
    if held == "reverted":
        liar.errors = {"eth_call": {"code": 3, "message": "execution reverted"}}
    else:
        liar.answers["eth_call"] = held
    with pytest.raises(WrongState) as told:
        chain.holdings([Holding(address=SENDER, contract=CONTRACT)], 5)
    assert told.value.fields == {"contract": CONTRACT.text}


@pytest.mark.parametrize("name", BLOCK)
@pytest.mark.parametrize("value", ["absent", None, 5, "0x", [], "0x" + "1" * 65])
def test_a_block_with_a_bad_field_is_no_answer(liar: Liar, chain: JsonRpcChain, name: str, value: Any) -> None:
    liar.answers["eth_getBlockByNumber"] = {k: v for k, v in BLOCK.items() if k != name} | (
        {} if value == "absent" else {name: value}
    )
    with pytest.raises(ChainUnavailable):
        chain.head()


@pytest.mark.parametrize("answer", [None, 5, "0x5", [], {}])
def test_a_block_that_is_none_is_no_answer(liar: Liar, chain: JsonRpcChain, answer: Any) -> None:
    liar.answers |= {"eth_getBlockByNumber": answer, "eth_getBlockByHash": answer}
    for ask in (chain.head, chain.finalized, lambda: chain.blocks([5]), lambda: logs(chain)):
        with pytest.raises(ChainUnavailable):
            ask()


def test_another_block_than_asked_breaks_a_proof(liar: Liar, chain: JsonRpcChain) -> None:
    with pytest.raises(IntegrityError):
        chain.blocks([4])
    liar.answers["eth_getBlockByHash"] = BLOCK | {"hash": word(6)}
    with pytest.raises(IntegrityError):
        logs(chain)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"address": OTHER.text}, IntegrityError),
        ({"blockHash": word(6)}, IntegrityError),
        ({"blockNumber": "0x6"}, IntegrityError),
        ({"removed": True}, IntegrityError),
        ({"removed": None}, IntegrityError),
        ({"topics": ["0x" + AUTHORIZATION_USED_TOPIC.hex(), word(1), word(2)]}, IntegrityError),
        ({"topics": LOG["topics"][:2]}, IntegrityError),
        ({"topics": LOG["topics"] + [word(1)]}, IntegrityError),
        ({"topics": [LOG["topics"][0], "0x" + "ff" * 32, word(0)]}, IntegrityError),
        ({"data": "0x"}, IntegrityError),
        ({"data": word(1) + "00"}, IntegrityError),
        ({"topics": []}, ChainUnavailable),
        ({"topics": LOG["topics"] * 2}, ChainUnavailable),
        ({"topics": None}, ChainUnavailable),
        ({"topics": [5]}, ChainUnavailable),
        ({"address": None}, ChainUnavailable),
        ({"data": None}, ChainUnavailable),
        ({"logIndex": None}, ChainUnavailable),
        ({"logIndex": "0x" + "f" * 64}, ChainUnavailable),
        ({"transactionHash": "0x11"}, ChainUnavailable),
    ],
)
def test_a_log_is_checked_again(
    liar: Liar, chain: JsonRpcChain, change: dict[str, Any], error: type[Exception]
) -> None:
    liar.answers["eth_getLogs"] = [LOG | change]
    with pytest.raises(error):
        logs(chain)


@pytest.mark.parametrize("answer", [None, {}, "0x", 5, [None], [5], [[]], [{}]])
def test_logs_that_are_none_are_no_answer(liar: Liar, chain: JsonRpcChain, answer: Any) -> None:
    liar.answers["eth_getLogs"] = answer
    with pytest.raises(ChainUnavailable):
        logs(chain)


def test_a_log_told_twice_counts_once_and_two_of_one_index_break_a_proof(liar: Liar, chain: JsonRpcChain) -> None:
    liar.answers["eth_getLogs"] = [LOG, LOG]
    assert len(logs(chain)) == 1
    liar.answers["eth_getLogs"] = [LOG, LOG | {"data": word(10)}]
    with pytest.raises(IntegrityError):
        logs(chain)


def test_logs_come_in_chain_order_whatever_the_node_says(liar: Liar, chain: JsonRpcChain) -> None:
    liar.answers["eth_getLogs"] = [LOG | {"logIndex": index} for index in ("0xa", "0x9", "0x1")]
    assert [log.log_index for log in logs(chain)] == [1, 9, 10]


def test_an_authorization_log_is_checked_too(liar: Liar, chain: JsonRpcChain) -> None:
    holder = "0x" + bytes(12).hex() + SENDER.raw.hex()
    used: dict[str, Any] = LOG | {"topics": ["0x" + AUTHORIZATION_USED_TOPIC.hex(), holder, word(3)], "data": "0x"}
    liar.answers["eth_getLogs"] = [used]
    (log,) = chain.authorizations([FIVE], [CONTRACT])
    assert (log.authorizer, log.nonce) == (SENDER, (3).to_bytes(32, "big"))
    for change in (
        {"data": word(1)},
        {"topics": used["topics"][:2]},
        {"topics": [used["topics"][0], word(0), word(3)]},
    ):
        liar.answers["eth_getLogs"] = [used | change]
        with pytest.raises(IntegrityError):
            chain.authorizations([FIVE], [CONTRACT])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"transactionHash": word(78)}, IntegrityError),
        ({"status": "0x2"}, ChainUnavailable),
        ({"status": None}, ChainUnavailable),
        ({"gasUsed": "0x" + "f" * 17}, ChainUnavailable),
        ({"effectiveGasPrice": None}, ChainUnavailable),
        ({"blockHash": None}, ChainUnavailable),
        ({"l1Fee": "much"}, ChainUnavailable),
    ],
)
def test_a_receipt_is_strict(liar: Liar, chain: JsonRpcChain, change: dict[str, Any], error: type[Exception]) -> None:
    liar.answers["eth_getTransactionReceipt"] = RECEIPT | change
    with pytest.raises(error):
        chain.receipts([(77).to_bytes(32, "big")])


def test_a_receipt_that_is_not_mined_is_none_and_a_rollups_fee_is_whole(liar: Liar, chain: JsonRpcChain) -> None:
    liar.answers["eth_getTransactionReceipt"] = RECEIPT | {"blockNumber": None}
    assert chain.receipts([(77).to_bytes(32, "big")]) == [None]
    liar.answers["eth_getTransactionReceipt"] = RECEIPT | {"l1Fee": "0x64"}
    (receipt,) = chain.receipts([(77).to_bytes(32, "big")])
    assert receipt is not None
    assert receipt.fee_wei == 21_000 * 8 + 100


@pytest.mark.parametrize(
    ("code", "message", "outcome", "reason"),
    [
        (-32000, "already known", "accepted", "already known"),
        (-32000, "ALREADY_EXISTS: already known", "accepted", "already known"),
        (-32000, "Known transaction", "accepted", "already known"),
        (-32003, "transaction already imported", "accepted", "already known"),
        (-32010, "AlreadyKnown", "accepted", "already known"),
        (-32000, "nonce too low: next nonce 5, tx nonce 4", "rejected", "nonce_too_low"),
        (-32010, "OldNonce", "rejected", "nonce_too_low"),
        (-32000, "insufficient funds for gas * price + value", "rejected", "insufficient_funds"),
        (-32004, "Upfront cost exceeds account balance", "rejected", "insufficient_funds"),
        (-32000, "replacement transaction underpriced", "rejected", "underpriced"),
        (-32000, "transaction underpriced: tip needed 1", "rejected", "underpriced"),
        (-32003, "max fee per gas less than block base fee", "rejected", "underpriced"),
        (-32000, "invalid sender", "rejected", "other: invalid sender"),
        (-32000, "unknown transaction type", "rejected", "other: unknown transaction type"),
        (-32000, "a\nline\x00\u202etwo", "rejected", "other: a line two"),
        (-32000, "x" * 500, "rejected", "other: " + "x" * 80),
        (-32603, "internal error", "unknown", "internal error"),
        (-32005, "rate limit exceeded", "unknown", "rate limit exceeded"),
    ],
)
def test_refusals_of_many_clients(
    liar: Liar, chain: JsonRpcChain, code: int, message: str, outcome: str, reason: str
) -> None:
    liar.errors["eth_sendRawTransaction"] = {"code": code, "message": message}
    (said,) = chain.broadcast([RAW])
    assert (said.outcome, said.reason) == (outcome, reason)


def test_a_nonce_used_by_the_transaction_itself_means_accepted(liar: Liar, chain: JsonRpcChain) -> None:
    liar.errors["eth_sendRawTransaction"] = {"code": -32000, "message": "nonce too low"}
    liar.answers["eth_getTransactionByHash"] = {"hash": "0x" + keccak256(RAW).hex()}
    assert chain.broadcast([RAW])[0].outcome == "accepted"
    liar.answers["eth_getTransactionByHash"] = {"hash": word(1)}
    assert chain.broadcast([RAW])[0].reason == "nonce_too_low"
    liar.errors["eth_getTransactionByHash"] = {"code": -32603, "message": "internal error"}
    assert chain.broadcast([RAW])[0].outcome == "unknown"


@pytest.mark.parametrize("said", [None, 5, "0x", word(1), {}])
def test_another_hash_after_a_broadcast_is_no_answer(liar: Liar, chain: JsonRpcChain, said: Any) -> None:
    liar.answers["eth_sendRawTransaction"] = said
    assert chain.broadcast([RAW])[0].outcome == "unknown"


def test_after_silence_nothing_more_is_sent(liar: Liar, chain: JsonRpcChain) -> None:
    liar.status = 500
    said = chain.broadcast([RAW] * 250)
    assert ([word.outcome for word in said], liar.requests) == (["unknown"] * 250, 1)


@pytest.mark.parametrize(
    "error", [{"code": 3, "message": "execution reverted"}, {"code": -32000, "message": "VM Exception: revert"}]
)
def test_a_revert_is_not_silence(liar: Liar, chain: JsonRpcChain, error: dict[str, Any]) -> None:
    liar.errors["eth_estimateGas"] = error
    with pytest.raises(WrongState):
        answered(chain.estimate_gas([Call(to=OTHER)], sender=SENDER)[0])
    liar.errors["eth_call"] = error
    with pytest.raises(NotFound):
        chain.token_facts(CONTRACT)


def test_other_errors_are_no_answer(liar: Liar, chain: JsonRpcChain) -> None:
    liar.errors = {method: {"code": -32601, "message": "the method does not exist"} for method in TRUTH}
    for ask in (
        chain.verify_chain_id,
        chain.head,
        lambda: logs(chain),
        lambda: chain.token_facts(CONTRACT),
        lambda: chain.receipts([bytes(32)]),
    ):
        with pytest.raises(ChainUnavailable):
            ask()


def test_texts_that_are_none_leave_a_token_nameless(liar: Liar, chain: JsonRpcChain) -> None:
    facts = chain.token_facts(CONTRACT)  # every question is answered by the word 6
    assert (facts.decimals, facts.domain_separator) == (6, (6).to_bytes(32, "big"))
    liar.answers["eth_call"] = "0x" + "ff" * 32
    with pytest.raises(NotFound):
        chain.token_facts(CONTRACT)
    liar.answers["eth_getCode"] = "0x"
    with pytest.raises(NotFound):
        chain.token_facts(CONTRACT)
