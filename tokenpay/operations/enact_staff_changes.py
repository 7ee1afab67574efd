"""What terminals may not do themselves: an approved change of the staff comes into force, on the engine's host."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import StaffChange, StaffChangeKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enact_staff import MAX_AHEAD_S, enact_staff_change, leaving, refuse_row


def enact_staff_changes(bank: Bank, *, by: Session) -> list[StaffChange]:
    """Put approved changes of the staff in force, each by itself, and return what came of them.

    Dismissals come first, and either kind oldest first. Every signature is verified, and what nobody signed is refused;
    so is one that waits and cannot be read, for nobody could decide on it, nor on another of the same person. A
    dismissal that a clock which was ahead has dated waits for that time: nobody signs in whom one is signed of.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        unreadable = uow.staff.unreadable()
        approved = uow.staff.standing(ProposalState.APPROVED)
    latest_s = bank.clock.now_s() + MAX_AHEAD_S
    for change_id in unreadable:
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
            if change_id in uow.staff.unreadable():
                refuse_row(uow, bank, operator, change_id, why="the change cannot be read")
    done = []
    for waiting in sorted(approved, key=lambda change: change.kind is not StaffChangeKind.DISMISS):
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
            uow.operators.lock_supervisors()  # first, as who dismisses does
            change = uow.staff.get(waiting.id, lock=True)
            too_early = change.proposed_at_s > latest_s and leaving(uow, change.operator) == change.id
            if change.state is ProposalState.APPROVED and not too_early:
                done.append(enact_staff_change(uow, bank, operator, change))
    return done
