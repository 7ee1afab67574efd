"""What the bank says of itself, such as its name or its extended public key: a text by name."""

from sqlalchemy import Connection, bindparam, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.store.tables import bank

_FACT = select(bank.c.value).where(bank.c.name == bindparam("fact"))


class FactStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, name: str, value: str) -> None:
        done = self._connection.execute(update(bank).where(bank.c.name == name).values(value=value))
        if done.rowcount == 0:
            self._connection.execute(insert(bank), {"name": name, "value": value})

    def get(self, name: str, default: str | None = None) -> str:
        """Return a fact; raises NotFound when there is none and no default."""
        value = self._connection.execute(_FACT, {"fact": name}).scalar()
        if value is None and default is None:
            raise NotFound(f"the bank has no {name}")
        return str(value) if value is not None else str(default)

    def lock(self, name: str) -> str:
        """Return a fact and keep others from changing it until this unit of work ends."""
        return str(
            self._connection.execute(
                select(bank.c.value).where(bank.c.name == name).with_for_update(key_share=True)
            ).scalar_one()
        )
