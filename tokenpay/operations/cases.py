"""Open and resolve what a person must look at."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import MATCHES, Case, CaseKind
from tokenpay.errors import InvalidInput, NotFound, NotPermitted, WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import is_uetr
from tokenpay.requests.visible import is_visible
from tokenpay.steps.authorize import authorize, customers_of
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.hit_makers import hit_makers
from tokenpay.steps.record import record
from tokenpay.steps.still_may import still_may
from tokenpay.store.unit_of_work import UnitOfWork


def open_case(bank: Bank, *, kind: CaseKind, subject: str, note: str, by: Session) -> Case:
    """Open a case about a payment, deposit, asset or chain; the open one of this kind and subject is returned as it is.

    Raises InvalidInput for a subject that is not 1 to 200, or a note longer than 500 visible characters.
    """
    if not 0 < len(subject) <= 200 or len(note) > 500 or not is_visible(subject + note):
        raise InvalidInput("a case has a subject of up to 200 and a note of up to 500 visible characters")
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        about = _customer(uow, subject)
        return enter_case(uow, bank, operator, kind=kind, subject=subject, note=note, typed=True, about=about)


def resolve_case(bank: Bank, case_id: str, *, resolution: str, by: Session) -> Case:
    """Close a case with what was done. Resolving it again returns it as it is.

    One about somebody on a list is closed by two people: it stays open until the second has said what was done, too.
    Raises InvalidInput for a resolution that is not 1 to 500 visible characters, NotFound, NotPermitted for who made a
    payment that such a case is about, and WrongState while money stands under it: refund it or pay it out first.
    """
    if not 0 < len(resolution) <= 500 or not is_visible(resolution):
        raise InvalidInput("a resolution is 1 to 500 visible characters")
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        case = uow.cases.get(case_id, lock=True)
        if not case.is_open:
            return case
        standing = _standing(uow, case_id, incoming=True)
        if standing:
            raise WrongState(f"money still stands under the case: {', '.join(map(str, standing))}", case=case_id)
        if case.kind in MATCHES and operator.id in {*case.makers, *hit_makers(uow, case.about)}:
            raise NotPermitted("who made the payment that a match is about does not close its case", case=case_id)
        asked = bool(case.asked_by) and still_may(uow, case.asked_by, Permission.CASE)
        if case.kind in MATCHES and not (asked and case.asked_by != operator.id):
            if not asked:
                uow.cases.ask(case_id, resolution=resolution, by=operator.id)
                record(uow, bank, operator, "case.resolution_asked", case_id)
            return uow.cases.get(case_id)
        said = f"{case.resolution}; {resolution}" if asked else resolution
        uow.cases.resolve(case_id, resolution=said, by=operator.id, at_s=bank.clock.now_s())
        record(uow, bank, operator, "case.resolved", case_id)
        return uow.cases.get(case_id)


def case_balances(bank: Bank, case_id: str, *, by: Session) -> list[Amount]:
    """Return what stands under a case, in suspense or blocked, one amount an account; raises NotFound."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        uow.cases.get(case_id)
        return _standing(uow, case_id)


def _customer(uow: UnitOfWork, subject: str) -> str | None:
    """Return the customer whom a case about this is about: they themself, or the first who is in the payment."""
    try:
        if is_uetr(subject):
            intent = uow.payments.get(subject).intent
            return next(iter((*customers_of(intent.debtor), *customers_of(intent.creditor))), None)
        return uow.customers.get(subject.removeprefix("customer/")).id
    except NotFound:
        return None


def _standing(uow: UnitOfWork, case_id: str, *, incoming: bool = False) -> list[Amount]:
    """What a pending transfer is about to take still stands: it is posted until that one is.

    With `incoming`, what one is about to bring counts too.
    """
    kinds = (AccountKind.SUSPENSE, AccountKind.BLOCKED)
    accounts = [account for kind in kinds for account in uow.ledger.accounts(kind=kind, owner=case_id)]
    units = {account: account.posted_units + (account.incoming_units if incoming else 0) for account in accounts}
    return [Amount(uow.assets.get(account.asset_id).asset, number) for account, number in units.items() if number]
