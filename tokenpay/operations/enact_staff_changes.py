"""What terminals may not do themselves: an approved change of the staff comes into force, on the engine's host."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import StaffChange
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enact_staff import enact_staff_change


def enact_staff_changes(bank: Bank, *, by: Session) -> list[StaffChange]:
    """Put approved changes of the staff in force, oldest first, each by itself; return what came of them.

    Every signature is verified, and one that nobody signed is refused.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        waiting = [change.id for change in uow.staff.standing(ProposalState.APPROVED)]
    done = []
    for change_id in waiting:
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
            change = uow.staff.get(change_id, lock=True)
            if change.state is ProposalState.APPROVED:
                done.append(enact_staff_change(uow, bank, operator, change))
    return done
