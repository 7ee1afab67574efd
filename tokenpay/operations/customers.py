"""Enrol, freeze, unfreeze and close customers."""

from tokenpay.bank import Bank
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import Halted, KeyReused, WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.customer import Customer, CustomerKind, CustomerStatus, checked_name
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.requests.request_state import WAITING
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record

_S = CustomerStatus
_DAY_S = 86_400


def enrol_customer(
    bank: Bank, *, name: str, by: Session, key: str, kind: CustomerKind = CustomerKind.PRIVATE
) -> Customer:
    """Enrol a customer, a private person or a business, at the operator's branch and give them a number.

    A business is enrolled by who may say that a customer is one. The same key with the same name and kind returns the
    same customer. Raises InvalidInput, KeyReused.
    """
    name = checked_name(name)
    now_s = bank.clock.now_s()
    customer_id = f"C{int.from_bytes(bank.entropy.random(5), 'big') % 10**10:010d}"
    with bank.store.unit_of_work() as uow:
        permission = Permission.ENROL if kind is CustomerKind.PRIVATE else Permission.FREEZE  # as set_customer_kind
        operator = authorize(uow, bank, by, permission)
        content = {} if kind is CustomerKind.PRIVATE else {"kind": kind.value}  # the key outlives the name
        known = uow.keys.claim(key, verb="enrol_customer", content=content, result_id=customer_id, at_s=now_s)
        if known is not None:
            return _same(uow.customers.get(known), name)
        customer = Customer(
            id=customer_id, name=name, branch=operator.branch, status=_S.ACTIVE, enrolled_at_s=now_s, kind=kind
        )
        uow.customers.add(customer)
        record(uow, bank, operator, "customer.enrolled", customer_id, {"kind": kind.value})
        return customer


def _same(customer: Customer, name: str) -> Customer:
    """Return what a key stands for; raises KeyReused where the name was another, as far as that can be told."""
    if customer.erased_at_s is None and customer.name != name:
        raise KeyReused("this key was used with another name", field="name")
    return customer


def set_customer_kind(bank: Bank, customer_id: str, kind: CustomerKind, *, reason: str, by: Session) -> Customer:
    """Say that a customer is a private person, or a business; again changes nothing.

    Raises InvalidInput for a reason that is not 1 to 140 visible characters, NotFound, WrongState for a closed one.
    """
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.FREEZE)
        customer = uow.customers.get(customer_id, lock="to change")
        if customer.kind is kind:
            return customer
        if customer.status is _S.CLOSED:
            raise WrongState("the customer is closed", customer=customer_id)
        uow.customers.set_kind(customer_id, kind)
        typed = {"reason": reason}
        record(
            uow, bank, operator, "customer.kind_set", customer_id, {"kind": kind.value}, texts=typed, about=customer_id
        )
        return uow.customers.get(customer_id)


def freeze_customer(bank: Bank, customer_id: str, *, reason: str, by: Session) -> Customer:
    """Let a customer pay nothing and be paid nothing in the books; again changes nothing.

    No request is issued for them; deposits for the open ones are credited. Raises InvalidInput for a
    reason that is not 1 to 140 visible characters, NotFound, and WrongState for a closed customer.
    """
    return _set_status(bank, customer_id, _S.FROZEN, reason=reason, by=by)


def unfreeze_customer(bank: Bank, customer_id: str, *, reason: str, by: Session) -> Customer:
    """Let a frozen customer pay and be paid again. Raises as `freeze_customer` does."""
    return _set_status(bank, customer_id, _S.ACTIVE, reason=reason, by=by)


def close_customer(bank: Bank, customer_id: str, *, reason: str, by: Session) -> Customer:
    """End a relation that owes nothing, for good: every balance is zero, nothing is pending, no request waits.

    Raises WrongState while that is not so, InvalidInput, NotFound, Halted where something was recorded more than a day
    ahead of this clock: how long a name is kept is counted from the end.
    """
    return _set_status(bank, customer_id, _S.CLOSED, reason=reason, by=by)


def _set_status(bank: Bank, customer_id: str, status: CustomerStatus, *, reason: str, by: Session) -> Customer:
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.FREEZE)
        customer = uow.customers.get(customer_id, lock="to change")
        if customer.status is status:
            return customer
        if customer.status is _S.CLOSED:
            raise WrongState("the customer is closed", customer=customer_id)
        if status is _S.CLOSED:
            accounts = uow.ledger.accounts(kind=AccountKind.CUSTOMER, owner=customer_id)
            if any(a.posted_units or a.debits_pending or a.credits_pending for a in accounts):
                raise WrongState("the customer still has a balance or something pending", customer=customer_id)
            if max((head.at_s for head in uow.audit.heads()), default=0) > bank.clock.now_s() + _DAY_S:
                raise Halted("something was recorded by a clock that ran ahead: a supervisor accepts this one first")
            if uow.requests.find(payee=customer_id, states=WAITING):
                raise WrongState("the customer still waits for money: cancel the open requests", customer=customer_id)
        uow.customers.set_status(customer_id, status, at_s=bank.clock.now_s())
        freezes = status is CustomerStatus.FROZEN
        record(
            uow,
            bank,
            operator,
            f"customer.{status}",
            customer_id,
            texts={"reason": reason},
            about=customer_id,
            whatever_the_clock=freezes,
        )
        return uow.customers.get(customer_id)
