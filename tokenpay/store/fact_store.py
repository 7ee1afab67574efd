"""What the bank says of itself, such as its name or its extended public key: a text by name."""

from sqlalchemy import Connection, bindparam, select, update

from tokenpay.errors import NotFound
from tokenpay.store.door import stored
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import bank

_FACT = select(bank.c.value).where(bank.c.name == bindparam("fact"))


class FactStore:
    """A fact is read once in a unit of work, and anew once one was locked or changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, str | None] = {}

    def set(self, name: str, value: str) -> None:
        self._known.clear()
        change = update(bank).where(bank.c.name == name).values(value=value)
        if self._connection.execute(change).rowcount == 0:
            # Two may find it missing at once: the second writes over what the first entered.
            enter = insert_missing(self._connection.dialect.name, bank)
            self._connection.execute(enter, {"name": name, "value": value})
            self._connection.execute(change)

    def get(self, name: str, default: str | None = None) -> str:
        """Return a fact; raises NotFound when there is none and no default."""
        if name not in self._known:
            self._known[name] = self._connection.execute(_FACT, {"fact": name}).scalar()
        value = self._known[name]
        if value is None and default is None:
            raise NotFound(f"the bank has no {name}")
        return str(value) if value is not None else str(default)

    @stored
    def number(self, name: str, default: int) -> int:
        """Return a fact that is a number; raises IntegrityError where it is none."""
        return int(self.get(name, str(default)))

    def lock(self, name: str) -> str:
        """Return a fact and keep others from changing it until this unit of work ends."""
        self._known.clear()
        return str(
            self._connection.execute(
                select(bank.c.value).where(bank.c.name == name).with_for_update(key_share=True)
            ).scalar_one()
        )
