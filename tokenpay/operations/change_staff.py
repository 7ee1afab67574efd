"""People who come to the bank's staff, by two supervisors, and people who go, by one."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import PENDING, ProposalState
from tokenpay.compliance.staff_change import StaffChange, StaffChangeKind
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.credential import CredentialKind, seal_new_key
from tokenpay.parties.customer import checked_name
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enact_staff import MAX_AHEAD_S, check_may_go, check_new, enact_staff_change, leaving, refuse_row
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record

_S = ProposalState


def propose_admission(
    bank: Bank, *, id: str, name: str, role: Role, branch: str, password: str, by: Session, key: str
) -> StaffChange:
    """Propose that somebody be admitted to the staff, who types a password of their own; a second person decides.

    Their signing key is made here and sealed under the password, which is not kept. `branch` may be a new one. The same
    key with the same person returns the change as it stands, and the password of the first time counts. Raises
    InvalidInput, also for a password of fewer than 8 characters; WrongState for an id that anybody has, had or is about
    to get; KeyReused.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        cost = uow.operators.credential(operator.id, CredentialKind.PASSWORD).cost
    credential = seal_new_key(password, operator_id=id, random=bank.entropy.random, cost=cost)
    newcomer = Operator(id=id, name=checked_name(name), role=role, branch=branch, public_key=credential.public_key)
    now_s = bank.clock.now_s()
    change = StaffChange.admission(new_id(bank, "ST"), newcomer, by=by, at_s=now_s)
    content = {"operator": id, "name": newcomer.name, "role": role.value, "branch": branch}
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        known = uow.keys.claim(key, verb="propose_admission", content=content, result_id=change.id, at_s=now_s)
        if known is not None:
            return uow.staff.get(known)
        check_new(uow, newcomer)
        waiting = uow.staff.pending(id, StaffChangeKind.ADMIT)
        if waiting is not None:
            raise WrongState("an admission under this id waits: decide on it first", change=waiting)
        uow.staff.add(change, credential)
        details = {"change": change.id, "kind": change.kind.value, "role": role.value, "branch": branch}
        record(uow, bank, operator, "operator.proposed", id, details)
        return change


def approve_admission(bank: Bank, change_id: str, *, by: Session) -> StaffChange:
    """Sign an open admission as its second person; who is admitted may sign in when this returns.

    From a terminal, whose database role may not say who acts for the bank, it returns approved: the engine puts it in
    force on its next turn. Approved again it is returned as it is. Raises NotFound, NotPermitted where its proposer
    asks, WrongState for one that was refused or withdrawn, IntegrityError where its proposer did not sign it.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        change = uow.staff.get(change_id, lock=True)
        if change.proposed_by == operator.id:
            raise NotPermitted("nobody approves an admission that they proposed")
        if change.state in (_S.REFUSED, _S.WITHDRAWN) or change.kind is not StaffChangeKind.ADMIT:
            raise WrongState(f"this {change.kind} is {change.state}", change=change_id)
        if change.state is _S.OPEN:
            change.verify_proposer(uow.operators.get(change.proposed_by).public_key)
            change = change.approved(by=by, at_s=bank.clock.now_s())
            uow.staff.decide(change)
            record(uow, bank, operator, "operator.approved", change.operator.id, {"change": change.id})
        if change.state is _S.APPROVED and uow.policies.may_add():
            change = enact_staff_change(uow, bank, operator, change)
        return change


def refuse_admission(bank: Bank, change_id: str, *, reason: str, by: Session) -> StaffChange:
    """End an admission that is not in force, as its second person; refused again it is returned as it is.

    Raises InvalidInput for a reason that is not 1 to 140 visible characters, NotFound, NotPermitted where its proposer
    asks, WrongState.
    """
    return _end(bank, change_id, _S.REFUSED, reason=checked_reason(reason), by=by)


def withdraw_admission(bank: Bank, change_id: str, *, by: Session) -> StaffChange:
    """Take back an admission of your own that nobody approved yet; withdrawn again it is returned as it is.

    Raises NotFound, NotPermitted where somebody else proposed it, WrongState.
    """
    return _end(bank, change_id, _S.WITHDRAWN, reason="", by=by)


def dismiss_operator(bank: Bank, operator_id: str, *, reason: str, by: Session, key: str) -> StaffChange:
    """Let somebody of the staff act no more, for good: their sessions end, and one supervisor is enough.

    From a terminal, whose database role may not say who acts for the bank, it returns approved: the engine puts it in
    force on its next turn. The same key with the same person returns the change as it stands. Raises InvalidInput for a
    reason that is not 1 to 140 visible characters; NotFound; NotPermitted for oneself, the engine and customers;
    WrongState for who was dismissed before or is about to be, and where fewer than two supervisors would stay;
    KeyReused.
    """
    reason, now_s, id = checked_reason(reason), bank.clock.now_s(), new_id(bank, "ST")
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        content = {"operator": operator_id}
        known = uow.keys.claim(key, verb="dismiss_operator", content=content, result_id=id, at_s=now_s)
        if known is not None:
            return uow.staff.get(known)
        leaver = check_may_go(uow, operator_id, by=operator.id)
        waiting = leaving(uow, leaver)
        if waiting is not None:
            raise WrongState("their dismissal waits for the engine", change=waiting)
        forged = uow.staff.pending(operator_id, StaffChangeKind.DISMISS)
        if forged is not None:
            refuse_row(uow, bank, operator, forged, why="nobody signed it")
        # What they signed before counts: no clock of another machine may say that it came after. Nor may this one's say
        # that they stay for years.
        at_s = uow.staff.not_ahead(now_s)
        vouched_s = uow.staff.last_vouched_s(operator_id, up_to_s=at_s + MAX_AHEAD_S)
        at_s = max(at_s, vouched_s, uow.staff.last_signed_s(operator_id))
        change = StaffChange.dismissal(id, leaver, reason=reason, by=by, at_s=at_s)
        uow.staff.add(change)
        uow.sessions.close_all(operator_id, at_s=now_s)
        details = {"change": id, "kind": change.kind.value}
        record(
            uow,
            bank,
            operator,
            "operator.proposed",
            operator_id,
            details,
            texts={"reason": reason},
            whatever_the_clock=True,
        )
        return enact_staff_change(uow, bank, operator, change) if uow.policies.may_add() else change


def staff_changes(bank: Bank, *, by: Session, limit: int = 100) -> list[StaffChange]:
    """Return who was to be admitted or dismissed, newest first, and what became of it."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.staff.newest(limit=limit)


def _end(bank: Bank, change_id: str, state: ProposalState, *, reason: str, by: Session) -> StaffChange:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        change = uow.staff.get(change_id, lock=True)
        own, withdraws = change.proposed_by == operator.id, state is _S.WITHDRAWN
        if own is not withdraws:
            raise NotPermitted("who proposed an admission withdraws it, and nobody else; who did not may refuse it")
        if change.state is state:
            return change
        if (
            change.kind is not StaffChangeKind.ADMIT
            or change.state not in PENDING
            or (withdraws and change.state is not _S.OPEN)
        ):
            raise WrongState(f"this {change.kind} is {change.state}", change=change_id)
        ended = change.ended(state, by=operator.id, at_s=bank.clock.now_s(), reason=reason)
        uow.staff.decide(ended)
        details = {"change": ended.id}
        if withdraws:
            record(uow, bank, operator, "operator.withdrawn", ended.operator.id, details)
        else:
            record(uow, bank, operator, "operator.refused", ended.operator.id, details, texts={"reason": reason})
        return ended
