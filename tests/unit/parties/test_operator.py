"""Who may do what: the whole table."""

from dataclasses import replace
from typing import Any

import pytest

from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Operator, Permission as P, Role

COUNTER = {P.ENROL, P.REQUEST, P.PAY, P.SHIFT, P.CREDENTIAL, P.RECEIPT, P.READ}
TABLE = {
    Role.TELLER: COUNTER,
    Role.SUPERVISOR: COUNTER
    | {P.FREEZE, P.APPROVE, P.REVERSE, P.CASE, P.CONTROL, P.POLICY, P.VAULT, P.TRAVEL, P.REPORT},
    Role.AUDITOR: {P.CREDENTIAL, P.REPORT, P.READ},
    Role.ENGINE: {P.RUN_ENGINE, P.TRAVEL, P.READ},
    Role.CUSTOMER: {P.REQUEST, P.PAY, P.READ},
}


def operator(role: Role, *, active: bool = True) -> Operator:
    id, branch = ("engine", "engine") if role is Role.ENGINE else ("mia", "main")
    id, customer_id = ("c042.1", "C042") if role is Role.CUSTOMER else (id, "")
    return Operator(
        id=id, name="Mia", role=role, branch=branch, public_key=bytes(32), active=active, customer_id=customer_id
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", P)
def test_a_role_carries_its_permissions_and_no_others(role: Role, permission: P) -> None:
    assert operator(role).may(permission) == (permission in TABLE[role])
    assert not operator(role, active=False).may(permission)


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "Mia"},
        {"id": "mia lind"},
        {"id": "mia\n"},
        {"id": "mi\0a"},
        {"id": "\ud800"},
        {"id": ".mia"},
        {"id": "m" * 33},
        {"id": "engine"},
        {"branch": ""},
        {"branch": "engine"},
        {"branch": "Main"},
        {"branch": "main/street"},
        {"name": ""},
        {"name": " "},
        {"name": "Mia "},
        {"name": "E\u0301va"},
        {"name": "\ud800"},
        {"name": "M" * 141},
        {"role": Role.ENGINE},
        {"role": Role.ENGINE, "id": "engine"},
        {"role": Role.CUSTOMER},
        {"customer_id": "C042"},
        {"role": Role.CUSTOMER, "customer_id": "C042"},
        {"role": Role.CUSTOMER, "customer_id": "C042", "id": "c0421.1"},
    ],
)
def test_ids_and_branches_are_plain_and_the_engines_are_its_own(change: dict[str, Any]) -> None:
    mia = operator(Role.TELLER)
    assert replace(mia, id="m.i-a_2", branch="b2", name="Éva 支店") != mia
    with pytest.raises(InvalidInput):
        replace(mia, **change)
