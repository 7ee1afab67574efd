"""Open and resolve what a person must look at."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.errors import InvalidInput, WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.record import record


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
            if any(account.posted_units or account.debits_pending or account.credits_pending for account in accounts):
                raise WrongState("money still stands on the case's account", case=case_id)
        uow.cases.resolve(case_id, resolution=resolution, by=operator.id, at_s=bank.clock.now_s())
        record(uow, bank, operator, "case.resolved", case_id)
        return uow.cases.get(case_id)
