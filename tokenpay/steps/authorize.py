"""Who is asking, and may they: asked first by every verb, inside its unit of work."""

from tokenpay.bank import Bank
from tokenpay.errors import NotPermitted, SessionExpired
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.store.unit_of_work import UnitOfWork


def authorize(uow: UnitOfWork, bank: Bank, by: Session, permission: Permission) -> Operator:
    """Return the operator of a live session whose role carries `permission`, as the bank knows them now.

    Raises SessionExpired for a closed, expired, unknown or future session, or one without its operator's key,
    NotPermitted otherwise.
    """
    operator = uow.sessions.live_operator(by.id, now_s=bank.clock.now_s())
    if operator is None or operator.id != by.operator.id or not by.holds_key_of(operator):
        raise SessionExpired("the session has ended: sign in again")
    if not operator.may(permission):
        raise NotPermitted(f"a {operator.role} may not do this", role=operator.role, permission=permission)
    return operator
