"""The bank's emergency brake: one person stops all payments, two let them go on."""

from tokenpay.bank import Bank
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.first_of_two import TO_RESUME
from tokenpay.steps.record import record


def stop_payments(bank: Bank, *, reason: str, by: Session) -> None:
    """Refuse every payment from now on, in the whole bank; stopping again takes back what was asked to resume.

    Raises InvalidInput for a reason that is not 1 to 140 visible characters.
    """
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        asked = TO_RESUME.asked_by(uow, now_s=bank.clock.now_s(), lock=True)
        if uow.facts.get("stopped", "") and not asked:
            return
        uow.facts.set("stopped", operator.id)
        TO_RESUME.forget(uow)
        record(uow, bank, operator, "payments.stopped", "bank", texts={"reason": reason}, whatever_the_clock=True)


def resume_payments(bank: Bank, *, by: Session) -> bool:
    """Ask to go on, or agree to it within an hour: the second person's call resumes. Returns whether payments run now.

    Raises NotPermitted when the same person calls twice.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        if not uow.facts.get("stopped", ""):
            return True
        now_s = bank.clock.now_s()
        first = TO_RESUME.second(uow, operator, at_s=now_s, alone="payments are resumed by two people", lock=True)
        if not first:
            record(uow, bank, operator, "payments.resume_asked", "bank")
            return False
        uow.facts.set("stopped", "")
        record(uow, bank, operator, "payments.resumed", "bank", {"with": first})
        return True


def accept_clock(bank: Bank, *, by: Session) -> list[str]:
    """Go on after a clock ran ahead and was set right: every audit stream takes the time that it is now.

    Until then nothing but signing in, stopping and freezing is recorded. Look at the clock first: what was
    done while it was wrong carries the wrong time. Returns the streams that stood in the future.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        now_s = bank.clock.now_s()
        ahead = [head for head in uow.audit.heads() if head.at_s > now_s]
        for head in ahead:
            details = {"was_s": head.at_s}
            record(
                uow,
                bank,
                operator,
                "clock.accepted",
                head.stream,
                details,
                stream=head.stream,
                whatever_the_clock=True,
            )
        return [head.stream for head in ahead]
