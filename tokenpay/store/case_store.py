"""Cases: at most one of a kind about a subject."""

from collections.abc import Collection
from dataclasses import asdict
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from tokenpay.compliance.case import Case, CaseKind
from tokenpay.errors import NotFound
from tokenpay.store.door import parts, readable, rows_limit, stored
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import cases

_NUMBERS = 10


class CaseStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, case: Case) -> bool:
        """Enter a case, or return False when its kind and subject have one already, waiting for who just enters it."""
        entered = self._connection.execute(
            insert_missing(self._connection.dialect.name, cases, cases.c.id),
            {**asdict(case), "makers": " ".join(case.makers)},
        )
        return entered.first() is not None

    def get(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case; raises NotFound."""
        query = select(cases).where(cases.c.id == case_id)
        row = self._connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        if row is None:
            raise NotFound("there is no such case", case=case_id)
        return _case(row)

    def find(self, kind: CaseKind, subject: str) -> list[Case]:
        """Return the cases of this kind about this subject, open or resolved, oldest first.

        They are numbered without a gap, and so looked up by name: kinds have cases without end.
        """
        found: list[Case] = []
        for first in count(1, _NUMBERS):
            names = [f"{subject}#{number}" if number > 1 else subject for number in range(first, first + _NUMBERS)]
            query = select(cases).where(cases.c.kind == kind, cases.c.subject.in_(names))
            there = [_case(row) for row in self._connection.execute(query)]
            found += there
            if len(there) < _NUMBERS:
                break
        return sorted(found, key=_opened)

    def all(self, *, open_only: bool = True, newest: int | None = None) -> list[Case]:
        """Return the cases that can be read, or the newest so many of them, oldest first."""
        query = select(cases).order_by(cases.c.opened_at_s.desc(), cases.c.id.desc())
        if open_only:
            query = query.where(cases.c.resolved_at_s.is_(None))
        if newest is not None:
            query = query.limit(rows_limit(newest))
        return readable(self._connection.execute(query), _case)[::-1]

    def opened(self, since_s: int, until_s: int) -> list[Case]:
        """Return the cases that were opened in [since_s, until_s) and can be read, oldest first."""
        query = select(cases).where(cases.c.opened_at_s >= since_s, cases.c.opened_at_s < until_s)
        return readable(self._connection.execute(query.order_by(cases.c.opened_at_s, cases.c.id)), _case)

    def halting(self, chain_id: int) -> list[Case]:
        """Return the cases that say why a chain was halted, open or resolved, oldest first."""
        about = (cases.c.kind == CaseKind.CHAIN_HALTED, cases.c.subject.startswith(f"{chain_id}@"))
        query = select(cases).where(*about).order_by(cases.c.opened_at_s, cases.c.id)
        return [_case(row) for row in self._connection.execute(query)]

    def about(self, subjects: Collection[str]) -> list[Case]:
        """Return the cases about any of these, however often one was opened again, open or resolved, oldest first."""
        found: list[Case] = []
        for part in parts(sorted(subjects)):
            query = select(cases.c.kind, cases.c.subject).where(
                cases.c.kind.in_(list(CaseKind)), cases.c.subject.in_(part)
            )
            first = list(self._connection.execute(query))
            found += [case for kind, subject in first for case in self.find(CaseKind(kind), subject)]
        return sorted(found, key=_opened)

    def count_open(self) -> int:
        """Return how many cases wait for somebody."""
        query = select(func.count()).select_from(cases).where(cases.c.resolved_at_s.is_(None))
        return int(self._connection.execute(query).scalar_one())

    def erase(self, case_id: str) -> None:
        """Take away what people wrote about a case that is resolved."""
        self._connection.execute(update(cases).where(cases.c.id == case_id).values(note="", resolution=""))

    def add_maker(self, case: Case, operator_id: str) -> None:
        """Note who made another payment that an open case is about."""
        if operator_id not in case.makers:
            makers = " ".join((*case.makers, operator_id))
            self._connection.execute(update(cases).where(cases.c.id == case.id).values(makers=makers))

    def ask(self, case_id: str, *, resolution: str, by: str) -> None:
        """Note what the first of two people says was done."""
        asked = update(cases).where(cases.c.id == case_id).values(resolution=resolution, asked_by=by)
        self._connection.execute(asked)

    def resolve(self, case_id: str, *, resolution: str, by: str, at_s: int) -> None:
        self._connection.execute(
            update(cases).where(cases.c.id == case_id).values(resolution=resolution, resolved_by=by, resolved_at_s=at_s)
        )


def _opened(case: Case) -> tuple[int, str]:
    return case.opened_at_s, case.id


@stored
def _case(row: Row[Any]) -> Case:
    return Case(**{**row._mapping, "kind": CaseKind(row.kind), "makers": tuple(row.makers.split())})
