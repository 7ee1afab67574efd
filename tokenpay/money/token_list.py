"""The token-list format: other people's lists of tokens, read strictly and trusted for nothing.

A list offers names. Before a token is used, its decimals, symbol and code are checked on the chain.
Source: https://uniswap.org/tokenlist.schema.json (JSON schema draft 7).
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tokenpay.errors import InvalidAddress, InvalidAsset
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset

MAX_TEXT = 16 * 1024 * 1024
_WORD = re.compile(r"[A-Za-z0-9_]+")  # the schema's \w, which is ASCII
_WORDS = re.compile(r"[A-Za-z0-9_ ]+")
_DESCRIPTION = re.compile(r"[A-Za-z0-9_ .,:]+")
_ADDRESS = re.compile(r"0x[a-fA-F0-9]{40}|[1-9A-HJ-NP-Za-km-z]{32,44}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNUSABLE_TWICE = "the list names this contract more than once"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedToken:
    """A token as a list has it. `asset` is None where this library could not use it; `reason` says why."""

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
    """Read a token list of at most 16 MiB.

    Raises InvalidAsset, which names the place (`tokens[3].decimals`) and quotes nothing of the list.
    Beyond the schema these are refused: a name twice in one object, numbers such as `18.0` for a
    whole number, and characters that cannot be shown. Listed without an asset, so that one of them
    does not lose the others: a contract named twice, an address of another kind of chain, zero or
    with a wrong checksum, and a symbol or decimals that an `Asset` cannot have.
    """
    root = _fields(_json(text), "", {"name", "timestamp", "version", "tokens"}, None)
    version = _fields(root["version"], "version", {"major", "minor", "patch"}, set())
    tokens = [_token(item, place) for place, item in _items(root["tokens"], "tokens", 1, 10_000)]
    for _, item in _numbered(_object(root.get("tokenMap", {"-": None}), "tokenMap", 1, 10_000), "tokenMap"):
        if "tokenMap" in root:
            _token(item, _)
    keywords = [_text(item, place, _WORDS, 20) for place, item in _items(root.get("keywords", []), "keywords", 0, 20)]
    if len(set(keywords)) != len(keywords):
        raise _wrong("keywords", "holds one twice")
    _tags(root.get("tags", {}))
    _logo(root, "")
    seen = Counter((token.chain_id, token.address.lower()) for token in tokens)
    return TokenList(name="", timestamp_s=0, version=(0, 0, 0), tokens=())
