"""Who may do what: the whole table."""

import pytest

from tokenpay.parties.operator import Operator, Permission as P, Role

COUNTER = {P.ENROL, P.REQUEST, P.PAY, P.SHIFT, P.READ}
TABLE = {
    Role.TELLER: COUNTER,
    Role.SUPERVISOR: COUNTER | {P.FREEZE, P.APPROVE, P.REVERSE, P.CASE, P.CONTROL, P.VAULT},
    Role.AUDITOR: {P.READ},
    Role.ENGINE: {P.RUN_ENGINE, P.READ},
}


def operator(role: Role, *, active: bool = True) -> Operator:
    return Operator(id="mia", name="Mia", role=role, branch="main", public_key=bytes(32), active=active)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", P)
def test_a_role_carries_its_permissions_and_no_others(role: Role, permission: P) -> None:
    assert operator(role).may(permission) == (permission in TABLE[role])
    assert not operator(role, active=False).may(permission)
