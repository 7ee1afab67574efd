"""How a policy is shown: limits as amounts, opening hours in words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.output import plain

if TYPE_CHECKING:
    from tokenpay import Asset, Hours, Policy, PolicyChange

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LIMITS = ("payment", "alone", "customer_day", "operator_day")


def policy_content(policy: "Policy", assets: "Mapping[str, Asset]", *, as_json: bool) -> dict[str, Any]:
    """Return a policy's stable field names; people read its hours in words."""
    limits = [
        {
            "asset": asset_id,
            **{name: _amount(getattr(limit, f"{name}_units"), asset_id, assets, as_json) for name in _LIMITS},
            **(
                {}
                if limit.passkey_units is None
                else {"passkey": _amount(limit.passkey_units, asset_id, assets, as_json)}
            ),
            "rekey": None if limit.rekey_units is None else _amount(limit.rekey_units, asset_id, assets, as_json),
        }
        for asset_id, limit in sorted(policy.limits.items())
    ]
    return {
        "version": policy.version,
        "hours": plain(policy.hours) if as_json else hours_text(policy.hours),
        "list_max_age_s": policy.list_max_age_s,
        "held_for_s": policy.held_for_s,
        "limits": limits,
        "tariffs": [plain(tariff) for tariff in policy.tariffs],
        "travel_rule": _travel_rule(policy, assets, as_json),
        "lists": [plain(rule) for rule in policy.lists],
        "scoped": [
            {
                "asset": limit.asset_id,
                "of": limit.of,
                "name": limit.name or None,
                "period": limit.period,
                "limit": _amount(limit.units, limit.asset_id, assets, as_json),
            }
            for limit in policy.scoped
        ],
        "payees": {of: sorted(listed) for of, listed in sorted(policy.payees.items())},
        "new_payee": None if policy.new_payee is None else plain(policy.new_payee.content()),
        "private_transfers": policy.private_transfers,
        "risk": plain(policy.risk or tp.RiskLines()),
        "fee_caps_wei": {str(chain_id): str(cap_wei) for chain_id, cap_wei in sorted(policy.fee_caps_wei.items())},
    }


def _travel_rule(policy: "Policy", assets: "Mapping[str, Asset]", as_json: bool) -> Any:
    rule = policy.travel_rule
    if rule is None:
        return None if as_json else "not in force"
    thresholds = {asset_id: _amount(units, asset_id, assets, as_json) for asset_id, units in sorted(rule.units.items())}
    return {"from": thresholds, "kept_s": rule.kept_s}


def hours_text(hours: "Hours") -> str:
    """Return opening hours as people write them, such as `Mon Tue 08:00-18:00 UTC+01:00`."""
    if not hours.weekdays or hours.opens_minute == hours.closes_minute:
        return "never open"
    days = " ".join(_WEEKDAYS[day] for day in sorted(hours.weekdays))
    sign = "-" if hours.utc_offset_minutes < 0 else "+"
    zone = f"UTC{sign}{_clock(abs(hours.utc_offset_minutes))}"
    return f"{days} {_clock(hours.opens_minute)}-{_clock(hours.closes_minute)} {zone}"


_WORDS = {
    "payment_units": "one payment",
    "alone_units": "one person alone",
    "customer_day_units": "a customer's day",
    "rekey_units": "not typed again by the second person",
    "operator_day_units": "an operator's day",
    "passkey_units": "without a passkey",
    "opens_minute": "open from",
    "closes_minute": "open until",
    "weekdays": "open on",
    "utc_offset_minutes": "minutes before UTC",
    "list_max_age_s": "a list may be old, seconds",
    "held_for_s": "a payment may wait, seconds",
    "tariffs": "tariffs",
    "travel_units": "the Travel Rule asks from",
    "kept_s": "Travel Rule data is kept, seconds",
    "lists": "screening lists",
    "free_units": "a new payee at once",
    "second_person": "a new payee needs a second person",
    "wait_s": "a new payee waits, seconds",
    "private_transfers": "private persons pay each other",
    "second_person_score": "risk score for a second person",
    "case_score": "risk score for a case",
    "habit": "customers' habits are asked",
}


def change_line(change: "PolicyChange", assets: "Mapping[str, Asset]") -> str:
    """Return what a change is in one line, such as `DEUR, one payment: 100.00 DEUR -> 200.00 DEUR`."""
    name = "travel_units" if change.rule[:2] == ("travel_rule", "units") else change.rule[-1]
    if change.rule[0] == "fee_caps_wei":
        was, becomes = (_coin(int(name), value) for value in (change.was, change.becomes))
        return f"chain {name}, the gas of a payment: {was} -> {becomes}"
    asset_id = next((part for part in change.rule if ":" in part), "")
    of = f"{assets[asset_id].symbol if asset_id in assets else asset_id}, " if asset_id else ""
    was, becomes = (_rule_value(name, value, asset_id, assets) for value in (change.was, change.becomes))
    return f"{of}{_WORDS.get(name, name)}: {was} -> {becomes}"


def _coin(chain_id: int, wei: Any) -> str:
    return "-" if wei is None else str(tp.Amount(tp.Asset.native(chain_id), int(wei)))


def _rule_value(name: str, value: Any, asset_id: str, assets: "Mapping[str, Asset]") -> str:
    if value is None:
        return "-"
    if name.endswith("_units"):
        return str(_amount(int(value), asset_id, assets, as_json=False))
    if name.endswith("_minute"):
        return _clock(value)
    if name == "weekdays":
        return " ".join(_WEEKDAYS[day] for day in value) or "never"
    return str(plain(value))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _amount(units: int, asset_id: str, assets: "Mapping[str, Asset]", as_json: bool) -> Any:
    """A limit may stand before its asset is taken into use: then there are no decimals to write it with."""
    if asset_id in assets:
        return tp.Amount(assets[asset_id], units)
    return {"asset": asset_id, "units": str(units), "number": None} if as_json else f"{units} smallest units"
