"""Deposits, each by (chain, block hash, log index)."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, insert, select, update

from tokenpay.ledger.transfer import TransferState
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.payments.deposit import Deposit, DepositOutcome, DepositState
from tokenpay.store.asset_store import AssetStore
from tokenpay.store.door import rows_limit, stored
from tokenpay.store.final_transfer import IN_PARTS, FinalTransfer, country_of
from tokenpay.store.tables import chains, deposits, entries, transfers

_ANY_CHAIN = deposits.c.chain_id.in_(select(chains.c.chain_id))
"""Said so, what waits is found by the index that begins with the chain, and not by a look at all that ever came."""
_SEEN = (_ANY_CHAIN, deposits.c.state == DepositState.SEEN.value)


_C = deposits.c
_WHERE = {
    "chain_id": _C.chain_id == bindparam("chain_id"),
    "states": _C.state.in_(bindparam("states", expanding=True)),
    "up_to_block": _C.block_number <= bindparam("up_to_block"),
    "from_block": _C.block_number >= bindparam("from_block"),
    "request_id": _C.request_id == bindparam("request_id"),
    "deposit_id": _C.id == bindparam("deposit_id"),
    "address": _C.address == bindparam("address"),
}


@cache
def _found(*given: str, lock: bool) -> Select[Any]:
    """Return the query for deposits where these are given, built once: an engine asks it in each turn."""
    query = select(deposits).order_by(_C.chain_id, _C.block_number, _C.log_index, _C.id)
    query = query.where(*(_WHERE[name] for name in given if name in _WHERE))
    if "states" in given and "chain_id" not in given:
        query = query.where(_ANY_CHAIN)
    if "limit" in given:
        query = query.limit(bindparam("limit", type_=Integer))
    return query.with_for_update(key_share=True) if lock else query


class DepositStore:
    def __init__(self, connection: Connection, assets: AssetStore) -> None:
        self._connection = connection
        self._assets = assets

    def add(self, deposit: Deposit) -> None:
        """Enter a deposit; Conflict when the same log is there already."""
        self._connection.execute(
            insert(deposits),
            {
                "id": deposit.id,
                "chain_id": deposit.chain_id,
                "block_hash": deposit.block_hash,
                "log_index": deposit.log_index,
                "block_number": deposit.block_number,
                "transaction_hash": deposit.transaction_hash,
                "address": deposit.address.text,
                "sender": deposit.sender.text if deposit.sender else None,
                "asset_id": deposit.amount.asset.id,
                "units": deposit.amount.units,
                "request_id": deposit.request_id,
                "state": deposit.state,
                "outcome": deposit.outcome,
                "seen_at_s": deposit.seen_at_s,
            },
        )

    def update(self, deposit: Deposit) -> None:
        """Write a deposit's state and outcome."""
        self._connection.execute(
            update(deposits).where(deposits.c.id == deposit.id).values(state=deposit.state, outcome=deposit.outcome)
        )

    def find(
        self,
        *,
        chain_id: int | None = None,
        states: Iterable[DepositState] | None = None,
        up_to_block: int | None = None,
        from_block: int | None = None,
        request_id: str | None = None,
        deposit_id: str | None = None,
        address: Address | None = None,
        lock: bool = False,
        limit: int | None = None,
    ) -> list[Deposit]:
        """Return deposits that match all that is given, in chain order."""
        wanted = {
            "chain_id": chain_id,
            "states": None if states is None else [state.value for state in states],
            "up_to_block": up_to_block,
            "from_block": from_block,
            "request_id": request_id,
            "deposit_id": deposit_id,
            "address": None if address is None else address.text,
            "limit": rows_limit(limit),
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return [self._deposit(row) for row in self._connection.execute(_found(*given, lock=lock), given)]

    def waiting(self) -> dict[int, int]:
        """Return how many deposits of each chain were seen and are not final yet."""
        query = select(deposits.c.chain_id, func.count()).where(*_SEEN)
        return {chain_id: count for chain_id, count in self._connection.execute(query.group_by(deposits.c.chain_id))}

    def incoming_units(self, account_id: str) -> int:
        """Return what deposits that were seen and are not final yet will bring to an account."""
        theirs = (transfers.c.credit_account == account_id, transfers.c.state == TransferState.PENDING)
        query = select(transfers.c.units).join(deposits, deposits.c.id == transfers.c.deposit_id)
        return sum(self._connection.execute(query.where(*_SEEN, *theirs)).scalars())

    def final_transfers(self, since_s: int, until_s: int) -> Iterator[FinalTransfer]:
        """Yield each deposit that was judged in [since_s, until_s), with what really came; it comes to no branch."""
        column = deposits.c
        query = (
            select(
                column.id,
                column.chain_id,
                column.asset_id,
                column.sender,
                column.address,
                country_of(column.id),
                entries.c.at_s,
                entries.c.units,
            )
            .join(transfers, transfers.c.deposit_id == column.id)
            .join(entries, entries.c.transfer_id == transfers.c.id)
            .where(entries.c.side == "debit", entries.c.at_s >= since_s, entries.c.at_s < until_s)
            .order_by(column.id)
        )
        found = self._connection.execute(query, execution_options=IN_PARTS)
        for _, brought in groupby(found, key=lambda row: row.id):  # what is credited, and what stands under a case
            row, *others = brought
            yield FinalTransfer(
                id=row.id,
                at_s=row.at_s,
                branch="",
                kind="deposit",
                asset_id=row.asset_id,
                units=row.units + sum(other.units for other in others),
                debtor=f"eip155:{row.chain_id}:{row.sender}" if row.sender else "",
                creditor=f"eip155:{row.chain_id}:{row.address}",
                country=row.country or "",
            )

    @stored
    def _deposit(self, row: Row[Any]) -> Deposit:
        return Deposit(
            chain_id=row.chain_id,
            block_hash=row.block_hash,
            log_index=row.log_index,
            block_number=row.block_number,
            transaction_hash=row.transaction_hash,
            address=Address.parse(row.address),
            sender=Address.parse(row.sender) if row.sender else None,
            amount=Amount(self._assets.get(row.asset_id).asset, row.units),
            request_id=row.request_id,
            state=DepositState(row.state),
            outcome=DepositOutcome(row.outcome) if row.outcome else None,
            seen_at_s=row.seen_at_s,
        )
