"""An operator: somebody who may act, in a role, at a branch, with a key of their own."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tokenpay.errors import InvalidInput
from tokenpay.parties.customer import checked_name

ENGINE_ID = "engine"
"""The one operator who is no person; its branch has this name too."""
# Small letters only: nobody is told from another by a capital.
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


class Role(StrEnum):
    """What an operator is there for; permissions follow from it."""

    TELLER = "teller"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ENGINE = "engine"
    CUSTOMER = "customer"


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
    POLICY = "policy"
    SHIFT = "shift"
    VAULT = "vault"
    CREDENTIAL = "credential"
    RECEIPT = "receipt"
    TRAVEL = "travel"
    RUN_ENGINE = "run_engine"
    REPORT = "report"
    READ = "read"


AT_THE_COUNTER = frozenset({Role.TELLER, Role.SUPERVISOR})
"""Who sees customers, and says whose key is whose."""
_COUNTER = frozenset(
    {
        Permission.ENROL,
        Permission.REQUEST,
        Permission.PAY,
        Permission.SHIFT,
        Permission.CREDENTIAL,
        Permission.RECEIPT,
        Permission.READ,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TELLER: _COUNTER,
    Role.SUPERVISOR: _COUNTER
    | {
        Permission.FREEZE,
        Permission.APPROVE,
        Permission.REVERSE,
        Permission.CASE,
        Permission.CONTROL,
        Permission.POLICY,
        Permission.VAULT,
        Permission.TRAVEL,
        Permission.REPORT,
    },
    Role.AUDITOR: frozenset({Permission.CREDENTIAL, Permission.REPORT, Permission.READ}),
    Role.ENGINE: frozenset({Permission.RUN_ENGINE, Permission.TRAVEL, Permission.READ}),
    # Of their own only: `authorize` refuses where a verb does not say whose data or money it touches.
    Role.CUSTOMER: frozenset({Permission.REQUEST, Permission.PAY, Permission.READ}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """`public_key` is the operator's Ed25519 key: what they confirm, they sign with its private half.

    `id` and `branch` are 1 to 32 small letters, digits, dots, dashes and underscores. `customer_id` is the number of
    the one customer who is this operator, in self-service, and the id begins with it. Raises InvalidInput.
    """

    id: str
    name: str
    role: Role
    branch: str
    public_key: bytes
    active: bool = True
    customer_id: str = ""

    def __post_init__(self) -> None:
        for name in (self.id, self.branch):
            if _ID.fullmatch(name) is None:
                raise InvalidInput("an operator's id and branch are 1 to 32 of a-z, 0-9, and . _ - within")
        if checked_name(self.name) != self.name:
            raise InvalidInput("an operator's name is in NFC, without outer spaces")
        if len({self.role is Role.ENGINE, self.id == ENGINE_ID, self.branch == ENGINE_ID}) != 1:
            raise InvalidInput("the engine is no person: its id, role and branch are its own")
        if (self.role is Role.CUSTOMER) != bool(self.customer_id):
            raise InvalidInput("an operator in the customer's role, and no other, is one customer of the bank")
        if self.customer_id and not self.id.startswith(f"{self.customer_id.lower()}."):
            raise InvalidInput("a customer's own operator is named after the customer's number")

    def may(self, permission: Permission) -> bool:
        """Tell whether the role carries this permission and the operator is active."""
        return self.active and permission in PERMISSIONS[self.role]
