"""What one version of the policy says otherwise than another, rule by rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tokenpay.compliance.policy import Policy
from tokenpay.primitives.canonical import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """`rule` is the way to it, such as `("limits", "iso4217:EUR", "payment_units")`; None: it does not stand there."""

    rule: tuple[str, ...]
    was: Value
    becomes: Value


def policy_changes(old: Policy, new: Policy) -> tuple[PolicyChange, ...]:
    """Return every rule that `new` says otherwise than `old`, in a fixed order; the version itself is none."""
    before, after = dict(_rules(old.content())), dict(_rules(new.content()))
    return tuple(
        PolicyChange(rule=rule, was=before.get(rule), becomes=after.get(rule))
        for rule in sorted({*before, *after})
        if before.get(rule) != after.get(rule) and rule != ("version",)
    )


def _rules(content: Mapping[str, Value], way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    for name, value in content.items():
        if name == "scoped" and isinstance(value, list):  # one rule each, named by what there is one limit for
            for limit in value:
                yield ("scoped", *(str(limit[part]) for part in ("asset", "of", "name", "period"))), limit["units"]
            continue
        if isinstance(value, Mapping):
            yield from _rules(value, (*way, name))
        else:
            yield (*way, name), value
