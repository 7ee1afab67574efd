"""What a token contract says of itself."""

from typing import Any

from tokenpay.adapters.chain import answers
from tokenpay.adapters.chain.rpc import Call, JsonRpc, RpcFailure, result
from tokenpay.errors import InvalidInput, NotFound
from tokenpay.ethereum import abi, erc20
from tokenpay.ethereum.observed import TokenFacts
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

_EIP712_DOMAIN = abi.selector("eip712Domain()")
_QUESTIONS = (
    erc20.SYMBOL,
    erc20.DECIMALS,
    erc20.NAME,
    erc20.VERSION,
    _EIP712_DOMAIN,
    erc20.DOMAIN_SEPARATOR,
)


def read_token(rpc: JsonRpc, contract: Address, block: str) -> TokenFacts:
    """Ask a contract at one block; NotFound where there is no code or no token, ChainUnavailable without answers.

    The version is that of `version()` or of the EIP-712 domain it describes (EIP-5267), else empty: compare the
    domain's separator before anything is signed for it.
    """
    calls: list[Call] = [("eth_getCode", [contract.text, block])]
    calls += [("eth_call", [{"to": contract.text, "data": "0x" + asked.hex()}, block]) for asked in _QUESTIONS]
    code_answer, *told = rpc.batch(calls)
    code = answers.data(result(code_answer))
    if not code:
        raise NotFound("there is no contract at this address", contract=contract.text)
    symbol, decimals, name, version, domain, separator = (_told(answer) for answer in told)
    if len(decimals) != 32 or int.from_bytes(decimals, "big") > 255:
        raise NotFound("the contract does not say how many decimals it has", contract=contract.text)
    return TokenFacts(
        contract=contract,
        symbol=_text(symbol),
        decimals=int.from_bytes(decimals, "big"),
        name=_text(name),
        version=_text(version) or _domain_version(domain),
        domain_separator=separator if len(separator) == 32 else None,
        code_hash=keccak256(code),
    )


def _told(answer: Any) -> bytes:
    """Return what the contract returned; nothing where it has no such function."""
    if isinstance(answer, RpcFailure) and answer.reverted:
        return b""
    return answers.data(result(answer))


def _text(told: bytes) -> str:
    try:
        return abi.read_text(told)
    except InvalidInput:
        return ""


def _domain_version(told: bytes) -> str:
    """Return the third value of eip712Domain(): at the offset in its third word stand a length and the text."""
    at = int.from_bytes(told[64:96], "big")
    return _text(abi.uint_word(32) + told[at:]) if 96 <= at < len(told) else ""
