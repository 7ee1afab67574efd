"""An operator: somebody who may act, in a role, at a branch, with a key of their own."""

from dataclasses import dataclass
from enum import StrEnum

ENGINE_ID = "engine"
"""The one operator who is no person."""


class Role(StrEnum):
    """What an operator is there for; permissions follow from it."""

    TELLER = "teller"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ENGINE = "engine"


class Permission(StrEnum):
    """What a verb asks of a session. A verb asks for exactly one."""

    ENROL = "enrol"
    FREEZE = "freeze"
    REQUEST = "request"
    PAY = "pay"
    APPROVE = "approve"
    REVERSE = "reverse"
    CASE = "case"
    CONTROL = "control"
    SHIFT = "shift"
    VAULT = "vault"
    RUN_ENGINE = "run_engine"
    READ = "read"


_COUNTER = frozenset({Permission.ENROL, Permission.REQUEST, Permission.PAY, Permission.SHIFT, Permission.READ})
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TELLER: _COUNTER,
    Role.SUPERVISOR: _COUNTER
    | {
        Permission.FREEZE,
        Permission.APPROVE,
        Permission.REVERSE,
        Permission.CASE,
        Permission.CONTROL,
        Permission.VAULT,
    },
    Role.AUDITOR: frozenset({Permission.READ}),
    Role.ENGINE: frozenset({Permission.RUN_ENGINE, Permission.READ}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """`public_key` is the operator's Ed25519 key: what they confirm, they sign with its private half."""

    id: str
    name: str
    role: Role
    branch: str
    public_key: bytes
    active: bool = True

    def may(self, permission: Permission) -> bool:
        """Tell whether the role carries this permission and the operator is active."""
        return self.active and permission in PERMISSIONS[self.role]
