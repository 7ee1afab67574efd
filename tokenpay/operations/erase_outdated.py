"""What the engine does about data whose time is over: what two people agreed to erase, and what goes by rule."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.compliance.erasure import ErasureState
from tokenpay.errors import WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.erase_customer import check_erasable, erase_customer
from tokenpay.steps.erase_documents import erase_outdated_documents
from tokenpay.steps.erase_texts import erase_texts, kept_s

DAY_S = 86_400
_DONE_AT = "outdated_erased_at_s"
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """How many `customers` were erased, documents of the Travel Rule, `texts`, and spent `challenges` of passkeys."""

    customers: int = 0
    documents: int = 0
    texts: int = 0
    challenges: int = 0


def erase_outdated(bank: Bank, *, by: Session) -> Outdated:
    """Erase customers' data that two people agreed on and, once a day, what is past its time and needs nobody's word.

    What goes cannot come back, so nothing goes by a clock alone that runs a day ahead of every chain's blocks.

    Past its time is a document of the Travel Rule after its `kept_s`, unless an open case needs it, what people typed
    about no customer, or one who was erased, after as long, and a passkey's challenge that ended a day ago and proves
    nothing. A customer whose data has to be kept after all waits.
    """
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        agreed = uow.erasures.agreed()
        block_s = uow.chains.newest_block_s()
        due = now_s >= uow.facts.number(_DONE_AT, 0) + DAY_S and (block_s is None or now_s <= block_s + DAY_S)
    customers = sum(_erase(bank, erasure.customer_id, by=by) for erasure in agreed)
    if not due:
        return Outdated(customers=customers)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        challenges = uow.passkeys.forget(before_s=now_s - DAY_S)
        documents = erase_outdated_documents(uow, bank, operator)
        texts = uow.audit_texts.outdated(before_s=now_s - kept_s(uow), limit=_AT_ONCE)
        erased = erase_texts(uow, bank, operator, "bank", texts)
        uow.facts.set(_DONE_AT, str(now_s))
    return Outdated(customers=customers, documents=len(documents), texts=erased, challenges=challenges)


def _erase(bank: Bank, customer_id: str, *, by: Session) -> bool:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        customer = uow.customers.get(customer_id, lock="to change")
        erasure = uow.erasures.of(customer_id)
        if erasure is None or erasure.state is not ErasureState.AGREED:
            return False
        try:
            check_erasable(uow, bank, customer)
        except WrongState:
            return False
        erase_customer(uow, bank, operator, erasure)
        return True
