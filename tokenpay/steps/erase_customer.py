"""How a customer's personal data goes, and what keeps it: an open relation, or a duty to keep records."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.erasure import Erasure
from tokenpay.errors import WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.customer import ERASED_NAME, Customer, CustomerStatus
from tokenpay.parties.operator import Operator
from tokenpay.primitives.canonical import Value
from tokenpay.requests.request_state import WAITING
from tokenpay.steps.erase_documents import erase_documents
from tokenpay.steps.erase_texts import erase_texts, kept_s
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

_TYPED = "approval.refused"
"""The one code of a payment's reasons whose message is what a person typed."""


def check_erasable(uow: UnitOfWork, bank: Bank, customer: Customer) -> None:
    """Raise WrongState while the bank still deals with a customer, or has to keep what it knows of them.

    Its `until_s` says when a duty to keep ends that has an end.
    """
    id = customer.id
    if customer.status is not CustomerStatus.CLOSED or customer.closed_at_s is None:
        raise WrongState("the customer is not closed", customer=id)
    accounts = uow.ledger.accounts(kind=AccountKind.CUSTOMER, owner=id)
    if any(it.posted_units or it.debits_pending or it.credits_pending for it in accounts):
        raise WrongState("the customer has a balance or something pending", customer=id)
    if uow.erasures.is_under_way(id) or uow.requests.find(payee=id, states=WAITING):
        raise WrongState("a payment, deposit or request of the customer is not over", customer=id)
    subjects = uow.erasures.subjects(id)
    for case in uow.cases.about(subjects):
        if case.is_open:
            raise WrongState("a case about the customer is open", customer=id, case=case.id)
    until_s = max(customer.closed_at_s, uow.erasures.last_s(id)) + kept_s(uow)
    until_s = max([until_s, *(record.keep_until_s for record in uow.travel_rules.standing_of(subjects))])
    if bank.clock.now_s() < until_s:
        raise WrongState("the customer's records are still to be kept", customer=id, until_s=until_s)


def erase_customer(uow: UnitOfWork, bank: Bank, operator: Operator, erasure: Erasure) -> Erasure:
    """Erase what two people agreed to, in the unit of work that found it erasable, under the customer's lock.

    Identifiers, amounts, addresses and hashes stay: the ledger, the approvals and the streams are proved by them.
    """
    id, now_s = erasure.customer_id, bank.clock.now_s()
    subjects = uow.erasures.subjects(id)
    count = erase_texts(uow, bank, operator, id, uow.audit_texts.of(id))
    erase_documents(uow, bank, operator, uow.travel_rules.standing_of(subjects))
    for case in uow.cases.about(subjects):
        uow.cases.erase(case.id)
    for payment in uow.payments.refused_of(id):
        reasons = tuple(replace(it, message=ERASED_NAME) if it.code == _TYPED else it for it in payment.reasons)
        uow.payments.update(replace(payment, reasons=reasons), was=payment.state)
    uow.names.forget(f"customer/{id}")
    uow.customers.erase(id, at_s=now_s)
    uow.erasures.done(id, at_s=now_s)
    agreed: dict[str, Value] = {"by": erasure.asked_by, "with": erasure.agreed_by, "count": count}
    record(uow, bank, operator, "customer.erased", id, agreed)
    return replace(erasure, erased_at_s=now_s)
