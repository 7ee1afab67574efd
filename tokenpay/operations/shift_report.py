"""What a shift did so far (X), or did in all (Z)."""

from tokenpay.bank import Bank
from tokenpay.counter.shift_report import ShiftReport
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.report_shift import report_shift


def shift_report(bank: Bank, shift_id: str, *, by: Session) -> ShiftReport:
    """Report on a shift; raises NotFound.

    The expected cash is not told to the shift's operator before the shift is closed: the count is blind.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        return report_shift(uow, operator, shift_id)
