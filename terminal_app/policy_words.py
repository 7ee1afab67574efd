"""The bank's rules in plain words: what each is called, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tokenpay as tp
from terminal_app.exchanging import tariff_text
from terminal_app.language import _
from terminal_app.views import ROLES, amount_text, left_text

RULES = {
    "payment_units": _("one payment, at most"),
    "alone_units": _("one person alone, at most"),
    "customer_day_units": _("a customer's day, at most"),
    "operator_day_units": _("an operator's day, at most"),
    "rekey_units": _("typed again by the second person above"),
    "passkey_units": _("signed with security keys above"),
    "opens_minute": _("open from"),
    "closes_minute": _("open until"),
    "weekdays": _("open on"),
    "utc_offset_minutes": _("minutes ahead of UTC"),
    "list_max_age_s": _("a screening list is old after"),
    "held_for_s": _("a payment may wait"),
    "lists": _("screening lists that must be there"),
    "units": _("data on who pays and who is paid, from"),
    "kept_s": _("such data is kept"),
    "tariffs": _("tariffs for cash"),
    "free_units": _("a new payee gets at once, at most"),
    "second_person": _("a new payee needs a second person"),
    "wait_s": _("a new payee waits"),
    "private_transfers": _("private persons pay each other"),
    "second_person_score": _("a risk score for a second person, from"),
    "case_score": _("a risk score for a case, from"),
    "habit": _("what is out of a customer's habit is a risk"),
}
SCOPES = {
    tp.Scope.OPERATOR: _("each operator"),
    tp.Scope.ROLE: _("each operator in a role"),
    tp.Scope.BRANCH: _("each branch"),
    tp.Scope.CUSTOMER: _("each customer"),
}
PERIODS = {
    tp.Period.PAYMENT: _("one payment"),
    tp.Period.DAY: _("a day"),
    tp.Period.WEEK: _("a week"),
    tp.Period.MONTH: _("a month"),
}
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
ANSWERS = {tp.Answer.ALLOW: _("✓ paid"), tp.Answer.HOLD: _("‖ held"), tp.Answer.REFUSE: _("✗ refused")}


def rule_text(rule: tuple[str, ...], assets: Mapping[str, tp.Asset]) -> str:
    """Return what a rule is called, such as `DEUR, one payment, at most`."""
    asset_id = _asset_id(rule)
    symbol = assets[asset_id].symbol if asset_id in assets else asset_id
    if rule[0] == "scoped":
        _first, _asset, of, name, period = rule
        whose = name or str(SCOPES[tp.Scope(of)])
        if name and tp.Scope(of) is tp.Scope.ROLE:
            whose = str(ROLES[tp.Role(name)])
        return _("{asset}, {whose}, {period}, at most").format(
            asset=symbol, whose=whose, period=PERIODS[tp.Period(period)]
        )
    if rule[0] == "payees":
        return (
            _("whom {customer} may pay").format(customer=rule[1]) if rule[1] else str(_("whom every customer may pay"))
        )
    if rule[0] == "fee_caps_wei":
        return _("chain {chain}: the gas of a payment, at most").format(chain=rule[1])
    name = next((part for part in reversed(rule) if part in RULES), rule[-1])
    called = str(RULES.get(name, name))
    return f"{symbol}, {called}" if symbol else called


def value_text(rule: tuple[str, ...], value: Any, assets: Mapping[str, tp.Asset]) -> str:
    """Return what a rule says; nothing where it does not stand."""
    if value is None:
        return str(_("nothing"))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if rule[0] == "fee_caps_wei":
        return amount_text(tp.Amount(tp.Asset.native(int(rule[1])), int(value)))
    asset_id = _asset_id(rule)
    if asset_id in assets and str(value).isdecimal():
        return amount_text(tp.Amount(assets[asset_id], int(value)))
    if rule[-1].endswith("_s"):
        return left_text(value)
    if rule[-1] in ("opens_minute", "closes_minute"):
        return f"{value // 60:02}:{value % 60:02}"
    if rule[-1] == "weekdays":
        return " ".join(str(WEEKDAYS[day]) for day in value) or str(_("never"))
    if rule[-1] == "tariffs":
        return "; ".join(_tariff(tariff, assets) for tariff in value)
    if rule[-1] == "lists":
        return "; ".join(map(_list, value))
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _list(content: Mapping[str, Any]) -> str:
    facts = [content["name"], content.get("form"), _("keeps {percent} %").format(percent=content["keeps_percent"])]
    if content.get("max_age_s") is not None:
        facts.append(_("old after {time}").format(time=left_text(content["max_age_s"])))
    facts += [_("signed by {key}").format(key=key) for key in content.get("public_keys", ())]
    return ", ".join(fact for fact in facts if fact)


def _tariff(content: Mapping[str, Any], assets: Mapping[str, tp.Asset]) -> str:
    tariff = tp.Tariff(**{**content, "fee_minimum_units": int(content["fee_minimum_units"])})
    token = assets[tariff.token].symbol if tariff.token in assets else tariff.token
    return f"{token} {tariff.currency} {tariff_text(tariff)}"


def _asset_id(rule: tuple[str, ...]) -> str:
    return next((part for part in rule[1:] if ":" in part), "") if rule[0] != "payees" else ""
