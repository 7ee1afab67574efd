"""Screening lists, each by its name, with the parties, names and addresses that stand on them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, Row, bindparam, delete, insert, select, update

from tokenpay.compliance.canonical_address import canonical_addresses
from tokenpay.compliance.list_contents import ListContents
from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.screening import ListHit
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.money.address import Address
from tokenpay.primitives.canonical import canonical_text, parse_canonical
from tokenpay.store.door import parts, stored
from tokenpay.store.tables import listed_addresses, listed_names, listed_parties, screening_lists

_ALL = select(screening_lists).order_by(screening_lists.c.name)
_HITS = select(listed_addresses.c.canonical, listed_addresses.c.list_name, listed_addresses.c.entry_id).where(
    listed_addresses.c.canonical.in_(bindparam("wanted", expanding=True))
)


class ListStore:
    """Lists are read once in a unit of work, and what they say of an address is asked of them once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._hits: dict[str, frozenset[ListHit]] = {}

    def replace(self, known: ScreeningList, parties: Sequence[ListedParty]) -> None:
        """Put a list in the place of the one of the same name, whole."""
        self._forget()
        for table in (listed_addresses, listed_names, listed_parties):
            self._connection.execute(delete(table).where(table.c.list_name == known.name))
        self._connection.execute(delete(screening_lists).where(screening_lists.c.name == known.name))
        self._connection.execute(insert(screening_lists), _row(known))
        for some in parts(parties):
            for table, rows in (
                (listed_parties, [_party_row(known.name, party) for party in some]),
                (listed_names, [row for party in some for row in _name_rows(known.name, party)]),
                (listed_addresses, [row for party in some for row in _address_rows(known.name, party)]),
            ):
                if rows:
                    self._connection.execute(insert(table), rows)

    def doubt(self, name: str, *, source_hash: str, by: str) -> None:
        """Write down which newer file of a list waits for a second person, or, with empty words, that none does."""
        self._forget()
        change = update(screening_lists).where(screening_lists.c.name == name)
        self._connection.execute(change.values(doubted_hash=source_hash, doubted_by=by))

    def all(self) -> tuple[ScreeningList, ...]:
        """Return all lists, ordered by name."""
        return self._all

    @cached_property
    def _all(self) -> tuple[ScreeningList, ...]:
        return tuple(_list(row) for row in self._connection.execute(_ALL))

    def find(self, name: str) -> ScreeningList | None:
        """Return the list of a name, or None."""
        return next((known for known in self.all() if known.name == name), None)

    def hits(self, address: Address) -> frozenset[ListHit]:
        """Return where an address stands, under whatever ticker it was listed."""
        return self.hits_of([_key(address)])

    def hits_of(self, canonical: Iterable[str]) -> frozenset[ListHit]:
        """Return where any of these addresses stands; each is as `canonical_addresses` writes it."""
        wanted = list(canonical)
        self._ask(wanted)
        return frozenset(hit for one in wanted for hit in self._hits[one])

    def ask(self, addresses: Iterable[Address]) -> None:
        """Find out of all of these addresses at once where they stand."""
        self._ask([_key(address) for address in addresses])

    def _ask(self, wanted: Iterable[str]) -> None:
        unknown = sorted({one for one in wanted if one not in self._hits})
        found: dict[str, set[ListHit]] = {one: set() for one in unknown}
        for some in parts(unknown):
            for canonical, list_name, entry_id in self._connection.execute(_HITS, {"wanted": some}):
                found[canonical].add(ListHit(list_name=list_name, entry_id=entry_id))
        self._hits.update({one: frozenset(hits) for one, hits in found.items()})

    def parties(self, list_name: str, entry_id: str | None = None) -> Iterator[ListedParty]:
        """Yield the parties of a list, by id, or the one of an entry, with their names and addresses."""
        found: dict[str, list[Any]] = {}
        for table, order in (
            (listed_parties, ()),
            (listed_names, (listed_names.c.position,)),
            (listed_addresses, (listed_addresses.c.position,)),
        ):
            query = select(table).where(table.c.list_name == list_name).order_by(table.c.entry_id, *order)
            if entry_id is not None:
                query = query.where(table.c.entry_id == entry_id)
            found[table.name] = list(self._connection.execute(query))
        names, addresses = (_by_entry(found[table.name]) for table in (listed_names, listed_addresses))
        for row in found[listed_parties.name]:
            yield _party(row, names[row.entry_id], addresses[row.entry_id])

    def contents(self, list_name: str) -> ListContents:
        """Return whom and what a list names."""

        def rows(*columns: Column[str]) -> Iterable[Row[Any]]:
            return self._connection.execute(select(*columns).where(columns[0].table.c.list_name == list_name))

        kinds = {row.entry_id: row.kind for row in rows(listed_parties.c.entry_id, listed_parties.c.kind)}
        names = rows(listed_names.c.entry_id, listed_names.c.name)
        return ListContents(
            parties=frozenset(kinds.items()),
            names=frozenset((row.entry_id, kinds[row.entry_id], row.name) for row in names),
            addresses=frozenset(row.canonical for row in rows(listed_addresses.c.canonical)),
        )

    def names(self, list_name: str) -> Iterator[tuple[str, str]]:
        """Yield (entry id, name) of every name on a list, by entry, the primary name of each first."""
        query = select(listed_names.c.entry_id, listed_names.c.name).where(listed_names.c.list_name == list_name)
        for row in self._connection.execute(query.order_by(listed_names.c.entry_id, listed_names.c.position)):
            yield row.entry_id, row.name

    def digest(self, list_name: str) -> str:
        """Return SHA-256, in hexadecimal digits, of every row that a list stands in, whatever order they come in."""
        lines = [
            canonical_text([table.name, *row])
            for table in (listed_parties, listed_names, listed_addresses)
            for row in self._connection.execute(select(table).where(table.c.list_name == list_name))
        ]
        return sha256("\n".join(sorted(lines)).encode("ascii")).hexdigest()

    def _forget(self) -> None:
        self._hits.clear()
        self.__dict__.pop("_all", None)


def _key(address: Address) -> str:
    return f"0x{address.raw.hex()}"


def _row(known: ScreeningList) -> dict[str, Any]:
    return {
        "name": known.name,
        "form": known.form.value,
        "version": known.version,
        "dated_s": known.dated_s,
        "source_hash": known.source_hash,
        "parties": known.parties,
        "names": known.names,
        "addresses": canonical_text(dict(known.addresses)),
        "signed_by": known.signed_by,
        "loaded_at_s": known.loaded_at_s,
        "loaded_by": known.loaded_by,
        "confirmed_by": known.confirmed_by,
        "doubted_hash": known.doubted_hash,
        "doubted_by": known.doubted_by,
        "losses": canonical_text({what: list(of) for what, of in known.losses.items()}),
    }


@stored
def _list(row: Row[Any]) -> ScreeningList:
    content = row._asdict()
    addresses = parse_canonical(content.pop("addresses"))
    losses = {what: (gone, of) for what, (gone, of) in parse_canonical(content.pop("losses")).items()}
    return ScreeningList(**{**content, "form": ListForm(content["form"]), "addresses": addresses, "losses": losses})


def _party_row(list_name: str, party: ListedParty) -> dict[str, Any]:
    programs = canonical_text(list(party.programs))
    return {"list_name": list_name, "entry_id": party.id, "kind": party.kind.value, "programs": programs}


def _name_rows(list_name: str, party: ListedParty) -> Iterator[dict[str, Any]]:
    for position, name in enumerate(party.names):
        yield {"list_name": list_name, "entry_id": party.id, "position": position, "name": name}


def _address_rows(list_name: str, party: ListedParty) -> Iterator[dict[str, Any]]:
    """A text may hold several addresses, as a request does: each is found."""
    for position, address in enumerate(party.addresses):
        for canonical in canonical_addresses(address.text) or (address.text,):
            yield {
                "list_name": list_name,
                "entry_id": party.id,
                "position": position,
                "canonical": canonical,
                "ticker": address.ticker,
                "text": address.text,
            }


def _by_entry(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.entry_id].append(row)
    return found


@stored
def _party(row: Row[Any], names: list[Row[Any]], addresses: list[Row[Any]]) -> ListedParty:
    firsts = [next(same) for _, same in groupby(addresses, key=lambda address: address.position)]
    return ListedParty(
        id=row.entry_id,
        kind=ListedKind(row.kind),
        names=tuple(name.name for name in names),
        addresses=tuple(ListedAddress(ticker=address.ticker, text=address.text) for address in firsts),
        programs=tuple(parse_canonical(row.programs)),
    )
