"""Policies, deny-lists, limit counters, approvals, clearances and cases."""

import json
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tokenpay.compliance.approval import Approval, Part
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.compliance.screening import DenyList, Screening, Verdict
from tokenpay.errors import IntegrityError, NotFound
from tokenpay.money.address import Address
from tokenpay.primitives.canonical import Value, canonical_text
from tokenpay.store.tables import (
    approvals,
    cases,
    clearances,
    denied,
    deny_lists,
    limit_counters,
    limit_uses,
    policies,
)

_POLICY = select(policies.c.content).order_by(policies.c.version.desc()).limit(1)
_OPEN_COUNTER = {
    dialect.dialect.name: dialect.insert(limit_counters).on_conflict_do_nothing() for dialect in (postgresql, sqlite)
}
_LOCK_COUNTERS = (
    select(limit_counters.c.scope, limit_counters.c.used_units)
    .where(
        limit_counters.c.scope.in_(bindparam("scopes", expanding=True)),
        limit_counters.c.asset_id == bindparam("asset_id"),
        limit_counters.c.day == bindparam("day"),
    )
    .order_by(limit_counters.c.scope)
    .with_for_update(key_share=True)
)
_MOVE_COUNTER = (
    update(limit_counters)
    .where(
        limit_counters.c.scope == bindparam("of_scope"),
        limit_counters.c.asset_id == bindparam("of_asset_id"),
        limit_counters.c.day == bindparam("of_day"),
    )
    .values(used_units=bindparam("new_units"))
)
_ADD_USE = insert(limit_uses)
_ADD_APPROVAL = insert(approvals)
_ADD_CLEARANCE = insert(clearances)


class ComplianceStore:
    """The newest policy and locked counters are read once in a unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._policy: Policy | None = None
        self._used: dict[tuple[str, str, str], int] = {}

    # --- policy

    def add_policy(self, policy: Policy, *, at_s: int, maker: str, checker: str) -> None:
        """Enter the next version; the database refuses one whose maker and checker are the same person."""
        self._policy = None
        self._connection.execute(
            insert(policies),
            {
                "version": policy.version,
                "content": canonical_text(policy.content()),
                "at_s": at_s,
                "maker": maker,
                "checker": checker,
            },
        )

    def policy(self) -> Policy:
        """Return the newest version."""
        if self._policy is None:
            text = self._connection.execute(_POLICY).scalar()
            if text is None:
                raise NotFound("the bank has no policy")
            self._policy = _policy(text)
        return self._policy

    # --- deny-lists

    def replace_deny_list(self, deny_list: DenyList, addresses: Iterable[Address], *, at_s: int) -> None:
        """Put a list in the place of the one of the same name."""
        self._connection.execute(delete(denied).where(denied.c.list_name == deny_list.name))
        self._connection.execute(delete(deny_lists).where(deny_lists.c.name == deny_list.name))
        self._connection.execute(
            insert(deny_lists),
            {
                "name": deny_list.name,
                "dated_s": deny_list.dated_s,
                "source_hash": deny_list.source_hash,
                "entries": deny_list.entries,
                "loaded_at_s": at_s,
            },
        )
        rows = [{"list_name": deny_list.name, "address": raw} for raw in sorted({a.raw for a in addresses})]
        if rows:
            self._connection.execute(insert(denied), rows)

    def deny_lists(self) -> tuple[DenyList, ...]:
        rows = self._connection.execute(select(deny_lists).order_by(deny_lists.c.name))
        return tuple(
            DenyList(name=row.name, dated_s=row.dated_s, source_hash=row.source_hash, entries=row.entries)
            for row in rows
        )

    def denied_by(self, address: Address) -> frozenset[str]:
        """Return the names of the lists an address stands on."""
        query = select(denied.c.list_name).where(denied.c.address == address.raw)
        return frozenset(self._connection.execute(query).scalars())

    # --- limits

    def lock_used(self, scopes: Iterable[str], *, asset_id: str, day: str) -> dict[str, int]:
        """Lock the day's counters of these scopes, in sorted order, and return what they have used."""
        wanted = sorted(scopes)
        missing = [scope for scope in wanted if (scope, asset_id, day) not in self._used]
        if missing:
            rows = [{"scope": scope, "asset_id": asset_id, "day": day, "used_units": 0} for scope in missing]
            self._connection.execute(_OPEN_COUNTER[self._connection.dialect.name], rows)
            which = {"scopes": missing, "asset_id": asset_id, "day": day}
            for scope, used_units in self._connection.execute(_LOCK_COUNTERS, which):
                self._used[scope, asset_id, day] = used_units
        return {scope: self._used[scope, asset_id, day] for scope in wanted}

    def use(self, payment_id: str, used: dict[str, int], *, asset_id: str, day: str, units: int) -> None:
        """Count a payment in locked counters."""
        if used:
            self._set_used({scope: used_units + units for scope, used_units in used.items()}, asset_id, day)
            rows = [{"payment_id": payment_id, "scope": scope, "asset_id": asset_id, "day": day} for scope in used]
            self._connection.execute(_ADD_USE, rows)

    def give_back(self, payment_id: str, *, units: int) -> None:
        """Take a payment that ended unpaid out of its day's counters."""
        uses = self._connection.execute(
            select(limit_uses).where(limit_uses.c.payment_id == payment_id).order_by(limit_uses.c.scope)
        ).all()
        for use in uses:
            used = self.lock_used([use.scope], asset_id=use.asset_id, day=use.day)[use.scope]
            self._set_used({use.scope: used - units}, use.asset_id, use.day)
        self._connection.execute(delete(limit_uses).where(limit_uses.c.payment_id == payment_id))

    def _set_used(self, used: dict[str, int], asset_id: str, day: str) -> None:
        self._connection.execute(
            _MOVE_COUNTER,
            [
                {"of_scope": scope, "of_asset_id": asset_id, "of_day": day, "new_units": units}
                for scope, units in used.items()
            ],
        )
        self._used.update({(scope, asset_id, day): units for scope, units in used.items()})

    # --- approvals and clearances

    def add_approval(self, payment_id: str, approval: Approval) -> None:
        """Enter a consent; Conflict when this person, or this part, has one already."""
        self._connection.execute(
            _ADD_APPROVAL,
            {
                "payment_id": payment_id,
                "operator_id": approval.operator_id,
                "part": approval.part,
                "intent_hash": approval.intent_hash,
                "at_s": approval.at_s,
                "signature": approval.signature,
            },
        )

    def approvals(self, payment_id: str) -> tuple[Approval, ...]:
        query = select(approvals).where(approvals.c.payment_id == payment_id).order_by(approvals.c.part.desc())
        return tuple(
            Approval(
                intent_hash=row.intent_hash,
                operator_id=row.operator_id,
                part=Part(row.part),
                at_s=row.at_s,
                signature=row.signature,
            )
            for row in self._connection.execute(query)
        )

    def add_clearance(self, clearance: Clearance) -> None:
        screenings: list[Value] = [
            {"subject": s.subject, "verdict": s.verdict, "list_name": s.list_name, "list_dated_s": s.list_dated_s}
            for s in clearance.screenings
        ]
        self._connection.execute(
            _ADD_CLEARANCE,
            {
                "id": clearance.id,
                "payment_id": clearance.payment_id,
                "intent_hash": clearance.intent_hash,
                "policy_version": clearance.policy_version,
                "screenings": canonical_text(screenings),
                "cleared_at_s": clearance.cleared_at_s,
            },
        )

    def clearance(self, payment_id: str) -> Clearance:
        """Return a payment's clearance with its approvals; raises IntegrityError when there is none."""
        row = self._connection.execute(select(clearances).where(clearances.c.payment_id == payment_id)).one_or_none()
        if row is None:
            raise IntegrityError("the payment has no clearance", payment=payment_id)
        return Clearance(
            id=row.id,
            payment_id=row.payment_id,
            intent_hash=row.intent_hash,
            policy_version=row.policy_version,
            screenings=tuple(
                Screening(**{**entry, "verdict": Verdict(entry["verdict"])}) for entry in json.loads(row.screenings)
            ),
            approvals=self.approvals(payment_id),
            cleared_at_s=row.cleared_at_s,
        )

    # --- cases

    def find_cases(self, kind: CaseKind, subject: str) -> list[Case]:
        """Return the cases of this kind about this subject, open or resolved, oldest first."""
        about = (cases.c.subject == subject) | cases.c.subject.startswith(f"{subject}#", autoescape=True)
        query = select(cases).where(cases.c.kind == kind, about).order_by(cases.c.opened_at_s, cases.c.id)
        return [_case(row) for row in self._connection.execute(query)]

    def add_case(self, case: Case) -> bool:
        """Enter a case, or return False when its kind and subject have one already, waiting for who just enters it."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        entered = self._connection.execute(
            dialect.insert(cases).on_conflict_do_nothing().returning(cases.c.id),
            {
                "id": case.id,
                "kind": case.kind,
                "subject": case.subject,
                "note": case.note,
                "opened_at_s": case.opened_at_s,
                "resolution": "",
                "resolved_by": "",
            },
        )
        return entered.first() is not None

    def case(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case; raises NotFound."""
        query = select(cases).where(cases.c.id == case_id)
        row = self._connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        if row is None:
            raise NotFound("there is no such case", case=case_id)
        return _case(row)

    def cases(self, *, open_only: bool = True) -> list[Case]:
        """Return cases, oldest first."""
        query = select(cases).order_by(cases.c.opened_at_s, cases.c.id)
        if open_only:
            query = query.where(cases.c.resolved_at_s.is_(None))
        return [_case(row) for row in self._connection.execute(query)]

    def resolve_case(self, case_id: str, *, resolution: str, by: str, at_s: int) -> None:
        self._connection.execute(
            update(cases).where(cases.c.id == case_id).values(resolution=resolution, resolved_by=by, resolved_at_s=at_s)
        )


@lru_cache(maxsize=16)
def _policy(text: str) -> Policy:
    """Read a stored version; it is shared by all who ask, so nobody can change it."""
    content = json.loads(text)
    hours = content.pop("hours")
    limits = content.pop("limits")
    return Policy(
        limits=MappingProxyType(
            {
                asset_id: AssetLimits(**{name: int(units) for name, units in limit.items()})
                for asset_id, limit in limits.items()
            }
        ),
        hours=Hours(**{**hours, "weekdays": frozenset(hours["weekdays"])}),
        **content,
    )


def _case(row: Row[Any]) -> Case:
    return Case(
        id=row.id,
        kind=CaseKind(row.kind),
        subject=row.subject,
        note=row.note,
        opened_at_s=row.opened_at_s,
        resolution=row.resolution,
        resolved_by=row.resolved_by,
        resolved_at_s=row.resolved_at_s,
    )
