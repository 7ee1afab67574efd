"""What collections and sweeps carry to the chain: EIP-3009 authorizations."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from tokenpay.store.tables import carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The EIP-3009 calldata of a collection or sweep; (authorizer, nonce) is carried once, ever."""

    payment_id: str
    calldata: bytes
    authorizer: str
    nonce: bytes


class CarriedStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, carry: Carried) -> None:
        """Enter what a payment carries; Conflict when another carries it."""
        self._connection.execute(insert(carried), asdict(carry))

    def of(self, payment_id: str) -> Carried | None:
        """Return what a payment carries, if anything."""
        return self.all_of([payment_id]).get(payment_id)

    def all_of(self, payment_ids: Iterable[str]) -> dict[str, Carried]:
        """Return what each of these payments carries, by its id, without those that carry nothing."""
        rows = self._connection.execute(select(carried).where(carried.c.payment_id.in_(sorted(payment_ids))))
        return {row.payment_id: Carried(**row._mapping) for row in rows}

    def holds(self, authorizer: str, nonce: bytes) -> bool:
        """Tell whether a payment carries this authorization."""
        query = select(carried.c.payment_id).where(carried.c.authorizer == authorizer, carried.c.nonce == nonce)
        return self._connection.execute(query).first() is not None

    def drop(self, payment_id: str) -> None:
        """Forget an authorization that was never signed into a transaction, or only into one that failed for good.

        Another payment may carry it.
        """
        self._connection.execute(delete(carried).where(carried.c.payment_id == payment_id))
