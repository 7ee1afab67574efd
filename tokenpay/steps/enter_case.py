"""Open a case in the unit of work of what caused it."""

from collections.abc import Sequence
from itertools import count

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.screening import Verdict
from tokenpay.parties.operator import Operator
from tokenpay.payments.intent import Intent
from tokenpay.payments.payment import Reason
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record
from tokenpay.steps.screened import outside
from tokenpay.steps.screened_names import screened_names
from tokenpay.store.unit_of_work import UnitOfWork


def enter_case(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    *,
    kind: CaseKind,
    subject: str,
    note: str,
    typed: bool = False,
    about: str | None = None,
) -> Case:
    """Add a case to the unit of work of what caused it, or return the open one of this kind and subject.

    What happens again after a case was resolved is a case of its own, numbered after the subject. A subject that a
    person `typed` may be a name: it stands beside the audit record, not in it.
    """
    before = uow.cases.find(kind, subject)
    still_open = next((case for case in before if case.is_open), None)
    if still_open is not None:  # somebody may just close it, and money under a closed case goes nowhere
        locked = uow.cases.get(still_open.id, lock=True)
        if locked.is_open:
            return locked
        return enter_case(uow, bank, operator, kind=kind, subject=subject, note=note, typed=typed, about=about)
    taken = {case.subject for case in before}
    names = (f"{subject}#{number}" if number > 1 else subject for number in count(1))
    numbered = next(name for name in names if name not in taken)
    now_s = bank.clock.now_s()
    case = Case(id=new_id(bank, "CS"), kind=kind, subject=numbered, note=note[:500], opened_at_s=now_s)
    if not uow.cases.add(case):  # another unit of work was quicker, and its case is there now
        return enter_case(uow, bank, operator, kind=kind, subject=subject, note=note, typed=typed, about=about)
    told = {"kind": kind.value} if typed else {"kind": kind.value, "subject": numbered}
    texts = {"subject": numbered} if typed else None
    record(uow, bank, operator, "case.opened", case.id, told, texts=texts, about=about)
    return case


def enter_match_case(
    uow: UnitOfWork, bank: Bank, operator: Operator, intent: Intent, reasons: Sequence[Reason]
) -> None:
    """Open a case about the listed address where a list is among the reasons: one for all its attempts."""
    if "screening.match" in {reason.code for reason in reasons}:
        match_case(uow, bank, operator, intent)


def match_case(uow: UnitOfWork, bank: Bank, operator: Operator, intent: Intent) -> Case:
    """Open, or return, the case about the address of a payment that stands on a list, and say where it stands."""
    parties = outside(uow, intent)
    address = next((party for party in parties if uow.lists.hits(party.address)), parties[0])
    where = sorted(f"{hit.list_name}: {hit.entry_id}" for hit in uow.lists.hits(address.address))
    note = f"{intent.maker} proposed {intent.amount} from {intent.debtor} to {intent.creditor}, payment {intent.uetr}"
    noted = "; ".join([note, *where])
    case = enter_case(uow, bank, operator, kind=CaseKind.SCREENING_MATCH, subject=str(address), note=noted)
    uow.cases.add_maker(case, intent.maker)
    return uow.cases.get(case.id)


def enter_hit_cases(uow: UnitOfWork, bank: Bank, operator: Operator, intent: Intent, reasons: Sequence[Reason]) -> None:
    """Open a case about everybody whose name holds a payment, where none is open: a hit that nobody sees stays."""
    if "screening.possible_match" in {reason.code for reason in reasons}:
        for each in screened_names(uow, bank, intent):
            if each.verdict is Verdict.POSSIBLE_MATCH:
                note = f"the name may be one on a screening list, as before; {each.list_name}: {each.entry_id}"
                enter_case(uow, bank, operator, kind=CaseKind.POSSIBLE_MATCH, subject=each.subject, note=note)


def enter_risk_case(uow: UnitOfWork, bank: Bank, operator: Operator, intent: Intent, grave: Sequence[Reason]) -> None:
    """Open a case about the customer who pays where what the scorers found is grave: one, until it is resolved."""
    if grave:
        why = "; ".join(f"{reason.code}: {reason.message}" for reason in grave)
        note = f"payment {intent.uetr} of {intent.amount}, {why}"
        enter_case(uow, bank, operator, kind=CaseKind.RISK, subject=str(intent.debtor), note=note)
