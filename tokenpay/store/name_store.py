"""What lists say of names, by party and version of the list, and which hits two people let go."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, literal, or_, select, update

from tokenpay.compliance.listed_party import ListedKind
from tokenpay.compliance.name_hit import NameHit
from tokenpay.compliance.name_release import NameRelease
from tokenpay.compliance.name_verdict import NamedParty, NameVerdict, Uncompared
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import IntegrityError, NotFound
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.operator import Permission
from tokenpay.primitives.canonical import canonical_text, parse_canonical
from tokenpay.store.door import parts, stored
from tokenpay.store.operator_store import OperatorStore
from tokenpay.store.tables import customers, name_releases, name_verdicts, travel_rules

_V, _R = name_verdicts, name_releases
_OF = select(_V).where(_V.c.party.in_(bindparam("parties", expanding=True)))
_RELEASED = select(_R).where(_R.c.party == bindparam("party"), _R.c.confirmed_by.is_not(None))
FAILED_AGAIN_S = 3_600
"""How long a comparison that failed is left alone."""


class NameStore:
    """What lists say of a party is read once in a unit of work. A release counts with its two people's signatures."""

    def __init__(self, connection: Connection, operators: OperatorStore) -> None:
        self._connection = connection
        self._operators = operators
        self._verdicts: dict[str, dict[str, NameVerdict]] = {}

    def ask(self, parties: Iterable[str]) -> None:
        """Read what the lists say of all of these parties at once."""
        unknown = sorted(set(parties) - self._verdicts.keys())
        for some in parts(unknown):
            found: dict[str, dict[str, NameVerdict]] = {party: {} for party in some}
            for row in self._connection.execute(_OF, {"parties": some}):
                found[row.party][row.list_name] = _verdict(row)
            self._verdicts.update(found)

    def verdicts(self, party: NamedParty) -> Mapping[str, NameVerdict]:
        """Return the newest verdict of each list on a party, by the list's name; it may be of other names."""
        self.ask([party.id])
        return self._verdicts[party.id]

    def put(self, verdicts: Sequence[NameVerdict]) -> None:
        """Write verdicts, each in the place of the one of the same party and list."""
        for verdict in verdicts:
            self._verdicts.pop(verdict.party.id, None)
            same = (_V.c.party == verdict.party.id, _V.c.list_name == verdict.list_name)
            self._connection.execute(delete(_V).where(*same))
            self._connection.execute(insert(_V), _row(verdict))

    def forget(self, party_id: str) -> None:
        """Take away what the lists and people say of a party whose names are erased."""
        self._verdicts.pop(party_id, None)
        for table in (_V, _R):
            self._connection.execute(delete(table).where(table.c.party == party_id))

    def due_customers(
        self, lists: Sequence[ScreeningList], *, method: str, now_s: int, limit: int
    ) -> list[tuple[str, str]]:
        """Return (number, name) of customers whom a list in place was not asked about by this method, oldest first."""
        fresh = (_V.c.why != Uncompared.FAILED.value) | (_V.c.compared_at_s > now_s - FAILED_AGAIN_S)
        missing = [
            ~exists().where(
                _V.c.party == "customer/" + customers.c.id,
                _V.c.list_name == known.name,
                _V.c.list_version == known.version,
                _V.c.method == method,
                fresh,
            )
            for known in lists
        ]
        query = select(customers.c.id, customers.c.name).where(
            customers.c.status != CustomerStatus.CLOSED.value, or_(*missing)
        )
        order = (customers.c.enrolled_at_s, customers.c.id)
        return [(row.id, row.name) for row in self._connection.execute(query.order_by(*order).limit(limit))]

    def uncompared_data(self, *, since_s: int, limit: int) -> list[str]:
        """Return the records of data that came since and that no list was ever asked about, oldest first."""
        party = literal("travel_rule/").concat(travel_rules.c.id)
        query = select(travel_rules.c.id).where(
            travel_rules.c.attached_at_s >= since_s,
            travel_rules.c.erased_at_s.is_(None),
            ~exists().where(_V.c.party == party),
        )
        order = (travel_rules.c.attached_at_s, travel_rules.c.id)
        return list(self._connection.execute(query.order_by(*order).limit(limit)).scalars())

    def released(self, party: NamedParty) -> frozenset[tuple[str, str, str]]:
        """Return the hits on these names that two people let go; what they did not sign lets nothing go."""
        rows = self._connection.execute(_RELEASED, {"party": party.id})
        releases = [release for row in rows if (release := _release(row)).party == party]
        return frozenset(release.hit for release in releases if self.stands(release))

    def stands(self, release: NameRelease) -> bool:
        """Tell whether those who are said to have signed a release did, and may release hits still."""
        asker = self._operators.get(release.asked_by)
        checker = self._operators.get(release.confirmed_by) if release.confirmed_by else None
        try:
            if checker is None:
                release.verify_asker(asker.public_key)
            else:
                release.verify(asker.public_key, checker.public_key)
        except IntegrityError:  # whoever wrote that: the hit holds as before, and only it
            return False
        return asker.may(Permission.CASE) and (checker is None or checker.may(Permission.CASE))

    def ask_release(self, release: NameRelease) -> None:
        """Enter the first person's word."""
        values = {**_release_row(release), "confirmed_by": None, "confirmed_at_s": None, "confirmed_signature": None}
        self._connection.execute(insert(_R), values)

    def confirm(self, release: NameRelease) -> None:
        """Store the second person's word on a locked release."""
        self._connection.execute(
            update(_R)
            .where(_R.c.id == release.id)
            .values(
                confirmed_by=release.confirmed_by,
                confirmed_at_s=release.confirmed_at_s,
                confirmed_signature=release.confirmed_signature,
            )
        )

    def release(self, release_id: str, *, lock: bool = False) -> NameRelease:
        """Return a release, asked for or confirmed; raises NotFound."""
        query = select(_R).where(_R.c.id == release_id)
        row = self._connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        if row is None:
            raise NotFound("there is no such release", release=release_id)
        return _release(row)

    def releases(self, parties: Iterable[str]) -> list[NameRelease]:
        """Return what was asked for or confirmed about these parties, oldest first, whatever names they had."""
        query = select(_R).where(_R.c.party.in_(sorted(set(parties)))).order_by(_R.c.asked_at_s, _R.c.id)
        return [_release(row) for row in self._connection.execute(query)]


def _row(verdict: NameVerdict) -> dict[str, Any]:
    return {
        "party": verdict.party.id,
        "mark": verdict.party.mark,
        "list_name": verdict.list_name,
        "list_version": verdict.list_version,
        "method": verdict.method,
        "hits": canonical_text(
            [
                {
                    "entry_id": hit.entry_id,
                    "kind": hit.kind.value,
                    "listed": hit.listed,
                    "score": hit.score,
                    "why": [*hit.why],
                    "content": hit.content,
                }
                for hit in verdict.hits
            ]
        ),
        "why": verdict.why,
        "compared_at_s": verdict.compared_at_s,
    }


@stored
def _verdict(row: Row[Any]) -> NameVerdict:
    hits = tuple(
        NameHit(**{**hit, "list_name": row.list_name, "kind": ListedKind(hit["kind"]), "why": tuple(hit["why"])})
        for hit in parse_canonical(row.hits)
    )
    return NameVerdict(
        party=NamedParty(id=row.party, mark=row.mark),
        list_name=row.list_name,
        list_version=row.list_version,
        method=row.method,
        hits=hits,
        why=row.why and Uncompared(row.why).value,
        compared_at_s=row.compared_at_s,
    )


def _release_row(release: NameRelease) -> dict[str, Any]:
    return {
        "id": release.id,
        "party": release.party.id,
        "mark": release.party.mark,
        "list_name": release.list_name,
        "entry_id": release.entry_id,
        "content": release.content,
        "reason": release.reason,
        "asked_by": release.asked_by,
        "asked_at_s": release.asked_at_s,
        "signature": release.signature,
    }


@stored
def _release(row: Row[Any]) -> NameRelease:
    content = row._asdict()
    party = NamedParty(id=content["party"], mark=content.pop("mark"))
    return NameRelease(
        **{
            **content,
            "party": party,
            "confirmed_by": row.confirmed_by or "",
            "confirmed_signature": row.confirmed_signature or b"",
        }
    )
