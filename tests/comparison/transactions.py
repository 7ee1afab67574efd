"""Signed transactions that break one rule of the protocol each, as of Prague. tokenpay reads them with `decode` and
`preflight`; the others with what each offers to read a transaction and recover its sender:
`Account.recover_transaction`, `Transaction.from` and its `from`, `parseTransaction` and `recoverTransactionAddress`.
None of them has a preflight, so rules of values and gas are theirs only where they chose to ask. What
[each rule](errors.md#transaction-invalid) means stands with the error.
"""

from tests.comparison import ACCEPTS, REFUSES, Row
from tests.comparison.invalid_transactions import cases
from tests.peers import Peers
from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import decode


def rows(peers: Peers) -> list[Row]:
    """Ask everyone about every case."""
    found = list(cases())
    raws = [case.raw for case in found]
    answers = {peer: ask(peers, peer, raws) for peer in ("eth-account", "ethers", "viem")}
    return [
        Row(what=case.what, rule=case.rule, answers={peer: given[number] for peer, given in answers.items()})
        for number, case in enumerate(found)
    ]


def ask(peers: Peers, peer: str, raws: list[bytes]) -> list[str]:
    """Return whether a peer accepts or refuses each."""
    if peer == "eth-account":
        return [_ask_eth_account(raw) for raw in raws]
    requests = [{"peer": peer, "verb": "read", "raw": "0x" + raw.hex()} for raw in raws]
    return [ACCEPTS if "result" in answer else REFUSES for answer in peers.ask(requests)]


def _ask_eth_account(raw: bytes) -> str:
    from eth_account import Account

    try:
        Account.recover_transaction(raw)
    except Exception:  # whatever a peer raises is its refusal
        return REFUSES
    return ACCEPTS


def broken_rule(raw: bytes) -> str | None:
    """Return the rule by which tokenpay refuses these bytes, or None where it accepts them."""
    try:
        preflight(decode(raw).transaction)
    except InvalidTransaction as error:
        return str(error.fields["rule"])
    return None
