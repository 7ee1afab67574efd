"""How a change of the staff comes into force: only with the signatures that it needs, of people who are still there."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import STAFF, StaffChange, StaffChangeKind
from tokenpay.errors import IntegrityError, NotFound, NotPermitted, WrongState
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

MIN_SUPERVISORS = 2
MAX_AHEAD_S = 300
"""So far may a clock elsewhere be before this one: the signer believes the times that are signed."""


def check_new(uow: UnitOfWork, operator: Operator) -> None:
    """Raise WrongState for an id, or a key, that anybody ever had: what they signed must stay theirs."""
    if uow.operators.is_taken(operator):
        raise WrongState("this id is or was somebody's: whoever comes back gets another", operator=operator.id)


def check_may_go(uow: UnitOfWork, operator_id: str, *, by: str) -> Operator:
    """Return who is to be dismissed by somebody else, with the bank's supervisors locked.

    Raises NotFound, NotPermitted for oneself, the engine and customers, WrongState for who is gone, and where fewer
    than two supervisors would stay.
    """
    supervisors = uow.operators.lock_supervisors()
    operator = uow.operators.get(operator_id)
    if operator.role not in STAFF:
        raise NotPermitted("the engine and customers are not dismissed", operator=operator_id)
    if operator_id == by:
        raise NotPermitted("nobody dismisses themself")
    if not operator.active:
        raise WrongState("they were dismissed before", operator=operator_id)
    if operator.role is Role.SUPERVISOR and len(supervisors - {operator_id}) < MIN_SUPERVISORS:
        raise WrongState("two supervisors stay: admit another first", operator=operator_id)
    return operator


def leaving(uow: UnitOfWork, operator: Operator) -> str | None:
    """Return the id of a dismissal of somebody that a supervisor signed and that waits for the engine, if there is one.

    Whoever writes such a row without a signature keeps nobody out.
    """
    pending = uow.staff.pending(operator.id, StaffChangeKind.DISMISS)
    try:
        change = uow.staff.get(pending) if pending is not None else None
        if change is None or change.operator != replace(operator, active=True) or operator.role not in STAFF:
            return None
        _check_people(uow, change)
    except (IntegrityError, NotFound):
        return None
    return pending


def enact_staff_change(uow: UnitOfWork, bank: Bank, by: Operator, change: StaffChange) -> StaffChange:
    """Put a locked, approved change in force, on a machine that may; one that its people did not sign is refused.

    So is one that somebody signed who is dismissed by now, that admits an id that is taken, or that dismisses somebody
    who must stay.
    """
    now_s, details = bank.clock.now_s(), {"change": change.id, "by": change.proposed_by}
    uow.operators.lock_supervisors()  # nobody who signed is dismissed meanwhile
    try:
        _check_signed(uow, change, now_s=now_s)
        if change.kind is StaffChangeKind.ADMIT:
            check_new(uow, change.operator)
            uow.operators.add(change.operator, uow.staff.credential(change))
        else:
            if check_may_go(uow, change.operator.id, by=change.proposed_by) != change.operator:
                raise IntegrityError("the dismissal is of somebody else", change=change.id)
            uow.operators.deactivate(change.operator.id)
            uow.sessions.close_all(change.operator.id, at_s=now_s)
    except (IntegrityError, NotFound, NotPermitted, WrongState) as error:
        refused = change.ended(ProposalState.REFUSED, by=by.id, at_s=now_s, reason=error.message)
        uow.staff.decide(refused)
        takes_away = change.kind is StaffChangeKind.DISMISS
        record(uow, bank, by, "operator.refused", change.operator.id, details, whatever_the_clock=takes_away)
        return refused
    in_force = replace(change, state=ProposalState.IN_FORCE)
    uow.staff.decide(in_force)
    it = change.operator
    if change.kind is StaffChangeKind.ADMIT:
        content = {**details, "with": change.decided_by, "role": it.role.value, "branch": it.branch}
        record(uow, bank, by, "operator.admitted", it.id, {**content, "public_key": it.public_key.hex()})
    else:
        record(uow, bank, by, "operator.dismissed", it.id, details, whatever_the_clock=True)
    return in_force


def refuse_row(uow: UnitOfWork, bank: Bank, by: Operator, change_id: str, *, why: str) -> None:
    """Refuse a change that waits and is none: it stands in the way of a real one."""
    whose = uow.staff.refuse(change_id, by=by.id, at_s=bank.clock.now_s(), reason=why)
    if whose is not None:
        details = {"change": change_id, "reason": why}
        record(uow, bank, by, "operator.refused", whose, details, whatever_the_clock=True)


def _check_signed(uow: UnitOfWork, change: StaffChange, *, now_s: int) -> None:
    last_s = uow.staff.last_signed_s(change.operator.id)  # never, of who is only to come
    if not all(last_s <= at_s <= max(last_s, now_s + MAX_AHEAD_S) for _, at_s in change.signed):
        raise IntegrityError("the change is dated ahead, or before what its leaver signed", change=change.id)
    _check_people(uow, change)


def _check_people(uow: UnitOfWork, change: StaffChange) -> None:
    people = [uow.operators.get(id) for id, _ in change.signed]
    change.verify(*(operator.public_key for operator in people))
    if not all(operator.may(Permission.POLICY) for operator in people):
        raise IntegrityError("somebody who signed this change may not do so any more", change=change.id)
