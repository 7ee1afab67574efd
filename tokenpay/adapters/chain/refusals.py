"""What a node means when it does not take a transaction: each client has words of its own."""

import re
from typing import Any, Literal

from tokenpay.adapters.chain.rpc import RpcFailure
from tokenpay.ports import Broadcast

# The words of geth, erigon, nethermind, besu and anvil, lower case, spaces and underscores left out.
_WORDS: tuple[tuple[str, Literal["accepted", "rejected"], str], ...] = (
    (r"alreadyknown|(?<!un)knowntransaction|alreadyimported", "accepted", "already known"),
    (r"noncetoolow|oldnonce", "rejected", "nonce_too_low"),
    (r"insufficientfunds|upfrontcostexceeds", "rejected", "insufficient_funds"),
    (r"underpriced|feetoolow|lessthanblockbasefee", "rejected", "underpriced"),
)
# The node or something before it failed, and may have passed the bytes on first (EIP-1474: internal, limit).
NO_WORD = frozenset({-32603, -32005, -32016, 429})


def outcome(answer: Any, transaction_hash: bytes) -> Broadcast:
    """Return the node's word on one eth_sendRawTransaction whose bytes have this hash."""
    if not isinstance(answer, RpcFailure):
        if isinstance(answer, str) and answer.lower() == "0x" + transaction_hash.hex():
            return Broadcast(outcome="accepted")
        return Broadcast(outcome="unknown", reason="the node answered with another transaction's hash")
    said = re.sub(r"[\s_]", "", answer.message.lower())
    for words, meaning, reason in _WORDS:
        if re.search(words, said):
            return Broadcast(outcome=meaning, reason=reason)
    if answer.code in NO_WORD:
        return Broadcast(outcome="unknown", reason=answer.safe)
    return Broadcast(outcome="rejected", reason=f"other: {answer.safe}")
