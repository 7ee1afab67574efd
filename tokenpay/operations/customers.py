"""Enrol, freeze, unfreeze and close customers."""

from tokenpay.bank import Bank
from tokenpay.errors import WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.customer import Customer, CustomerStatus, checked_name
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.requests.request_state import WAITING
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record

_S = CustomerStatus


def enrol_customer(bank: Bank, *, name: str, by: Session, key: str) -> Customer:
    """Enrol a customer at the operator's branch and give them a number.

    The same key with the same name returns the same customer. Raises InvalidInput, KeyReused.
    """
    name = checked_name(name)
    now_s = bank.clock.now_s()
    customer_id = f"C{int.from_bytes(bank.entropy.random(5), 'big') % 10**10:010d}"
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.ENROL)
        known = uow.keys.claim(key, verb="enrol_customer", content={"name": name}, result_id=customer_id, at_s=now_s)
        if known is not None:
            return uow.customers.get(known)
        customer = Customer(id=customer_id, name=name, branch=operator.branch, status=_S.ACTIVE, enrolled_at_s=now_s)
        uow.customers.add(customer)
        record(uow, bank, operator, "customer.enrolled", customer_id)
        return customer


def freeze_customer(bank: Bank, customer_id: str, *, reason: str, by: Session) -> Customer:
    """Keep money from leaving or being asked for; what arrives is still credited. Again changes nothing."""
    return _set_status(bank, customer_id, _S.FROZEN, reason=reason, by=by)


def unfreeze_customer(bank: Bank, customer_id: str, *, reason: str, by: Session) -> Customer:
    """Let a frozen customer pay again. Raises WrongState for a closed one."""
    return _set_status(bank, customer_id, _S.ACTIVE, reason=reason, by=by)


def close_customer(bank: Bank, customer_id: str, *, reason: str, by: Session) -> Customer:
    """End a relation that owes nothing: every balance is zero and nothing is pending. Raises WrongState."""
    return _set_status(bank, customer_id, _S.CLOSED, reason=reason, by=by)


def _set_status(bank: Bank, customer_id: str, status: CustomerStatus, *, reason: str, by: Session) -> Customer:
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
            if uow.requests.find(payee=customer_id, states=WAITING):
                raise WrongState("the customer still waits for money: cancel the open requests", customer=customer_id)
        uow.customers.set_status(customer_id, status)
        freezes = status is CustomerStatus.FROZEN
        details = {"reason": reason[:140]}
        record(uow, bank, operator, f"customer.{status}", customer_id, details, whatever_the_clock=freezes)
        return uow.customers.get(customer_id)
