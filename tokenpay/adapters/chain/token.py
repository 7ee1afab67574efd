"""What a token contract says of itself."""

from collections.abc import Sequence
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
_IMPLEMENTATION = abi.selector("implementation()")
"""What a beacon answers (EIP-1967), and a proxy of EIP-897."""
_PLACES = tuple(
    (int.from_bytes(keccak256(name), "big") - less).to_bytes(32, "big")
    for name, less in (
        (b"eip1967.proxy.implementation", 1),
        (b"eip1967.proxy.beacon", 1),
        (b"PROXIABLE", 0),  # EIP-1822
        (b"org.zeppelinos.proxy.implementation", 0),  # before there was a standard, as in large tokens in use
    )
)
"""Where a proxy keeps the address of the code that it runs."""
_MOST_BEHIND = 8


def read_token(rpc: JsonRpc, contract: Address, block: str) -> TokenFacts:
    """Ask a contract at one block; NotFound where there is no code or no token, ChainUnavailable without answers.

    The version is that of `version()` or of the EIP-712 domain it describes (EIP-5267), else empty: compare the
    domain's separator before anything is signed for it. A proxy's own code never changes, so the hash is of all code
    that it may run: of its own where it is no proxy, else of the hashes of its own and of each behind it (EIP-1967 with
    beacons, EIP-1822, EIP-897).
    """
    looking = _looking(contract.text, block)
    answered = rpc.batch(looking + [_call(contract.text, asked, block) for asked in _QUESTIONS])
    code, behind = _seen(answered[: len(looking)])
    if not code:
        raise NotFound("there is no contract at this address", contract=contract.text)
    symbol, decimals, name, version, domain, separator = map(_told, answered[len(looking) :])
    if len(decimals) != 32 or int.from_bytes(decimals, "big") > 255:
        raise NotFound("the contract does not say how many decimals it has", contract=contract.text)
    hashes = [keccak256(code), *_hashes_behind(rpc, behind, block)]
    return TokenFacts(
        contract=contract,
        symbol=_text(symbol),
        decimals=int.from_bytes(decimals, "big"),
        name=_text(name),
        version=_text(version) or _domain_version(domain),
        domain_separator=separator if len(separator) == 32 else None,
        code_hash=hashes[0] if len(hashes) == 1 else keccak256(b"".join(hashes)),
    )


def _hashes_behind(rpc: JsonRpc, behind: list[str], block: str) -> list[bytes]:
    """Return the hash of each code that is behind a proxy, in the order in which one names the next."""
    hashes: list[bytes] = []
    waiting = dict.fromkeys(behind)
    known = set(waiting)
    while waiting and len(hashes) < _MOST_BEHIND:
        address, _ = waiting.popitem()
        code, further = _seen(rpc.batch(_looking(address, block)))
        hashes.append(keccak256(code))
        waiting |= dict.fromkeys(it for it in further if it not in known)
        known |= {*further}
    return hashes


def _looking(address: str, block: str) -> list[Call]:
    """What is asked of a contract to know its code and whose it runs."""
    places: list[Call] = [("eth_getStorageAt", [address, "0x" + place.hex(), block]) for place in _PLACES]
    return [("eth_getCode", [address, block]), *places, _call(address, _IMPLEMENTATION, block)]


def _seen(answered: Sequence[Any]) -> tuple[bytes, list[str]]:
    """Return a contract's code and the addresses that it may run the code of."""
    code, *places = answered
    words = [*(answers.data(result(place)) for place in places[:-1]), _told(places[-1])]
    named = [int.from_bytes(word, "big") for word in words if len(word) == 32]
    return answers.data(result(code)), [f"0x{number:040x}" for number in named if 0 < number < 2**160]


def _call(contract: str, asked: bytes, block: str) -> Call:
    return ("eth_call", [{"to": contract, "data": "0x" + asked.hex()}, block])


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
