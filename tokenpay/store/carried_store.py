"""What collections and sweeps carry to the chain: EIP-3009 authorizations."""

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
        row = self._connection.execute(select(carried).where(carried.c.payment_id == payment_id)).one_or_none()
        return None if row is None else Carried(**row._mapping)

    def holds(self, authorizer: str, nonce: bytes) -> bool:
        """Tell whether a payment carries this authorization."""
        query = select(carried.c.payment_id).where(carried.c.authorizer == authorizer, carried.c.nonce == nonce)
        return self._connection.execute(query).first() is not None

    def drop(self, payment_id: str) -> None:
        """Forget an authorization that was never signed into a transaction: another payment may carry it."""
        self._connection.execute(delete(carried).where(carried.c.payment_id == payment_id))
