"""Every policy that was ever in force, by version, and what was proposed to follow it."""

from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from tokenpay.compliance.list_rule import rule_from
from tokenpay.compliance.payee_rules import NewPayee
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.compliance.policy_proposal import PENDING, PolicyProposal, ProposalState
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.compliance.scoped_limit import Period, Scope, ScopedLimit
from tokenpay.compliance.travel_rule import TravelRule
from tokenpay.errors import IntegrityError, InvalidInput, NotFound
from tokenpay.money.tariff import Tariff
from tokenpay.primitives.canonical import canonical_text, parse_canonical
from tokenpay.store.door import readable, rows_limit, stored
from tokenpay.store.tables import operators, policies, policy_proposals

FIRST = 1
"""The version that a bank is founded with, by the owner of its tables."""

_P, _MAKER, _CHECKER = policy_proposals, operators.alias("maker"), operators.alias("checker")
_WAITING = select(_P).where(_P.c.state.in_(PENDING))
_SIGNED = (
    select(
        policies.c.version,
        policies.c.content,
        _P.c.id,
        _P.c.proposed_by,
        _P.c.proposed_at_s,
        _P.c.signature,
        _P.c.decided_by,
        _P.c.decided_at_s,
        _P.c.decided_signature,
        _MAKER.c.public_key.label("maker_key"),
        _CHECKER.c.public_key.label("checker_key"),
    )
    .select_from(policies)
    .outerjoin(_P, (_P.c.version == policies.c.version) & (_P.c.state == ProposalState.IN_FORCE))
    .outerjoin(_MAKER, _MAKER.c.id == _P.c.proposed_by)
    .outerjoin(_CHECKER, _CHECKER.c.id == _P.c.decided_by)
)
_NEWEST = _SIGNED.order_by(policies.c.version.desc()).limit(1)
_VERSION = _SIGNED.where(policies.c.version == bindparam("version"))
_MAY_ADD = text("SELECT has_table_privilege('policies', 'INSERT')")


class PolicyStore:
    """The newest policy is read once in a unit of work, and none is read without the signatures of its two people."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._newest: Policy | None = None

    def add(self, policy: Policy, *, at_s: int, maker: str, checker: str) -> None:
        """Enter the next version; the database refuses one that no proposal of two people stands behind."""
        self._newest = None
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

    def may_add(self) -> bool:
        """Tell whether this machine may write policies: on PostgreSQL a terminal may not."""
        return self._connection.dialect.name != "postgresql" or bool(self._connection.execute(_MAY_ADD).scalar())

    def newest(self) -> Policy:
        """Return the version in force; raises NotFound, IntegrityError where its two people did not sign it."""
        if self._newest is None:
            row = self._connection.execute(_NEWEST).one_or_none()
            if row is None:
                raise NotFound("the bank has no policy")
            self._newest = _in_force(*row)
        return self._newest

    def suppose(self, policy: Policy) -> None:
        """Let this unit of work, of which nothing may stay, decide by another policy than that in force."""
        self._newest = policy

    def get(self, version: int) -> Policy:
        """Return a version that is or was in force; raises NotFound, and IntegrityError as `newest` does."""
        row = self._connection.execute(_VERSION, {"version": version}).one_or_none()
        if row is None:
            raise NotFound("there is no such version of the policy", version=version)
        return _in_force(*row)

    def propose(self, proposal: PolicyProposal) -> None:
        """Enter an open proposal; the database refuses a second one that waits.

        Raises InvalidInput for content that could not be read again.
        """
        content = canonical_text(proposal.policy.content())
        try:
            same = canonical_text(_policy(content).content()) == content
        except IntegrityError:
            same = False
        if not same:
            raise InvalidInput("a policy of this content could not be read again")
        self._connection.execute(
            insert(_P),
            {
                "id": proposal.id,
                "version": proposal.policy.version,
                "content": content,
                "proposed_by": proposal.proposed_by,
                "proposed_at_s": proposal.proposed_at_s,
                "signature": proposal.signature,
                "state": proposal.state,
                "reason": proposal.reason,
            },
        )

    def decide(self, proposal: PolicyProposal) -> None:
        """Store how a locked proposal was decided, or that it is in force."""
        self._newest = None
        self._connection.execute(
            update(_P)
            .where(_P.c.id == proposal.id)
            .values(
                state=proposal.state,
                decided_by=proposal.decided_by,
                decided_at_s=proposal.decided_at_s,
                decided_signature=proposal.decided_signature or None,
                reason=proposal.reason,
            )
        )

    def proposal(self, proposal_id: str, *, lock: bool = False) -> PolicyProposal:
        """Return a proposal; raises NotFound."""
        query = select(_P).where(_P.c.id == proposal_id)
        row = self._connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        if row is None:
            raise NotFound("there is no such proposal of a policy", proposal=proposal_id)
        return _proposal(row)

    def signed(self, version: int) -> PolicyProposal | None:
        """Return the proposal by which a version is or was in force; None for the first, which nobody signed."""
        wanted = (_P.c.version == version) & (_P.c.state == ProposalState.IN_FORCE)
        row = self._connection.execute(select(_P).where(wanted)).one_or_none()
        return None if row is None else _proposal(row)

    def proposals(self, *, limit: int = 100) -> list[PolicyProposal]:
        """Return proposals that can be read, newest first."""
        query = select(_P).order_by(_P.c.proposed_at_s.desc(), _P.c.version.desc(), _P.c.id).limit(rows_limit(limit))
        return readable(self._connection.execute(query), _proposal)

    def pending(self) -> PolicyProposal | None:
        """Return the one proposal that is open or approved, if there is one."""
        row = self._connection.execute(_WAITING).one_or_none()
        return None if row is None else _proposal(row)

    def end_unreadable(self, *, by: str, at_s: int, reason: str) -> tuple[str, int] | None:
        """Refuse the one that waits where it cannot be read, and return its id and version; else change nothing."""
        row = self._connection.execute(_WAITING.with_for_update()).one_or_none()
        if row is None or readable([row], _proposal):
            return None
        refused = {"state": ProposalState.REFUSED, "decided_by": by, "decided_at_s": at_s, "decided_signature": None}
        self._connection.execute(update(_P).where(_P.c.id == row.id).values(reason=reason, **refused))
        return row.id, row.version


@lru_cache(maxsize=16)
def _in_force(version: int, content: str, id: str | None, *signed: Any) -> Policy:
    policy = _policy(content)
    if policy.version != version or (id is None and version != FIRST):
        raise IntegrityError("a policy does not carry the signatures of its two people", version=version)
    if id is not None:
        proposed_by, proposed_at_s, signature, decided_by, decided_at_s, decided_signature, maker_key, key = signed
        PolicyProposal(
            id=id,
            policy=policy,
            proposed_by=proposed_by,
            proposed_at_s=proposed_at_s,
            signature=signature,
            state=ProposalState.IN_FORCE,
            decided_by=decided_by,
            decided_at_s=decided_at_s,
            decided_signature=decided_signature,
        ).verify(maker_key, key)
    return policy


@stored
def _proposal(row: Row[Any]) -> PolicyProposal:
    return PolicyProposal(
        id=row.id,
        policy=_policy(row.content),
        proposed_by=row.proposed_by,
        proposed_at_s=row.proposed_at_s,
        signature=row.signature,
        state=ProposalState(row.state),
        decided_by=row.decided_by or "",
        decided_at_s=row.decided_at_s,
        decided_signature=row.decided_signature or b"",
        reason=row.reason,
    )


@lru_cache(maxsize=16)
@stored
def _policy(text: str) -> Policy:
    """Read a stored version; it is shared by all who ask, so nobody can change it."""
    content = parse_canonical(text)
    hours = content.pop("hours")
    limits = content.pop("limits")
    tariffs = content.pop("tariffs", [])
    travel_rule = content.pop("travel_rule", None)
    lists = content.pop("lists", [])
    found = content.pop("new_payee", None)
    risk = content.pop("risk", None)
    fee_caps = content.pop("fee_caps_wei", {})
    return Policy(
        limits=MappingProxyType({asset_id: AssetLimits(**_units(limit)) for asset_id, limit in limits.items()}),
        tariffs=tuple(
            Tariff(**{**tariff, "fee_minimum_units": int(tariff["fee_minimum_units"])}) for tariff in tariffs
        ),
        travel_rule=None if travel_rule is None else _travel_rule(travel_rule),
        lists=tuple(rule_from(rule) for rule in lists),
        scoped=tuple(
            ScopedLimit(
                asset_id=it["asset"],
                of=Scope(it["of"]),
                name=it["name"],
                period=Period(it["period"]),
                units=int(it["units"]),
            )
            for it in content.pop("scoped", [])
        ),
        payees=MappingProxyType({of: frozenset(listed) for of, listed in content.pop("payees", {}).items()}),
        new_payee=None if found is None else NewPayee(**{**found, "free_units": _units(found["free_units"])}),
        risk=None if risk is None else RiskLines(**risk),
        fee_caps_wei=MappingProxyType({int(chain_id): int(cap_wei) for chain_id, cap_wei in fee_caps.items()}),
        hours=Hours(**{**hours, "weekdays": frozenset(hours["weekdays"])}),
        **content,
    )


def _travel_rule(content: dict[str, Any]) -> TravelRule:
    units = {asset_id: int(units) for asset_id, units in content["units"].items()}
    return TravelRule(units=MappingProxyType(units), kept_s=content["kept_s"])


def _units(stored: dict[str, str]) -> dict[str, int]:
    return {name: int(units) for name, units in stored.items()}
