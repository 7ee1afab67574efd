"""A customer's own way in: given and taken at the counter, used at a kiosk or a page of their own."""

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput, WrongPassword, WrongState
from tokenpay.parties.credential import (
    Credential,
    CredentialKind,
    checked_pin,
    pin_mark,
    public_key_of,
    seal_with_pin,
    unseal_with_pin,
)
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.introduction import introduce
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.steps.sign_in import WRONG, check_terminal, enter_session, prove
from tokenpay.store.unit_of_work import UnitOfWork

VERB = "open_self_service"
MAX_LIFETIME_S = 900


def open_self_service(bank: Bank, *, customer_id: str, pin: str, by: Session, key: str) -> Operator:
    """Give a customer a key of their own under a PIN that they choose, introduced to the bank's signer by who does it.

    Returns the customer's operator. A way in from before ends with its sessions; what was paid with it stays proven.
    The same key with the same PIN returns the same operator. Raises InvalidInput for a PIN that is none, too easy to
    guess or part of the customer's number, NotFound, WrongState for a customer who is not active, KeyReused,
    PinKeyUnavailable.
    """
    pin_key, now_s = bank.required_pin_key(), bank.clock.now_s()
    if checked_pin(pin) in customer_id:
        raise InvalidInput("a PIN is not part of the customer's own number")
    with bank.store.read() as uow:
        introducer = authorize(uow, bank, by, Permission.ENROL)
        cost = uow.operators.credential(introducer.id, CredentialKind.PASSWORD).cost
        branch = uow.customers.get(customer_id).branch
        number = uow.operators.count_of_customer(customer_id) + 1
    private_key = bank.entropy.random(32)
    operator = Operator(
        id=f"{customer_id.lower()}.{number}",
        name=customer_id,  # the customer's own name stays in one place
        role=Role.CUSTOMER,
        branch=branch,
        public_key=public_key_of(private_key),
        customer_id=customer_id,
    )
    credential = seal_with_pin(
        private_key,
        pin,
        pin_key=pin_key,
        operator_id=operator.id,
        salt=bank.entropy.random(16),
        nonce=bank.entropy.random(12),
        cost=cost,
    )
    content = {"customer_id": customer_id, "pin": pin_mark(pin, pin_key=pin_key, of=key)}
    with bank.store.unit_of_work() as uow:
        introducer = authorize(uow, bank, by, Permission.ENROL)
        known = uow.keys.claim(key, verb=VERB, content=content, result_id=operator.id, at_s=now_s)
        if known is not None:
            return uow.operators.get(known)
        if uow.customers.get(customer_id, lock="to change").status is not CustomerStatus.ACTIVE:
            raise WrongState("the customer is not active", customer=customer_id)
        _end(uow, customer_id, at_s=now_s)
        uow.operators.add(operator, credential)
        uow.introductions.add(
            introduce(by, operator_id=operator.id, customer_id=customer_id, public_key=operator.public_key, at_s=now_s)
        )
        record(uow, bank, introducer, "self_service.opened", customer_id, {"operator": operator.id})
        return operator


def close_self_service(bank: Bank, *, customer_id: str, by: Session) -> None:
    """End a customer's own way in, with every session of it; again changes nothing. Raises NotFound."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.ENROL)
        uow.customers.get(customer_id, lock="to change")
        if _end(uow, customer_id, at_s=bank.clock.now_s()):
            record(uow, bank, operator, "self_service.closed", customer_id, whatever_the_clock=True)


def open_customer_session(
    bank: Bank, *, customer_id: str, pin: str, terminal: str, lifetime_s: int = MAX_LIFETIME_S
) -> Session:
    """Prove who a customer is by opening their own key, and return a session for what is theirs alone.

    It lasts up to a quarter of an hour. A frozen customer may read and nothing else, a closed one does not get in.
    Raises WrongPassword, which does not say whether the customer exists, InvalidInput, PinKeyUnavailable.
    """
    if not 0 < lifetime_s <= MAX_LIFETIME_S:
        raise InvalidInput("a customer's session lasts up to a quarter of an hour")
    check_terminal(terminal)
    pin_key = bank.required_pin_key()

    def opened(credential: Credential) -> bytes:
        return unseal_with_pin(credential, pin, pin_key=pin_key)

    def still_a_customer(uow: UnitOfWork, operator: Operator) -> bool:
        return uow.customers.get(operator.customer_id).status is not CustomerStatus.CLOSED

    with bank.store.read() as uow:
        operator = uow.operators.of_customer(customer_id)
    if operator is None:
        raise WrongPassword(WRONG)
    return enter_session(
        bank,
        operator.id,
        key=prove(bank, operator.id, CredentialKind.PIN, opened),
        opened_with=CredentialKind.PIN,
        terminal=terminal,
        lifetime_s=lifetime_s,
        check=still_a_customer,
    )


def _end(uow: UnitOfWork, customer_id: str, *, at_s: int) -> bool:
    """Let the customer's way in, if there is one, be used no more; tell whether there was one."""
    operator = uow.operators.of_customer(customer_id)
    if operator is None:
        return False
    uow.operators.deactivate(operator.id)
    uow.sessions.close_all(operator.id, at_s=at_s)
    return True
