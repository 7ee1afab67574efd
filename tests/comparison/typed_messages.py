"""Typed messages, as the JSON of `eth_signTypedData_v4`, that break one rule each. tokenpay reads them with
`parse_typed_data`; the others are given what their reader of JSON made of the text: `encode_typed_data(full_message=)`,
`TypedDataEncoder.hash`, `hashTypedData`. A peer that accepts returns a digest to sign. Where its interface has no place
for the fault, or no way to ask for the valid twin either, it is not asked. What
[each rule](errors.md#typed_data-invalid) means stands with the error.
"""

import json
from collections.abc import Sequence
from typing import Any

from tests.comparison import ACCEPTS, PEERS, REFUSES, Row
from tests.comparison.invalid_typed_messages import cases
from tests.peers import Peers
from tokenpay.errors import InvalidTypedData
from tokenpay.ethereum.typed_json import parse_typed_data

NOT_ASKED = "not asked"


def rows(peers: Peers) -> list[Row]:
    """Ask everyone about every case."""
    found = list(cases())
    digests = {peer: ask(peers, peer, [case.text for case in found]) for peer in PEERS}

    def answer(peer: str, number: int) -> str:
        if peer in found[number].unseen_by:
            return NOT_ASKED
        return REFUSES if digests[peer][number] is None else ACCEPTS

    return [
        Row(what=case.what, rule=case.rule, answers={peer: answer(peer, number) for peer in PEERS})
        for number, case in enumerate(found)
    ]


def ask(peers: Peers, peer: str, texts: Sequence[str]) -> list[str | None]:
    """Return the digest that a peer makes of each text, or None where it refuses."""
    if peer == "eth-account":
        return [_ask_eth_account(text) for text in texts]
    return [answer.get("result") for answer in peers.ask([_request(peer, text) for text in texts])]


def ask_tokenpay(text: str) -> tuple[str | None, str]:
    """Return the digest, or None and the rule by which the text is refused."""
    try:
        return "0x" + parse_typed_data(text).digest().hex(), ""
    except InvalidTypedData as error:
        return None, str(error.fields["rule"])


def _ask_eth_account(text: str) -> str | None:
    from eth_account.messages import _hash_eip191_message, encode_typed_data

    try:
        return "0x" + bytes(_hash_eip191_message(encode_typed_data(full_message=json.loads(text)))).hex()
    except Exception:  # whatever a peer raises is its refusal
        return None


def _request(peer: str, text: str) -> dict[str, Any]:
    """Return the question to ethers or viem; ethers takes no EIP712Domain, and finds the primary type by itself."""
    document = json.loads(text)
    types = document["types"]
    if peer == "ethers":
        types = {name: members for name, members in types.items() if name != "EIP712Domain"}
    named = {name: document.get(name) for name in ("domain", "primaryType", "message")}
    return {"peer": peer, "verb": "typedDataHash", "types": types, **named}
