"""What bytes that are to be signed would do, in plain words for the person who decides.

The words come from the bytes and from the register of assets, and from nothing that a stranger
wrote: no name out of a message, no symbol off a chain. What is not wholly understood is unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self, TypeAlias

from tokenpay.errors import InvalidInput
from tokenpay.ethereum.abi import read_address, read_uint
from tokenpay.ethereum.grants.permit2 import MAX_ALLOWANCE_UNITS
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.money.asset import Asset

Assets: TypeAlias = Mapping[tuple[int, Address | None], Asset]
"""The register: by chain id and contract, or None for the chain's native coin."""
Lines: TypeAlias = tuple[tuple[str, str], ...]
Form: TypeAlias = Callable[[bytes, Asset], str]
"""Put a 32-byte word into words, amounts in an asset; raises InvalidInput where the word is none of the form."""

_LAST_DATED_S = 253_402_300_799  # the end of the year 9999


class MeaningKind(StrEnum):
    """What is done. Beside `unknown`, each kind is understood to its last byte."""

    UNKNOWN = "unknown"
    NATIVE_TRANSFER = "native_transfer"
    TOKEN_TRANSFER = "token_transfer"  # noqa: S105 - a kind of call, no password
    TOKEN_TRANSFER_FROM = "token_transfer_from"  # noqa: S105
    TOKEN_APPROVAL = "token_approval"  # noqa: S105
    TOKEN_PERMIT = "token_permit"  # noqa: S105
    DAI_PERMIT = "dai_permit"
    TRANSFER_WITH_AUTHORIZATION = "transfer_with_authorization"
    RECEIVE_WITH_AUTHORIZATION = "receive_with_authorization"
    CANCEL_AUTHORIZATION = "cancel_authorization"
    PERMIT2_ALLOWANCE = "permit2_allowance"
    PERMIT2_TRANSFER = "permit2_transfer"
    CONTRACT_CREATION = "contract_creation"
    DELEGATION = "delegation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is done, and its parts as (label, value) lines in the order to read them."""

    kind: MeaningKind
    lines: Lines

    @classmethod
    def unknown(cls, why: str, *facts: tuple[str, str]) -> Self:
        """Return that it is not known what is done, why, and what can be said for certain."""
        return cls(kind=MeaningKind.UNKNOWN, lines=(("why", why), *facts))

    def text(self) -> str:
        """Return the kind and the lines, one below the other."""
        width = max((len(label) for label, _ in self.lines), default=0) + 1
        lines = [f"{label + ':':{width}} {value}" for label, value in self.lines]
        return "\n".join([self.kind.replace("_", " "), *lines])


def find_asset(assets: Assets, chain_id: int, contract: Address | None) -> Asset:
    """Return the registered asset; raises InvalidInput where there is none, or it is another than its key says."""
    asset = assets.get((chain_id, contract))
    if asset is None or (asset.chain_id, asset.contract) != (chain_id, contract):
        raise InvalidInput("the token is not registered" if contract else "the chain's native coin is not registered")
    return asset


def token_line(asset: Asset) -> tuple[str, str]:
    """Return the line that names a token: its registered symbol and its whole CAIP-19 id."""
    return "token", f"{asset.symbol} {asset.id}"


def address(word: bytes, _: Asset) -> str:
    """A whole address, checksummed; the zero address is refused."""
    return read_address(word).text


def amount(word: bytes, asset: Asset) -> str:
    """Units as an amount of the asset."""
    return str(Amount(asset, read_uint(word)))


def allowance(word: bytes, asset: Asset) -> str:
    """Units that may be taken later."""
    return _allowance(read_uint(word), MAX_UNITS, asset)


def permit2_allowance(word: bytes, asset: Asset) -> str:
    """Units that may be taken later through Permit2, where 2**160 - 1 is no limit."""
    return _allowance(read_uint(word), MAX_ALLOWANCE_UNITS, asset)


def _allowance(units: int, unlimited_units: int, asset: Asset) -> str:
    if units == unlimited_units:
        return f"unlimited {asset.symbol}"
    return str(Amount(asset, units)) if units else f"none: what the spender had of {asset.symbol} is taken back"


def all_or_nothing(word: bytes, asset: Asset) -> str:
    """DAI's bool for an allowance."""
    allowed = read_uint(word)
    if allowed > 1:
        raise InvalidInput("a bool is 0 or 1")
    return _allowance(MAX_UNITS * allowed, MAX_UNITS, asset)


def moment(word: bytes, _: Asset) -> str:
    """A Unix time as a date in UTC, as far as there are dates."""
    at_s = read_uint(word)
    if at_s > _LAST_DATED_S:
        return "no end: after the year 9999"
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def moment_or_never(word: bytes, asset: Asset) -> str:
    """A Unix time, where 0 is no end (DAI)."""
    return moment(word, asset) if any(word) else "no end"


def moment_or_now(word: bytes, asset: Asset) -> str:
    """A Unix time, where 0 is the block that carries the message out (Permit2)."""
    return moment(word, asset) if any(word) else "the block that carries it out"


def number(word: bytes, _: Asset) -> str:
    """A plain number."""
    return str(read_uint(word))


def hexadecimal(word: bytes, _: Asset) -> str:
    """The 32 bytes themselves."""
    return "0x" + word.hex()
