"""Limits, hours and the second person: what this bank allows. What is not set is not allowed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from tokenpay.compliance.limits import Met, met
from tokenpay.compliance.list_rule import ListRule
from tokenpay.compliance.payee_rules import NewPayee
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.compliance.scoped_limit import Period, Scope, ScopedLimit
from tokenpay.compliance.travel_rule import TravelRule
from tokenpay.errors import InvalidInput
from tokenpay.money.tariff import Tariff
from tokenpay.parties.operator import Role
from tokenpay.payments.intent import Intent, Purpose, parse_party
from tokenpay.primitives.canonical import Value, canonical_bytes

_DAY_MINUTES = 24 * 60
_YEAR_S = 366 * 86_400
_MAX_UNITS = 10**78
TO_A_PAYEE = frozenset({Purpose.PAYMENT, Purpose.REFUND})
"""What a customer pays to somebody whom they choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetLimits:
    """Limits for one asset in smallest units; zero allows nothing.

    Above `alone_units` a payment needs a second person. The day limits count everything held or
    cleared that day for one customer and for one operator. Above `passkey_units`, where it is set, everybody who
    signs a payment does so with a passkey too; above `rekey_units`, where it is set, the second person types amount and
    payee again.
    """

    payment_units: int = 0
    alone_units: int = 0
    customer_day_units: int = 0
    operator_day_units: int = 0
    passkey_units: int | None = None
    rekey_units: int | None = None

    def __post_init__(self) -> None:
        units = [self.payment_units, self.alone_units, self.customer_day_units, self.operator_day_units]
        units += [most for most in (self.passkey_units, self.rekey_units) if most is not None]
        if not all(type(limit) is int and 0 <= limit < _MAX_UNITS for limit in units):
            raise InvalidInput("a limit is a whole number of smallest units, of 78 digits at most")


_NOTHING = AssetLimits()


@lru_cache(maxsize=64)
def _local(now_s: int, utc_offset_minutes: int) -> datetime:
    return datetime.fromtimestamp(now_s, UTC) + timedelta(minutes=utc_offset_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When money may leave: minutes of the local day, and weekdays (Monday 0). Opening equals closing: never."""

    opens_minute: int = 0
    closes_minute: int = 0
    weekdays: frozenset[int] = frozenset()
    utc_offset_minutes: int = 0

    def __post_init__(self) -> None:
        numbers = (self.opens_minute, self.closes_minute, self.utc_offset_minutes, *self.weekdays)
        if not all(type(number) is int for number in numbers):
            raise InvalidInput("opening hours are whole minutes and weekdays")
        if not 0 <= self.opens_minute <= self.closes_minute <= _DAY_MINUTES or not self.weekdays <= set(range(7)):
            raise InvalidInput("opening hours lie within one day, weekdays are 0 to 6")
        if abs(self.utc_offset_minutes) > 14 * 60:
            raise InvalidInput("a UTC offset is at most 14 hours")

    @classmethod
    def always(cls) -> "Hours":
        """Every minute of every day."""
        return cls(opens_minute=0, closes_minute=_DAY_MINUTES, weekdays=frozenset(range(7)))

    def _local(self, now_s: int) -> datetime:
        return _local(now_s, self.utc_offset_minutes)

    def day(self, now_s: int) -> str:
        """Return the local date that day limits count by, as YYYY-MM-DD."""
        return self._local(now_s).date().isoformat()

    def open_at(self, now_s: int) -> bool:
        """Tell whether money may leave at this moment."""
        local = self._local(now_s)
        minute = local.hour * 60 + local.minute
        return local.weekday() in self.weekdays and self.opens_minute <= minute < self.closes_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the bank's rules. `limits` is by asset id; `list_max_age_s` is how old a list may be.

    `lists` are the screening lists that must be loaded and speak, each with what is asked of it; none: all loaded.
    `held_for_s` is how long a payment may wait to be sent, a year at most. Tokens are exchanged against cash where
    one of the `tariffs` says for what. Without a `travel_rule` no transfer waits for data. `scoped` limits bound
    further what `limits` allow. `payees` lists by customer's number, or for all by an empty text, whom a customer may
    pay; without a list, anybody. `risk` is where the bank draws its lines otherwise than RiskLines does.
    `fee_caps_wei`, by chain, is what the gas of one payment may cost at most; of a chain that is not named, what the
    bank was founded with. Raises InvalidInput.
    """

    version: int = 1
    limits: Mapping[str, AssetLimits] = field(default_factory=dict)
    hours: Hours = field(default_factory=Hours)
    list_max_age_s: int = 0
    held_for_s: int = 86_400
    tariffs: tuple[Tariff, ...] = ()
    travel_rule: TravelRule | None = None
    lists: tuple[ListRule, ...] = ()
    scoped: tuple[ScopedLimit, ...] = ()
    payees: Mapping[str, frozenset[str]] = field(default_factory=dict)
    new_payee: NewPayee | None = None
    private_transfers: bool = True
    fee_caps_wei: Mapping[int, int] = field(default_factory=dict)
    _scoped: dict[tuple[str, str, str, str], ScopedLimit] = field(init=False, repr=False, compare=False)
    risk: RiskLines | None = None

    def __post_init__(self) -> None:
        for name, number, least, most in (
            ("version", self.version, 1, 2**31 - 1),
            ("list_max_age_s", self.list_max_age_s, 0, 100 * _YEAR_S),
            ("held_for_s", self.held_for_s, 1, _YEAR_S),
        ):
            if type(number) is not int or not least <= number <= most:
                raise InvalidInput(f"the policy's {name} is a whole number from {least} to {most}")
        if len({(tariff.token, tariff.currency) for tariff in self.tariffs}) < len(self.tariffs):
            raise InvalidInput("a policy has one tariff for a token and a currency")
        if len({rule.name for rule in self.lists}) < len(self.lists):
            raise InvalidInput("a policy has one rule for a list")
        object.__setattr__(self, "scoped", tuple(sorted(self.scoped, key=lambda limit: limit.key)))
        object.__setattr__(self, "_scoped", {limit.key: limit for limit in self.scoped})
        if len(self._scoped) < len(self.scoped):
            raise InvalidInput("a policy has one limit for an asset, whose it is and a period")
        for chain_id, cap_wei in self.fee_caps_wei.items():
            if not all(type(number) is int and 0 < number < 2**256 for number in (chain_id, cap_wei)):
                raise InvalidInput("a chain's fee cap is a whole number of wei, from 1 to 2**256 - 1")
        if self.new_payee is not None and self.new_payee.wait_s >= self.held_for_s:
            raise InvalidInput("a new payee waits for less time than a payment is held")
        for listed in self.payees.values():
            for payee in listed:
                parse_party(payee)
        try:
            canonical_bytes(self.content())
        except (TypeError, ValueError, AttributeError):
            raise InvalidInput("a policy holds texts and whole numbers") from None

    def limits_of(self, asset_id: str) -> AssetLimits:
        """Return an asset's limits; of one that is not named they allow nothing."""
        return self.limits.get(asset_id, _NOTHING)

    def tariff(self, token: str, currency: str) -> Tariff | None:
        """Return what a token (an asset id) is exchanged for cash of a currency by; None: it is not."""
        return next((known for known in self.tariffs if (known.token, known.currency) == (token, currency)), None)

    def list_rule(self, name: str) -> ListRule:
        """Return what is asked of a list; of one that the policy does not name, what is asked of any."""
        return next((rule for rule in self.lists if rule.name == name), ListRule(name=name))

    def content(self) -> dict[str, Value]:
        """Return the canonical content as it is stored and hashed; what may be left out only where it is there."""
        content: dict[str, Value] = {
            "version": self.version,
            "limits": {
                asset_id: {
                    "payment_units": str(limit.payment_units),
                    "alone_units": str(limit.alone_units),
                    "customer_day_units": str(limit.customer_day_units),
                    "operator_day_units": str(limit.operator_day_units),
                    **({} if limit.passkey_units is None else {"passkey_units": str(limit.passkey_units)}),
                    **({} if limit.rekey_units is None else {"rekey_units": str(limit.rekey_units)}),
                }
                for asset_id, limit in self.limits.items()
            },
            "hours": {
                "opens_minute": self.hours.opens_minute,
                "closes_minute": self.hours.closes_minute,
                "weekdays": sorted(self.hours.weekdays),
                "utc_offset_minutes": self.hours.utc_offset_minutes,
            },
            "list_max_age_s": self.list_max_age_s,
            "held_for_s": self.held_for_s,
        }
        if self.tariffs:
            content["tariffs"] = [
                {**asdict(tariff), "fee_minimum_units": str(tariff.fee_minimum_units)} for tariff in self.tariffs
            ]
        if self.travel_rule is not None:
            content["travel_rule"] = {
                "units": {asset_id: str(units) for asset_id, units in self.travel_rule.units.items()},
                "kept_s": self.travel_rule.kept_s,
            }
        if self.lists:
            content["lists"] = [rule.content() for rule in self.lists]
        if self.scoped:
            content["scoped"] = [limit.content() for limit in self.scoped]
        if self.payees:
            content["payees"] = {customer_id: sorted(listed) for customer_id, listed in self.payees.items()}
        if self.new_payee is not None:
            content["new_payee"] = self.new_payee.content()
        if not self.private_transfers:
            content["private_transfers"] = False
        if self.fee_caps_wei:
            content["fee_caps_wei"] = {str(chain_id): str(cap_wei) for chain_id, cap_wei in self.fee_caps_wei.items()}
        if self.risk is not None:
            content["risk"] = dict(self.risk.content())
        return content

    def met(self, asset_id: str, intent: Intent, *, role: Role, branch: str) -> list[Met]:
        """Return the limits of an asset that an intent meets, but for one payment's own."""
        own = self.limits_of(asset_id)
        days = (own.customer_day_units, own.operator_day_units)
        return list(met(self._scoped, asset_id, intent, role=role, branch=branch, days=days))

    def periods(self, asset_id: str) -> frozenset[Period]:
        """Return for which periods somebody's payments in an asset are limited besides the day."""
        return frozenset(limit.period for limit in self.scoped if limit.asset_id == asset_id)

    def limits_a(self, scope: Scope, asset_id: str) -> bool:
        """Tell whether a scope's payments in an asset are counted."""
        return any(limit.of is scope and limit.asset_id == asset_id for limit in self.scoped)

    def asks_rekeying(self, intent: Intent) -> bool:
        """Tell whether the second person types amount and payee again, without having seen them, before they sign."""
        most_units = self.limits_of(intent.amount.asset.id).rekey_units
        return most_units is not None and intent.purpose in TO_A_PAYEE and intent.amount.units > most_units

    def hash(self) -> bytes:
        """Return SHA-256 over the canonical content, 32 bytes: what its two people sign."""
        return sha256(canonical_bytes(self.content())).digest()
