"""Erase what the bank knows of a person who is its customer no more: two people, and not before the law lets it."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.erasure import Erasure, ErasureState
from tokenpay.errors import NotFound, NotPermitted
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.erase_customer import check_erasable, erase_customer
from tokenpay.steps.record import record
from tokenpay.steps.still_may import still_may


def erase_personal_data(bank: Bank, customer_id: str, *, by: Session) -> Erasure:
    """Ask for the erasure of a closed customer's personal data, or agree to it: the second person's call erases.

    The name, what people typed about the customer, and the documents that travelled with their transfers go; number,
    amounts, addresses and hashes stay. From a terminal, whose database role erases nothing, it returns agreed: the
    engine erases on its next turn. Again it is returned as it stands. Raises NotFound, NotPermitted where the same
    person calls twice, and WrongState while a balance, payment, request or case is open, or a duty to keep stands.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        customer = uow.customers.get(customer_id, lock="to change")
        erasure = uow.erasures.of(customer_id)
        if erasure is not None and erasure.state is not ErasureState.ASKED:
            return erasure
        check_erasable(uow, bank, customer)
        now_s = bank.clock.now_s()
        if erasure is None or not still_may(uow, erasure.asked_by, Permission.CONTROL):
            asked = Erasure(customer_id=customer_id, asked_by=operator.id, asked_at_s=now_s)
            uow.erasures.ask(asked, anew=erasure is not None)
            record(uow, bank, operator, "customer.erasure_asked", customer_id)
            return asked
        if erasure.asked_by == operator.id:
            raise NotPermitted("personal data is erased by two people")
        agreed = replace(erasure, agreed_by=operator.id, agreed_at_s=now_s)
        uow.erasures.agree(agreed)
        record(uow, bank, operator, "customer.erasure_agreed", customer_id, {"with": erasure.asked_by})
        return erase_customer(uow, bank, operator, agreed) if uow.audit_texts.may_erase() else agreed


def get_erasure(bank: Bank, customer_id: str, *, by: Session) -> Erasure:
    """Return where the erasure of a customer's personal data stands; raises NotFound where nobody asked for one."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        erasure = uow.erasures.of(customer_id)
    if erasure is None:
        raise NotFound("nobody asked to erase this customer's data", customer=customer_id)
    return erasure
