"""Follow every audit stream from its start to its head."""

from tokenpay.audit.record import AuditHead, verify_stream
from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.operations.authorize import authorize
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.store.unit_of_work import UnitOfWork


def verify_audit(bank: Bank, *, by: Session) -> list[AuditHead]:
    """Return the head of every stream, each followed record by record; raises IntegrityError where one is not whole."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return whole_heads(uow)


def whole_heads(uow: UnitOfWork) -> list[AuditHead]:
    """Return every stream's head once its records lead to it: a record cut off at the end is missed too."""
    heads = uow.audit.heads()
    for head in heads:
        if verify_stream(uow.audit.records(head.stream), AuditHead(stream=head.stream)) != head:
            raise IntegrityError("an audit stream ends before its head", stream=head.stream, seq=head.seq)
    return heads
