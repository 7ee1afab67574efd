"""The token-list format: other people's lists of tokens, read strictly and trusted for nothing.

A list offers names. Before a token is used, its decimals, symbol and code are checked on its chain.
Source: https://uniswap.org/tokenlist.schema.json (JSON Schema draft 7).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tokenpay.errors import InvalidAddress, InvalidAsset, InvalidInput
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.primitives.strict_json import read_json

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_TOKENS = 10_000
MAX_DEPTH = 32
_WORD = re.compile(r"[A-Za-z0-9_]+")  # the schema's \w is ASCII (ECMA 262)
_WORDS = re.compile(r"[A-Za-z0-9_ ]+")
_SENTENCE = re.compile(r"[A-Za-z0-9_ .,:]+")
_SPACELESS = re.compile(r"\S*")
_ANY = re.compile(r".*", re.DOTALL)
_ADDRESS = re.compile(r"0x[a-fA-F0-9]{40}|[1-9A-HJ-NP-Za-km-z]{32,44}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedToken:
    """A token as a list has it. `asset` is None where it cannot be used here, and `reason` says why."""

    chain_id: int
    address: str
    symbol: str
    name: str
    decimals: int
    asset: Asset | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenList:
    """One version (major, minor, patch) of a list, made at `timestamp_s` in Unix seconds."""

    name: str
    timestamp_s: int
    version: tuple[int, int, int]
    tokens: tuple[ListedToken, ...]


def parse_token_list(text: str) -> TokenList:
    """Read a token list of at most 16 Mi characters.

    Raises InvalidAsset, which names the place (`tokens[3].decimals`) and quotes no value. Beyond the
    schema it refuses a name twice in one object, `18.0` for a whole number, times without a zone or
    in another spelling than RFC 3339 prints, and characters that cannot be shown. One token of many
    that cannot be used here stays listed without an asset: a contract named twice, an address that is
    zero, of another kind of chain or has a wrong EIP-55 checksum, a symbol or decimals that no Asset has.
    """
    root = _fields(_json(text), "", required="name timestamp version tokens")
    version = _fields(root["version"], "version", required="major minor patch", optional="")
    tokens = [_token(value, path) for path, value in _items(root["tokens"], "tokens", 1, MAX_TOKENS)]
    _others(root)
    times = Counter((token.chain_id, token.address.lower()) for token in tokens)
    return TokenList(
        name=_text(root["name"], "name", _WORDS, 1, 30),
        timestamp_s=_time(root["timestamp"], "timestamp"),
        version=(
            _whole(version["major"], "version.major", 0),
            _whole(version["minor"], "version.minor", 0),
            _whole(version["patch"], "version.patch", 0),
        ),
        tokens=tuple(
            replace(token, asset=None, reason="the list names this contract more than once")
            if token.asset is not None and times[token.chain_id, token.address.lower()] > 1
            else token
            for token in tokens
        ),
    )


def _token(value: object, path: str) -> ListedToken:
    fields = _fields(value, path, required="chainId address decimals name symbol", optional="logoURI tags extensions")
    chain_id = _whole(fields["chainId"], f"{path}.chainId", 1)
    address = _text(fields["address"], f"{path}.address", _ADDRESS, 32, 44)
    decimals = _whole(fields["decimals"], f"{path}.decimals", 0, 255)
    name = _text(fields["name"], f"{path}.name", _ANY, 0, 60)
    symbol = _text(fields["symbol"], f"{path}.symbol", _SPACELESS, 0, 20)
    _logo(fields, f"{path}.")
    for where, tag in _items(fields.get("tags", []), f"{path}.tags", 0, 10):
        _text(tag, where, _WORD, 1, 10)
    _extensions(fields.get("extensions", {}), f"{path}.extensions", deeper=2)
    asset, reason = None, ""
    try:
        asset = Asset.token(chain_id, Address.parse(address), symbol=symbol, decimals=decimals)
    except (InvalidAddress, InvalidAsset) as error:
        reason = error.message
    return ListedToken(
        chain_id=chain_id, address=address, symbol=symbol, name=name, decimals=decimals, asset=asset, reason=reason
    )


def _others(root: dict[str, Any]) -> None:
    """Check what a list may hold besides its tokens; none of it is used."""
    if "tokenMap" in root:
        for path, value in _members(root["tokenMap"], "tokenMap", 1, MAX_TOKENS):
            _token(value, path)
    keywords = [_text(item, path, _WORDS, 1, 20) for path, item in _items(root.get("keywords", []), "keywords", 0, 20)]
    if len(set(keywords)) < len(keywords):
        raise _wrong("keywords", "holds one twice")
    for path, value in _members(root.get("tags", {}), "tags", 0, 20, longest_name=10):
        tag = _fields(value, path, required="name description", optional="")
        _text(tag["name"], f"{path}.name", _WORDS, 1, 20)
        _text(tag["description"], f"{path}.description", _SENTENCE, 1, 200)
    _logo(root, "")


def _extensions(value: object, path: str, *, deeper: int) -> None:
    for where, item in _members(value, path, 0, 10, longest_name=40):
        if isinstance(item, dict) and deeper:
            _extensions(item, where, deeper=deeper - 1)
        elif isinstance(item, str):
            _text(item, where, _ANY, 1, 42)
        elif not (item is None or isinstance(item, bool | int | Decimal)):
            raise _wrong(where, "must be text, a number, a boolean, null, or an object at most two levels deep")


def _logo(fields: dict[str, Any], path: str) -> None:
    if "logoURI" in fields:
        _text(fields["logoURI"], f"{path}logoURI", _URI, 1, MAX_CHARACTERS)


def _json(text: str) -> object:
    try:
        return read_json(text, max_characters=MAX_CHARACTERS, max_depth=MAX_DEPTH)
    except InvalidInput as error:
        raise _wrong("", error.message) from None


def _fields(value: object, path: str, *, required: str, optional: str | None = None) -> dict[str, Any]:
    """Return an object with all `required` names and, unless `optional` is None, no others than these."""
    if not isinstance(value, dict):
        raise _wrong(path, "must be an object")
    for name in required.split():
        if name not in value:
            raise _wrong(path, f"has no {name}")
    if optional is not None and not value.keys() <= {*required.split(), *optional.split()}:
        raise _wrong(path, "has a field that the format does not know")
    return value


def _members(
    value: object, path: str, least: int, most: int, *, longest_name: int | None = None
) -> Iterator[tuple[str, object]]:
    """Yield (path, value) of each member; one whose name is free text is shown by its number."""
    if not isinstance(value, dict) or not least <= len(value) <= most:
        raise _wrong(path, f"must be an object of {least} to {most} members")
    for number, (name, item) in enumerate(value.items()):
        if longest_name is None:
            yield f"{path}[{number}]", item
            continue
        _text(name, f"{path}: the name of member {number}", _WORD, 1, longest_name)
        yield f"{path}.{name}", item


def _items(value: object, path: str, least: int, most: int) -> Iterator[tuple[str, object]]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _wrong(path, f"must be a list of {least} to {most} items")
    yield from ((f"{path}[{number}]", item) for number, item in enumerate(value))


def _text(value: object, path: str, pattern: re.Pattern[str], least: int, most: int) -> str:
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise _wrong(path, f"must be text of {least} to {most} characters")
    if not value.isprintable() or pattern.fullmatch(value) is None:
        raise _wrong(path, "is not written as the format says")
    return value


def _whole(value: object, path: str, least: int, most: int | None = None) -> int:
    if type(value) is not int or value < least or (most is not None and value > most):
        raise _wrong(path, f"must be a whole number from {least}" + ("" if most is None else f" to {most}"))
    return value


def _time(value: object, path: str) -> int:
    try:
        moment = datetime.fromisoformat(_text(value, path, _TIME, 20, 35))
    except ValueError:  # no such day or hour
        raise _wrong(path, "is not a time") from None
    return (moment - _EPOCH) // timedelta(seconds=1)


def _wrong(path: str, what: str) -> InvalidAsset:
    return InvalidAsset(f"token list: {path or 'it'} {what}")
