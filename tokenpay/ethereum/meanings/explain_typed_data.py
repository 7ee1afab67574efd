"""Say in plain words what a typed message allows whoever holds its signature to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from tokenpay.errors import InvalidInput
from tokenpay.ethereum.grants import permit2
from tokenpay.ethereum.meanings import meaning
from tokenpay.ethereum.meanings.meaning import Assets, Form, Lines, Meaning, MeaningKind, find_asset, token_line
from tokenpay.ethereum.typed_data import TypedData
from tokenpay.ethereum.typed_data_parts.values import ENCODERS, read_address, read_number
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

Part = tuple[str, str, str, Form]
"""A member, its type, its label and how it is put into words."""

_SPENDER: Part = ("spender", "address", "spender", meaning.address)
_AUTHORIZATION: tuple[Part, ...] = (
    ("from", "address", "from", meaning.address),
    ("to", "address", "to", meaning.address),
    ("value", "uint256", "amount", meaning.amount),
    ("validAfter", "uint256", "valid after", meaning.moment),
    ("validBefore", "uint256", "valid before", meaning.moment),
    ("nonce", "bytes32", "nonce", meaning.hexadecimal),
)
_OF_TOKENS: dict[tuple[str, MeaningKind], tuple[Part, ...]] = {
    ("Permit", MeaningKind.TOKEN_PERMIT): (
        ("owner", "address", "owner", meaning.address),
        _SPENDER,
        ("value", "uint256", "allowance", meaning.allowance),
        ("nonce", "uint256", "nonce", meaning.number),
        ("deadline", "uint256", "valid through", meaning.moment),
    ),
    ("Permit", MeaningKind.DAI_PERMIT): (
        ("holder", "address", "owner", meaning.address),
        _SPENDER,
        ("nonce", "uint256", "nonce", meaning.number),
        ("expiry", "uint256", "valid through", meaning.moment_or_never),
        ("allowed", "bool", "allowance", meaning.all_or_nothing),
    ),
    ("TransferWithAuthorization", MeaningKind.TRANSFER_WITH_AUTHORIZATION): _AUTHORIZATION,
    ("ReceiveWithAuthorization", MeaningKind.RECEIVE_WITH_AUTHORIZATION): _AUTHORIZATION,
    ("CancelAuthorization", MeaningKind.CANCEL_AUTHORIZATION): (
        ("authorizer", "address", "owner", meaning.address),
        ("nonce", "bytes32", "nonce", meaning.hexadecimal),
    ),
}


def _type_hash(name: str, parts: Sequence[Part]) -> bytes:
    return keccak256(f"{name}({','.join(f'{type_name} {member}' for member, type_name, *_ in parts)})".encode())


_TOKEN_MESSAGES = {_type_hash(name, parts): (kind, parts) for (name, kind), parts in _OF_TOKENS.items()}

_ALLOWANCE: tuple[Part, ...] = (
    ("amount", "uint160", "allowance", meaning.permit2_allowance),
    ("expiration", "uint48", "ends after", meaning.moment_or_now),
    ("nonce", "uint48", "nonce", meaning.number),
)
_TAKEN: tuple[Part, ...] = (("amount", "uint256", "at most", meaning.amount),)
_SIGNED_THROUGH: tuple[Part, ...] = (_SPENDER, ("sigDeadline", "uint256", "valid through", meaning.moment))
_TAKEN_THROUGH: tuple[Part, ...] = (
    _SPENDER,
    ("nonce", "uint256", "nonce", meaning.number),
    ("deadline", "uint256", "valid through", meaning.moment),
)
_PERMIT2_MESSAGES = {
    permit2.PERMIT_SINGLE.type_hash: (MeaningKind.PERMIT2_ALLOWANCE, "details", _ALLOWANCE, _SIGNED_THROUGH),
    permit2.PERMIT_BATCH.type_hash: (MeaningKind.PERMIT2_ALLOWANCE, "details", _ALLOWANCE, _SIGNED_THROUGH),
    permit2.PERMIT_TRANSFER_FROM.type_hash: (MeaningKind.PERMIT2_TRANSFER, "permitted", _TAKEN, _TAKEN_THROUGH),
    permit2.PERMIT_BATCH_TRANSFER_FROM.type_hash: (MeaningKind.PERMIT2_TRANSFER, "permitted", _TAKEN, _TAKEN_THROUGH),
}


def explain_typed_data(data: TypedData, assets: Assets) -> Meaning:
    """Return what a typed message allows, or unknown with the reason; raises nothing.

    `assets` is the bank's register. Types are recognised by their hash: another member, name or order makes
    them unknown, and so does a token that is not registered or a domain without chain and contract.
    """
    try:
        kind, lines = _explain(data, assets)
    except InvalidInput as error:
        return Meaning.unknown(error.message, ("digest", "0x" + data.digest().hex()))
    return Meaning(kind=kind, lines=lines)


def _explain(data: TypedData, assets: Assets) -> tuple[MeaningKind, Lines]:
    type_hash = b"" if data.struct is None else data.struct.type_hash
    domain: Mapping[str, Any] = data.domain
    if type_hash not in _TOKEN_MESSAGES and type_hash not in _PERMIT2_MESSAGES:
        raise InvalidInput("the type of the message is not known")
    if "chainId" not in domain or "verifyingContract" not in domain:
        raise InvalidInput("the message is not bound to one contract on one chain")
    chain_id, contract = read_number(domain["chainId"]), Address(read_address(domain["verifyingContract"]))
    if type_hash in _TOKEN_MESSAGES:
        kind, parts = _TOKEN_MESSAGES[type_hash]
        asset = find_asset(assets, chain_id, contract)
        return kind, (token_line(asset), *_lines(data.message, parts, asset))
    if contract != permit2.PERMIT2 or domain.keys() != {"name", "chainId", "verifyingContract"}:
        raise InvalidInput("the message is bound to another contract than Permit2")
    if domain["name"] != "Permit2":
        raise InvalidInput("the message is bound to another contract than Permit2")
    return _permit2(data.message, chain_id, assets, type_hash)


def _permit2(message: Mapping[str, Any], chain_id: int, assets: Assets, type_hash: bytes) -> tuple[MeaningKind, Lines]:
    kind, member, of_token, of_message = _PERMIT2_MESSAGES[type_hash]
    entries = message[member] if isinstance(message[member], tuple) else (message[member],)
    lines: list[tuple[str, str]] = []
    for entry in entries:
        asset = find_asset(assets, chain_id, Address(read_address(entry["token"])))
        lines += [token_line(asset), *_lines(entry, of_token, asset)]
    if not lines:
        raise InvalidInput("the message names no token")
    return kind, (*lines, *_lines(message, of_message, asset))


def _lines(message: Mapping[str, Any], parts: Sequence[Part], asset: Any) -> Lines:
    return tuple((label, form(ENCODERS[type_name](message[member]), asset)) for member, type_name, label, form in parts)
