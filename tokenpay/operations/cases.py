"""Open and resolve what a person must look at."""

from collections.abc import Sequence

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.errors import InvalidInput, WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.operations.authorize import authorize
from tokenpay.operations.identifiers import new_id
from tokenpay.operations.record import record
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Intent
from tokenpay.payments.payment import Reason
from tokenpay.store.unit_of_work import UnitOfWork


def enter_case(uow: UnitOfWork, bank: Bank, operator: Operator, *, kind: CaseKind, subject: str, note: str) -> Case:
    """Add a case to the unit of work of what caused it, or return the open one of this kind and subject.

    What happens again after a case was resolved is a case of its own, numbered after the subject.
    """
    before = uow.cases.find(kind, subject)
    still_open = next((case for case in before if case.is_open), None)
    if still_open is not None:
        return still_open
    numbered = f"{subject}#{len(before) + 1}" if before else subject
    now_s = bank.clock.now_s()
    case = Case(id=new_id(bank, "CS"), kind=kind, subject=numbered, note=note[:500], opened_at_s=now_s)
    if not uow.cases.add(case):  # another unit of work was quicker, and its case is there now
        return enter_case(uow, bank, operator, kind=kind, subject=subject, note=note)
    record(uow, bank, operator, "case.opened", case.id, {"kind": kind.value, "subject": numbered})
    return case


def enter_match_case(
    uow: UnitOfWork, bank: Bank, operator: Operator, intent: Intent, reasons: Sequence[Reason]
) -> None:
    """Open a case about the listed address where a deny-list is among the reasons: one for all its attempts."""
    if "screening.match" not in {reason.code for reason in reasons}:
        return
    address = next(party for party in (intent.creditor, intent.debtor) if isinstance(party, ChainParty))
    note = f"{intent.maker} proposed {intent.amount} from {intent.debtor} to {intent.creditor}, payment {intent.uetr}"
    enter_case(uow, bank, operator, kind=CaseKind.SCREENING_MATCH, subject=str(address), note=note)


def open_case(bank: Bank, *, kind: CaseKind, subject: str, note: str, by: Session) -> Case:
    """Open a case about a payment, deposit, asset or chain; one of the same kind and subject is returned as it is."""
    if not 0 < len(subject) <= 200 or len(note) > 500:
        raise InvalidInput("a case has a subject of up to 200 and a note of up to 500 characters")
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        return enter_case(uow, bank, operator, kind=kind, subject=subject, note=note)


def resolve_case(bank: Bank, case_id: str, *, resolution: str, by: Session) -> Case:
    """Close a case with what was done. Resolving it again returns it as it is.

    Raises WrongState while money stands on its account: refund it or pay it out first.
    """
    if not 0 < len(resolution) <= 500:
        raise InvalidInput("a resolution is 1 to 500 characters")
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        case = uow.cases.get(case_id, lock=True)
        if not case.is_open:
            return case
        for kind in (AccountKind.SUSPENSE, AccountKind.BLOCKED):
            accounts = uow.ledger.accounts(kind=kind, owner=case_id)
            if any(account.posted_units or account.debits_pending for account in accounts):
                raise WrongState("money still stands on the case's account", case=case_id)
        uow.cases.resolve(case_id, resolution=resolution, by=operator.id, at_s=bank.clock.now_s())
        record(uow, bank, operator, "case.resolved", case_id)
        return uow.cases.get(case_id)
