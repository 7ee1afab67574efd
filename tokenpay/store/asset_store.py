"""The assets that this bank uses, as they were confirmed on their chain."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tokenpay.errors import InvalidAuthorization, NotFound
from tokenpay.ethereum.observed import TokenFacts
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.store.door import stored
from tokenpay.store.tables import assets

_GET = select(assets).where(assets.c.id == bindparam("asset"))
_ALL = select(assets).order_by(assets.c.id)
_OF_CHAIN = _ALL.where(assets.c.chain_id == bindparam("chain"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredAsset:
    """An asset with what its contract was when checked; not `active`: frozen, nothing moves in it."""

    asset: Asset
    active: bool
    checked_at_s: int
    token_name: str = ""
    token_version: str = ""
    domain_separator: bytes | None = None
    code_hash: bytes | None = None

    def domain(self) -> Domain:
        """Return a token's EIP-712 domain as it was read from the chain; raises InvalidAuthorization without one."""
        asset = self.asset
        if asset.contract is None or asset.chain_id is None or self.domain_separator is None:
            raise InvalidAuthorization(f"{asset.symbol} takes no authorizations (EIP-3009)")
        domain = Domain(
            name=self.token_name,
            version=self.token_version,
            chain_id=asset.chain_id,
            verifying_contract=asset.contract,
        )
        if domain.separator != self.domain_separator:
            raise InvalidAuthorization(f"{asset.symbol} has a domain of another form than EIP-712 names")
        return domain


class AssetStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, RegisteredAsset] = {}
        self._contracts: dict[int, frozenset[Address]] = {}

    def add(self, registered: RegisteredAsset) -> None:
        """Enter an asset; Conflict when it is there already."""
        asset = registered.asset
        self._contracts.clear()
        self._connection.execute(
            insert(assets),
            {
                "id": asset.id,
                "kind": asset.kind,
                "symbol": asset.symbol,
                "decimals": asset.decimals,
                "chain_id": asset.chain_id,
                "contract": asset.contract.text if asset.contract else None,
                "active": registered.active,
                "token_name": registered.token_name,
                "token_version": registered.token_version,
                "domain_separator": registered.domain_separator,
                "code_hash": registered.code_hash,
                "checked_at_s": registered.checked_at_s,
            },
        )

    def freeze(self, asset_id: str, *, at_s: int) -> None:
        """Take an asset out of use."""
        self._change(asset_id, active=False, checked_at_s=at_s)

    def unfreeze(self, asset_id: str, facts: TokenFacts, *, at_s: int) -> None:
        """Take a token back into use as its contract is now; its symbol and decimals stay the bank's."""
        self._change(
            asset_id,
            active=True,
            checked_at_s=at_s,
            token_name=facts.name,
            token_version=facts.version,
            domain_separator=facts.domain_separator,
            code_hash=facts.code_hash,
        )

    def mark_checked(self, asset_id: str, *, at_s: int) -> None:
        """Note that an asset's contract was found to be what it was."""
        self._change(asset_id, checked_at_s=at_s)

    def _change(self, asset_id: str, **values: object) -> None:
        self._connection.execute(update(assets).where(assets.c.id == asset_id).values(**values))
        self._known.pop(asset_id, None)

    def get(self, asset_id: str, *, lock: bool = False) -> RegisteredAsset:
        """Return an asset of this bank; raises NotFound."""
        if lock or asset_id not in self._known:
            query = _GET.with_for_update(key_share=True) if lock else _GET
            row = self._connection.execute(query, {"asset": asset_id}).one_or_none()
            if row is None:
                raise NotFound("this bank does not know the asset", asset=asset_id)
            self._known[asset_id] = _registered(row)
        return self._known[asset_id]

    def all(self, *, chain_id: int | None = None) -> list[RegisteredAsset]:
        """Return every asset, or those of one chain, ordered by id."""
        query, which = (_ALL, {}) if chain_id is None else (_OF_CHAIN, {"chain": chain_id})
        return [_registered(row) for row in self._connection.execute(query, which)]

    def contracts(self, chain_id: int) -> frozenset[Address]:
        """Return the contracts of every token of this bank on a chain, read once in a unit of work."""
        if chain_id not in self._contracts:
            found = {known.asset.contract for known in self.all(chain_id=chain_id)}
            self._contracts[chain_id] = frozenset(contract for contract in found if contract is not None)
        return self._contracts[chain_id]


@stored
def _registered(row: Row[Any]) -> RegisteredAsset:
    return RegisteredAsset(
        asset=Asset(
            id=row.id,
            symbol=row.symbol,
            decimals=row.decimals,
            kind=AssetKind(row.kind),
            chain_id=row.chain_id,
            contract=Address.parse(row.contract) if row.contract else None,
        ),
        active=row.active,
        checked_at_s=row.checked_at_s,
        token_name=row.token_name,
        token_version=row.token_version,
        domain_separator=row.domain_separator,
        code_hash=row.code_hash,
    )
