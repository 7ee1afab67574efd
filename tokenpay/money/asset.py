"""What an amount is of: a token, a chain's native coin, or cash."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from tokenpay.errors import InvalidAsset
from tokenpay.money.address import Address, caip2, parse_caip2
from tokenpay.money.currency import CURRENCIES

MAX_DECIMALS = 36
_SYMBOL = re.compile(r"[!-~]{1,20}")
_SLIP44 = re.compile(r"0|[1-9][0-9]{0,9}")
_SLIP44_ETHER = 60
_COLLECTIBLES = frozenset({"erc721", "erc1155"})
_CAIP19_FORM = "an asset is written eip155:<chain>/erc20:<contract> or eip155:<chain>/slip44:<coin>"


class AssetKind(StrEnum):
    """What kind of thing an amount is of."""

    TOKEN = "token"  # noqa: S105 - a kind of asset, no password
    NATIVE = "native"
    CASH = "cash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One asset: equal when its id is equal and its decimals agree.

    `id` is CAIP-19 for tokens (`eip155:1/erc20:0x…`) and native coins (`eip155:1/slip44:60`),
    and `iso4217:EUR` for cash. `decimals` is how many digits stand after the point.
    The symbol is a label for people: it never decides anything.
    """

    id: str
    symbol: str = field(compare=False)
    decimals: int
    kind: AssetKind
    chain_id: int | None = None
    contract: Address | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= MAX_DECIMALS:
            raise InvalidAsset(f"an asset has 0 to {MAX_DECIMALS} decimals")
        if _SYMBOL.fullmatch(self.symbol) is None:
            raise InvalidAsset("a symbol is 1 to 20 visible ASCII characters")
        if self.id != self._id():
            raise InvalidAsset("the asset id does not agree with its parts", asset=self.id)

    def _id(self) -> str:
        if self.kind is AssetKind.CASH:
            _, minor_units = CURRENCIES.get(self.symbol, ("", None))
            if self.decimals != minor_units or self.chain_id is not None or self.contract is not None:
                raise InvalidAsset("cash is an ISO 4217 currency with that currency's decimals, on no chain")
            return f"iso4217:{self.symbol}"
        if self.chain_id is None:
            raise InvalidAsset("a token or native coin belongs to a chain")
        if (self.contract is None) is (self.kind is AssetKind.TOKEN):
            raise InvalidAsset("a token has a contract, and a native coin has none")
        if self.contract is None:
            return f"{caip2(self.chain_id)}/slip44:{_slip44(self.id)}"
        return f"{caip2(self.chain_id)}/erc20:{self.contract.text}"

    @classmethod
    def token(cls, chain_id: int, contract: Address, *, symbol: str, decimals: int) -> Self:
        """Return the ERC-20 token of `contract`; decimals must later be confirmed on the chain."""
        return cls(
            id=f"{caip2(chain_id)}/erc20:{contract.text}",
            symbol=symbol,
            decimals=decimals,
            kind=AssetKind.TOKEN,
            chain_id=chain_id,
            contract=contract,
        )

    @classmethod
    def native(cls, chain_id: int, *, symbol: str = "ETH", slip44: int = _SLIP44_ETHER) -> Self:
        """Return a chain's own coin, with 18 decimals."""
        return cls(
            id=f"{caip2(chain_id)}/slip44:{slip44}",
            symbol=symbol,
            decimals=18,
            kind=AssetKind.NATIVE,
            chain_id=chain_id,
        )

    @classmethod
    def cash(cls, currency: str) -> Self:
        """Return notes and coins of an ISO 4217 currency, such as `EUR`; raises InvalidAsset."""
        if currency not in CURRENCIES:
            raise InvalidAsset("not an ISO 4217 currency code")
        _, minor_units = CURRENCIES[currency]
        return cls(id=f"iso4217:{currency}", symbol=currency, decimals=minor_units, kind=AssetKind.CASH)

    def __str__(self) -> str:
        return self.symbol


def _slip44(asset_id: str) -> str:
    reference = asset_id.rpartition(":")[2]
    if _SLIP44.fullmatch(reference) is None:
        raise InvalidAsset("a native coin is named by its SLIP-44 number")
    return reference


def parse_caip19(text: str) -> tuple[int, Address | None]:
    """Read a CAIP-19 id and return (chain id, contract); the contract is None for a native coin.

    Raises InvalidAddress or InvalidAsset, which names a known other chain (`namespace`, see `parse_caip2`) or a
    collectible (`standard`: a thing that is not counted in units is no asset here).
    """
    chain, separator, rest = text.partition("/")
    standard, colon, reference = rest.partition(":")
    if not separator or not colon:
        raise InvalidAsset(_CAIP19_FORM)
    chain_id = parse_caip2(chain)
    if standard in _COLLECTIBLES:
        raise InvalidAsset("a collectible is no asset that has an amount", standard=standard)
    if standard == "erc20":
        return chain_id, Address.parse(reference)
    if standard == "slip44" and _SLIP44.fullmatch(reference):
        return chain_id, None
    raise InvalidAsset(_CAIP19_FORM)
