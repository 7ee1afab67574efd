"""Every policy that was ever in force, by version."""

from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import Connection, insert, select

from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.errors import NotFound
from tokenpay.money.tariff import Tariff
from tokenpay.primitives.canonical import canonical_text, parse_canonical
from tokenpay.store.door import stored
from tokenpay.store.tables import policies

_NEWEST = select(policies.c.content).order_by(policies.c.version.desc()).limit(1)


class PolicyStore:
    """The newest policy is read once in a unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._newest: Policy | None = None

    def add(self, policy: Policy, *, at_s: int, maker: str, checker: str) -> None:
        """Enter the next version; the database refuses one whose maker and checker are the same person."""
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

    def newest(self) -> Policy:
        """Return the version in force; raises NotFound."""
        if self._newest is None:
            text = self._connection.execute(_NEWEST).scalar()
            if text is None:
                raise NotFound("the bank has no policy")
            self._newest = _policy(text)
        return self._newest


@lru_cache(maxsize=16)
@stored
def _policy(text: str) -> Policy:
    """Read a stored version; it is shared by all who ask, so nobody can change it."""
    content = parse_canonical(text)
    hours = content.pop("hours")
    limits = content.pop("limits")
    tariffs = content.pop("tariffs", [])
    return Policy(
        limits=MappingProxyType(
            {
                asset_id: AssetLimits(**{name: int(units) for name, units in limit.items()})
                for asset_id, limit in limits.items()
            }
        ),
        tariffs=tuple(
            Tariff(**{**tariff, "fee_minimum_units": int(tariff["fee_minimum_units"])}) for tariff in tariffs
        ),
        hours=Hours(**{**hours, "weekdays": frozenset(hours["weekdays"])}),
        **content,
    )
