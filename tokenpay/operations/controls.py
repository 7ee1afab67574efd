"""The bank's emergency brake: one person stops all payments, two let them go on."""

from tokenpay.bank import Bank
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import NotPermitted
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record


def stop_payments(bank: Bank, *, reason: str, by: Session) -> None:
    """Refuse every payment from now on, in the whole bank; stopping again changes nothing.

    Raises InvalidInput for a reason that is not 1 to 140 visible characters.
    """
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        if uow.facts.get("stopped", ""):
            return
        uow.facts.set("stopped", operator.id)
        uow.facts.set("resume_asked_by", "")
        record(uow, bank, operator, "payments.stopped", "bank", {"reason": reason})


def resume_payments(bank: Bank, *, by: Session) -> bool:
    """Ask to go on, or agree to it: the second person's call resumes. Returns whether payments run now.

    Raises NotPermitted when the same person calls twice.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        if not uow.facts.get("stopped", ""):
            return True
        first = uow.facts.lock("resume_asked_by")
        if first == operator.id:
            raise NotPermitted("payments are resumed by two people")
        if not first:
            uow.facts.set("resume_asked_by", operator.id)
            record(uow, bank, operator, "payments.resume_asked", "bank")
            return False
        uow.facts.set("stopped", "")
        uow.facts.set("resume_asked_by", "")
        record(uow, bank, operator, "payments.resumed", "bank", {"with": first})
        return True
