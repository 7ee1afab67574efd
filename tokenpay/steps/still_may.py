"""The first of two people, asked after where the second one comes: what they said counts while they may say it."""

from tokenpay.errors import NotFound
from tokenpay.parties.operator import Permission
from tokenpay.store.unit_of_work import UnitOfWork


def still_may(uow: UnitOfWork, operator_id: str, permission: Permission) -> bool:
    """Tell whether somebody who asked before would be let now: not who was dismissed since, or has another role.

    Where they would not, nobody has asked: the second person is the first.
    """
    try:
        return uow.operators.get(operator_id).may(permission)
    except NotFound:
        return False
