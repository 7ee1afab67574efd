"""How far each chain was followed, which blocks were seen, the nonce allocator, and used authorizations."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.ethereum.observed import AuthorizationLog, Block
from tokenpay.money.address import Address
from tokenpay.store.door import stored
from tokenpay.store.tables import authorizations, blocks, chains

_ALL = select(chains).order_by(chains.c.chain_id)
_ONE = select(chains).where(chains.c.chain_id == bindparam("chain"))
_LOCK = _ONE.with_for_update(key_share=True)
_BLOCK = select(blocks.c.hash, blocks.c.timestamp_s).where(
    blocks.c.chain_id == bindparam("chain"), blocks.c.number == bindparam("height")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedChain:
    """`head_number` and `final_number` are the last blocks taken in; `halted` says why nothing moves, or is empty.

    `seen_at_s` is when the engine last had the chain's answer, `trouble` what kept its last turn from ending well.
    """

    chain_id: int
    treasury: Address
    native_asset_id: str
    next_nonce: int
    head_number: int
    final_number: int
    halted: str
    # Two engines that look at once have seen the same chain.
    seen_at_s: int | None = field(default=None, compare=False)
    trouble: str = field(default="", compare=False)


class ChainStore:
    """A chain's treasury and coin never change: they are read once in a unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[int, FollowedChain] = {}

    def add(self, chain: FollowedChain) -> None:
        self._connection.execute(
            insert(chains),
            {
                "chain_id": chain.chain_id,
                "treasury": chain.treasury.text,
                "native_asset_id": chain.native_asset_id,
                "next_nonce": chain.next_nonce,
                "head_number": chain.head_number,
                "final_number": chain.final_number,
                "halted": chain.halted,
            },
        )

    def all(self) -> list[FollowedChain]:
        return [_followed(row) for row in self._connection.execute(_ALL)]

    def get(self, chain_id: int, *, lock: bool = False) -> FollowedChain:
        """Return a chain of this bank; raises NotFound."""
        row = self._connection.execute(_LOCK if lock else _ONE, {"chain": chain_id}).one_or_none()
        if row is None:
            raise NotFound("this bank does not work on the chain", chain_id=chain_id)
        return _followed(row)

    def treasury(self, chain_id: int) -> Address:
        """Return the address that a chain's money is paid from; raises NotFound."""
        return self._read_once(chain_id).treasury

    def native_asset_id(self, chain_id: int) -> str:
        """Return the coin that a chain's transactions are paid in; raises NotFound."""
        return self._read_once(chain_id).native_asset_id

    def _read_once(self, chain_id: int) -> FollowedChain:
        if chain_id not in self._known:
            self._known[chain_id] = self.get(chain_id)
        return self._known[chain_id]

    def advance(self, chain_id: int, *, head_number: int | None = None, final_number: int | None = None) -> None:
        values = {"head_number": head_number, "final_number": final_number}
        kept = {name: value for name, value in values.items() if value is not None}
        self._connection.execute(update(chains).where(chains.c.chain_id == chain_id).values(**kept))

    def set_next_nonce(self, chain_id: int, nonce: int) -> None:
        self._connection.execute(update(chains).where(chains.c.chain_id == chain_id).values(next_nonce=nonce))

    def set_halted(self, chain_id: int, reason: str) -> None:
        self._connection.execute(update(chains).where(chains.c.chain_id == chain_id).values(halted=reason))

    def note(self, chain_id: int, *, seen_at_s: int | None, trouble: str) -> None:
        """Keep what the engine saw of a chain; `seen_at_s` None leaves the time as it was."""
        values: dict[str, object] = {"trouble": trouble}
        if seen_at_s is not None:
            values["seen_at_s"] = seen_at_s
        self._connection.execute(update(chains).where(chains.c.chain_id == chain_id).values(values))

    def add_block(self, chain_id: int, block: Block) -> None:
        self._connection.execute(
            insert(blocks),
            {"chain_id": chain_id, "number": block.number, "hash": block.hash, "timestamp_s": block.timestamp_s},
        )

    def block(self, chain_id: int, number: int) -> tuple[bytes, int] | None:
        """Return (hash, timestamp in Unix seconds) of the block taken in at this height, if any."""
        row = self._connection.execute(_BLOCK, {"chain": chain_id, "height": number}).first()
        return None if row is None else (row.hash, row.timestamp_s)

    def newest_block_s(self) -> int | None:
        """Return the latest time that any chain's head says, in Unix seconds; None where no block was taken in."""
        heads = [self.block(chain.chain_id, chain.head_number) for chain in self.all()]
        return max((head[1] for head in heads if head is not None), default=None)

    def drop_blocks(self, chain_id: int, *, from_number: int) -> None:
        """Forget orphaned blocks and the authorizations used in them."""
        self._connection.execute(delete(blocks).where(blocks.c.chain_id == chain_id, blocks.c.number >= from_number))
        self._connection.execute(
            delete(authorizations).where(
                authorizations.c.chain_id == chain_id, authorizations.c.block_number >= from_number
            )
        )

    def add_authorization(self, chain_id: int, log: AuthorizationLog) -> None:
        self._connection.execute(
            insert(authorizations),
            {
                "chain_id": chain_id,
                "block_hash": log.block_hash,
                "log_index": log.log_index,
                "block_number": log.block_number,
                "contract": log.contract.text,
                "authorizer": log.authorizer.text,
                "nonce": log.nonce,
                "transaction_hash": log.transaction_hash,
            },
        )

    def authorization_used(
        self, chain_id: int, *, contract: Address, authorizer: str, nonce: bytes, up_to_block: int | None = None
    ) -> bytes | None:
        """Return the hash of the transaction that carried an authorization out, at or before a block, or None."""
        query = select(authorizations.c.transaction_hash).where(
            authorizations.c.chain_id == chain_id,
            authorizations.c.nonce == nonce,
            authorizations.c.contract == contract.text,
            authorizations.c.authorizer == authorizer,
        )
        if up_to_block is not None:
            query = query.where(authorizations.c.block_number <= up_to_block)
        return self._connection.execute(query).scalar()


@stored
def _followed(row: Row[Any]) -> FollowedChain:
    return FollowedChain(**{**row._mapping, "treasury": Address.parse(row.treasury)})
