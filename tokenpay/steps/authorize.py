"""Who is asking, and may they: asked first by every verb, inside its unit of work."""

from collections.abc import Callable, Collection

from tokenpay.bank import Bank
from tokenpay.errors import NotFound, NotPermitted, SessionExpired
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.parties.session import Session
from tokenpay.payments.intent import BookParty, Party, parse_party
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.store.unit_of_work import UnitOfWork

Whose = Collection[str] | Callable[[], Collection[str]]
"""The numbers of the customers whose data or money a verb touches, or how to find them: only customers are asked."""


def authorize(uow: UnitOfWork, bank: Bank, by: Session, permission: Permission, *, of: Whose = ()) -> Operator:
    """Return the operator of a live session whose role carries `permission`, as the bank knows them now.

    A customer's session is refused by every verb that does not say, in `of`, that what it touches is this customer's;
    a frozen customer may read, a closed one nothing. Raises SessionExpired for a closed, expired, unknown or future
    session, or one without its operator's key, NotPermitted otherwise.
    """
    operator = uow.sessions.live_operator(by.id, now_s=bank.clock.now_s())
    if operator is None or operator.id != by.operator.id or not by.holds_key_of(operator):
        raise SessionExpired("the session has ended: sign in again")
    if not operator.may(permission):
        raise NotPermitted(f"a {operator.role} may not do this", role=operator.role, permission=permission)
    if operator.role is Role.CUSTOMER:
        _check_own(uow, operator, permission, of)
    return operator


def customers_of(party: Party) -> tuple[str, ...]:
    """Return the number of the customer who is this party, or nothing."""
    return (party.owner,) if isinstance(party, BookParty) and party.kind is AccountKind.CUSTOMER else ()


def whose(payment: Payment) -> tuple[str, ...]:
    """Return the customers who may see a payment: who pays, and who is paid, but not before they are."""
    paid = customers_of(payment.intent.creditor) if payment.state is PaymentState.FINAL else ()
    return (*customers_of(payment.intent.debtor), *paid)


def payee_of(uow: UnitOfWork, request_id: str) -> tuple[str, ...]:
    """Return the customer whom a request is for; raises NotFound."""
    return customers_of(parse_party(uow.requests.get(request_id).request.payee))


def _check_own(uow: UnitOfWork, operator: Operator, permission: Permission, of: Whose) -> None:
    """Raise NotPermitted, in the same words whether the thing is another's or does not exist."""
    try:
        theirs = of() if callable(of) else of
    except NotFound:
        theirs = ()
    status = uow.customers.get(operator.customer_id).status
    reads = permission is Permission.READ
    may = status is CustomerStatus.ACTIVE or (status is CustomerStatus.FROZEN and reads)
    if not may or operator.customer_id not in theirs:
        raise NotPermitted("a customer may not do this", role=operator.role, permission=permission)
