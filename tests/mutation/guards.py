"""The guards of the gate, each taken away by itself: what refuses, holds, raises or verifies, and nothing else.

A guard is a condition that leads to a refusal, a reason, or a raise; a call that may raise; a family of reasons that a
decision gathers; one limit or counter among several; one of several things that are enough; a fact that the gate tells.
Taken away, a condition is never so, a statement does nothing, and a fact says what never holds anything up.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tests.mutation.operators import Mutant

FILES = (
    "tokenpay/steps/check_approvals.py",
    "tokenpay/steps/clear.py",
    "tokenpay/steps/count_limits.py",
    "tokenpay/steps/check_rekeyed.py",
    "tokenpay/compliance/decision.py",
    "tokenpay/compliance/policy.py",
    "tokenpay/compliance/limits.py",
    "tokenpay/compliance/payee_rules.py",
    "tokenpay/compliance/rekeyed.py",
)
_FACTS = {
    "stopped": "False",
    "asset_usable": "True",
    "customers": "{}",
    "screenings": "tuple(type(it)(subject=it.subject, verdict=type(it.verdict).CLEAR) for it in screenings)",
    "used_units": "{}",
    "second_person": "True",
    "passkeys": "True",
    "sender_unknown": "False",
    "travel": "travel_facts(uow, intent, now_s=now_s).__class__(data=True, own_wallet=True)",
    "kinds": "{customer.id: type(customer.kind).BUSINESS for customer in customers}",
    "payee_known": "True",
    "payee_units": "0",
    "gone": "False",
    "risk": "NOTHING",
    "held_for": "()",
}
"""What each fact of the gate's says where there is nothing against a payment."""
_ALL_SO = frozenset({"agrees"})
"""Functions of which nothing goes where one of several things is not so."""
_NOUNS = frozenset({"content", "hash", "always", "day", "first_day", "key", "tariff"})
"""Functions that decide nothing."""


def guards(path: str, source: str) -> list[Mutant]:
    """Return each guard of a source taken away, in its order."""
    seen: Counter[int] = Counter()
    found = []
    for mutant in sorted(_found(path, source), key=lambda mutant: (mutant.start, -mutant.end)):
        found.append(replace(mutant, number=seen[mutant.line]))
        seen[mutant.line] += 1
    return found


def _found(path: str, source: str) -> Iterator[Mutant]:
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for function, outer in _functions(ast.parse(source)):
        for node, after in _removals(function):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            before = source.encode()[start:end].decode()
            padding = "\n" * before.count("\n")
            yield Mutant(
                path=path,
                line=node.lineno,
                kind="guard",
                start=start,
                end=end,
                before=before,
                after=f"({after}{padding})" if isinstance(node, ast.expr) else after + padding,
                lines=(function.lineno, function.end_lineno or function.lineno),
                function=outer,
                first_line=min((function.lineno, *(it.lineno for it in function.decorator_list))),
            )


def _functions(module: ast.Module) -> Iterator[tuple[ast.FunctionDef, str]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield node, node.name
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name not in _NOUNS:
                    yield inner, f"{node.name}.{inner.name}"


def _removals(function: ast.FunctionDef) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.If) and any(_says_no(inner) for inner in node.body):
            yield node.test, "False"
        elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and _may_refuse(node.value)):
            yield node, "pass"
        elif isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Call):
            yield node.value, "()"
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Facts":
            yield from ((given.value, _FACTS[given.arg]) for given in node.keywords if given.arg in _FACTS)
        elif isinstance(node, ast.Raise) and node is function.body[-1]:
            yield node, "pass"
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.List) and _reasons(node.value):
            yield node, "return []"
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.BoolOp) and function.name in _ALL_SO:
            yield from ((operand, "True") for operand in node.value.values)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.BoolOp) and isinstance(node.value.op, ast.Or):
            yield from ((operand, "False") for operand in node.value.values)


def _says_no(node: ast.stmt) -> bool:
    """Tell whether a statement refuses, holds, or gives a decision back instead of a clearance."""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Return):
        return isinstance(node.value, ast.Name) or _reasons(node)
    return isinstance(node, ast.Expr) and _reasons(node)


def _may_refuse(node: ast.expr) -> bool:
    if isinstance(node, (ast.Yield, ast.YieldFrom)):  # one more that limits, or that is counted
        return True
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return _reasons(node) or "check" in called or called in {"verify", "parse_party", "record", "append"}


def _reasons(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "Reason" for inner in ast.walk(node))
