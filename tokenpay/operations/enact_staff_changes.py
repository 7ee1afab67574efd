"""What terminals may not do themselves: an approved change of the staff comes into force, on the engine's host."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import StaffChange, StaffChangeKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enact_staff import MAX_AHEAD_S, enact_staff_change, leaving
from tokenpay.steps.record import record


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
        _refuse_unreadable(bank, change_id, by=by)
    done = []
    for waiting in sorted(approved, key=lambda change: change.kind is not StaffChangeKind.DISMISS):
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
            change = uow.staff.get(waiting.id, lock=True)
            too_early = change.proposed_at_s > latest_s and leaving(uow, change.operator) == change.id
            if change.state is ProposalState.APPROVED and not too_early:
                done.append(enact_staff_change(uow, bank, operator, change))
    return done


def _refuse_unreadable(bank: Bank, change_id: str, *, by: Session) -> None:
    why = "the change cannot be read"
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        whose = uow.staff.end_unreadable(change_id, by=operator.id, at_s=bank.clock.now_s(), reason=why)
        if whose is not None:
            details = {"change": change_id, "reason": why}
            record(uow, bank, operator, "operator.refused", whose, details, whatever_the_clock=True)
