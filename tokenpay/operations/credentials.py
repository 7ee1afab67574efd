"""What opens an operator's own key: set a PIN, change the password."""

from tokenpay.bank import Bank
from tokenpay.errors import NotPermitted
from tokenpay.parties.credential import Credential, CredentialKind, checked_pin, unseal
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.steps.sign_in import check_unlocked, prove
from tokenpay.store.unit_of_work import UnitOfWork


def set_pin(bank: Bank, *, pin: str, by: Session) -> None:
    """Let a PIN of 6 to 12 digits open the operator's own key beside their password; one set before opens it no more.

    Their other sessions end. Raises InvalidInput for a PIN that is none or too easy to guess, NotPermitted in a
    session that a PIN opened, PinKeyUnavailable where this machine has no PIN key.
    """
    pin_key, pin = bank.required_pin_key(), checked_pin(pin)
    with bank.store.read() as uow:
        cost = _own(uow, bank, by)[1]
    sealed = by.seal_under_pin(
        pin, pin_key=pin_key, salt=bank.entropy.random(16), nonce=bank.entropy.random(12), cost=cost
    )
    with bank.store.unit_of_work() as uow:
        operator, _ = _own(uow, bank, by)
        _replace(uow, bank, by, sealed)
        record(uow, bank, operator, "operator.pin_set", operator.id)


def change_password(bank: Bank, *, old: str, new: str, by: Session) -> None:
    """Let a new password of at least 8 characters open the operator's key, and the old one no more.

    The PIN stays; their other sessions end. A wrong old password counts as one at signing in. Raises InvalidInput,
    WrongPassword, and NotPermitted in a session that a PIN opened.
    """
    with bank.store.read() as uow:
        operator, cost = _own(uow, bank, by)
    prove(bank, operator.id, CredentialKind.PASSWORD, lambda credential: unseal(credential, old))
    sealed = by.seal_under_password(new, salt=bank.entropy.random(16), nonce=bank.entropy.random(12), cost=cost)
    with bank.store.unit_of_work() as uow:
        operator, _ = _own(uow, bank, by)
        check_unlocked(uow, operator.id, now_s=bank.clock.now_s())
        _replace(uow, bank, by, sealed)
        record(uow, bank, operator, "operator.password_changed", operator.id)


def _own(uow: UnitOfWork, bank: Bank, by: Session) -> tuple[Operator, int]:
    """Return who asks, in a session that their password opened, and what that password costs to try."""
    operator = authorize(uow, bank, by, Permission.CREDENTIAL)
    if uow.sessions.opened_with(by.id) != CredentialKind.PASSWORD:
        raise NotPermitted("a session that a PIN opened does not change how its operator signs in: use the password")
    return operator, uow.operators.credential(operator.id, CredentialKind.PASSWORD).cost


def _replace(uow: UnitOfWork, bank: Bank, by: Session, sealed: Credential) -> None:
    """Let the new secret count alone: who came in by the old one, at another terminal, is out."""
    uow.operators.replace_credential(sealed)
    uow.sessions.close_all(by.operator.id, at_s=bank.clock.now_s(), but=by.id)
