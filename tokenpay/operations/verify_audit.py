"""Follow every audit stream from its start to its head."""

from tokenpay.audit.record import AuditHead
from tokenpay.bank import Bank
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize


def verify_audit(bank: Bank, *, by: Session) -> list[AuditHead]:
    """Return the head of every stream, each followed record by record; raises IntegrityError where one is not whole."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.audit.whole_heads()
