"""Requests, their deposit addresses, and how much of each was credited."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.requests.payment_request import PaymentRequest, Terms
from tokenpay.requests.request_state import WAITING, RequestState
from tokenpay.store.asset_store import AssetStore
from tokenpay.store.door import parts, readable, rows_limit, stored
from tokenpay.store.tables import requests
from tokenpay.store.writes import Writes

_ADD = insert(requests)
_LOCK = (
    select(requests)
    .where(requests.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(requests.c.id)
    .with_for_update(key_share=True)
)
_EXPIRED = (
    select(requests)
    .where(
        requests.c.state.in_(sorted(state.value for state in WAITING)),
        requests.c.expires_at_s <= bindparam("now_s"),
        requests.c.chain_id.is_(None) | requests.c.chain_id.not_in(bindparam("except_chains", expanding=True)),
    )
    .order_by(requests.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_ADDRESSES = select(requests.c.deposit_address).where(
    requests.c.chain_id == bindparam("chain"), requests.c.deposit_address.in_(bindparam("addresses", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRequest:
    """A request as the bank keeps it: its content, where it stands, and the index of its deposit address."""

    request: PaymentRequest
    state: RequestState
    credited_units: int = 0
    deposit_index: int | None = None


class RequestStore:
    """A request that is locked is read once in a unit of work. A deposit address belongs to its request for good."""

    def __init__(self, connection: Connection, writes: Writes, assets: AssetStore) -> None:
        self._connection = connection
        self._writes = writes
        self._assets = assets
        self._locked: dict[str, IssuedRequest] = {}
        self._owned: dict[tuple[int, Address], bool] = {}

    def add(self, issued: IssuedRequest) -> None:
        request = issued.request
        self._writes.enter(
            _ADD,
            [
                {
                    "id": request.id,
                    "payee": request.payee.partition("/")[2],
                    "asset_id": request.asset.id,
                    "units": request.amount.units if request.amount is not None else None,
                    "remittance_information": request.remittance_information,
                    "created_at_s": request.created_at_s,
                    "expires_at_s": request.expires_at_s,
                    "state": issued.state,
                    "credited_units": issued.credited_units,
                    "terms": request.terms,
                    "chain_id": request.asset.chain_id,
                    "deposit_address": request.deposit_address.text if request.deposit_address else None,
                    "deposit_index": issued.deposit_index,
                }
            ],
        )

    def next_index(self) -> int:
        """Return a deposit index that no request has; a race for it ends in Conflict, never in sharing."""
        last = self._connection.execute(select(func.max(requests.c.deposit_index))).scalar()
        return 0 if last is None else int(last) + 1

    def get(self, request_id: str, *, lock: bool = False) -> IssuedRequest:
        """Return a request; raises NotFound."""
        if lock:
            self.lock([request_id])
        if request_id in self._locked:
            return self._locked[request_id]
        row = self._connection.execute(select(requests).where(requests.c.id == request_id)).one_or_none()
        if row is None:
            raise NotFound("there is no such request", request=request_id)
        return self._issued(row)

    def lock(self, request_ids: Iterable[str]) -> None:
        """Lock all of these requests, in the order of their ids; what is not there is passed over."""
        missing = sorted(set(request_ids) - self._locked.keys())
        if missing:
            for row in self._connection.execute(_LOCK, {"ids": missing}):
                self._locked[row.id] = self._issued(row)

    def owns(self, chain_id: int, address: Address) -> bool:
        """Tell whether an address is the deposit address of a request."""
        if (chain_id, address) not in self._owned:
            self.ask(chain_id, [address])
        return self._owned[chain_id, address]

    def ask(self, chain_id: int, addresses: Iterable[Address]) -> None:
        """Find out of all of these addresses at once whether they are deposit addresses of requests."""
        by_text = {address.text: address for address in addresses}
        rows = self._connection.execute(_ADDRESSES, {"chain": chain_id, "addresses": sorted(by_text)})
        owned = set(rows.scalars())
        self._owned.update({(chain_id, address): text in owned for text, address in by_text.items()})

    def by_address(self, chain_id: int, addresses: Iterable[Address]) -> dict[str, IssuedRequest]:
        """Return the requests that can be read whose deposit address is among `addresses`, by EIP-55 text."""
        found: list[IssuedRequest] = []
        for part in parts(sorted({address.text for address in addresses})):
            query = select(requests).where(requests.c.chain_id == chain_id, requests.c.deposit_address.in_(part))
            found += readable(self._connection.execute(query), self._issued)
        return {issued.request.deposit_address.text: issued for issued in found if issued.request.deposit_address}

    def find(
        self, *, payee: str | None = None, states: Iterable[RequestState] | None = None, limit: int = 1000
    ) -> list[IssuedRequest]:
        """Return the requests that can be read, newest first."""
        query = select(requests).order_by(requests.c.created_at_s.desc(), requests.c.id).limit(rows_limit(limit))
        if payee is not None:
            query = query.where(requests.c.payee == payee)
        if states is not None:
            query = query.where(requests.c.state.in_([state.value for state in states]))
        return readable(self._connection.execute(query), self._issued)

    def expired(self, *, now_s: int, except_chains: Collection[int], limit: int) -> list[IssuedRequest]:
        """Return requests that can be read and still wait for money past their expiry, but those of some chains."""
        wanted = {"now_s": now_s, "except_chains": list(except_chains), "limit": limit}
        return readable(self._connection.execute(_EXPIRED, wanted), self._issued)

    def update(self, request_id: str, *, state: RequestState, credited_units: int) -> None:
        self._connection.execute(
            update(requests).where(requests.c.id == request_id).values(state=state, credited_units=credited_units)
        )
        if request_id in self._locked:
            before = self._locked[request_id]
            self._locked[request_id] = replace(before, state=state, credited_units=credited_units)

    @stored
    def _issued(self, row: Row[Any]) -> IssuedRequest:
        asset = self._assets.get(row.asset_id).asset
        return IssuedRequest(
            request=PaymentRequest(
                id=row.id,
                payee=f"customer/{row.payee}",
                asset=asset,
                amount=Amount(asset, row.units) if row.units is not None else None,
                created_at_s=row.created_at_s,
                expires_at_s=row.expires_at_s,
                remittance_information=row.remittance_information,
                deposit_address=Address.parse(row.deposit_address) if row.deposit_address else None,
                terms=Terms(row.terms),
            ),
            state=RequestState(row.state),
            credited_units=row.credited_units,
            deposit_index=row.deposit_index,
        )
