"""Sign in and out."""

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput
from tokenpay.parties.credential import Credential, CredentialKind, unseal, unseal_with_pin
from tokenpay.parties.operator import Role
from tokenpay.parties.session import Session
from tokenpay.steps.record import record
from tokenpay.steps.sign_in import check_terminal, enter_session, prove

MAX_LIFETIME_S = 12 * 3600


def open_session(
    bank: Bank,
    *,
    operator_id: str,
    password: str | None = None,
    pin: str | None = None,
    terminal: str,
    lifetime_s: int = MAX_LIFETIME_S,
) -> Session:
    """Prove who an operator is by opening their key with their password or their PIN, and return a session.

    It is at one terminal, and the same whichever opened it. Five wrong passwords or PINs in a row lock the operator
    for fifteen minutes. Raises WrongPassword, which does not say whether the operator exists, InvalidInput unless
    exactly one of the two is given, PinKeyUnavailable where this machine has no PIN key.
    """
    if not 0 < lifetime_s <= MAX_LIFETIME_S:
        raise InvalidInput("a session lasts up to twelve hours")
    check_terminal(terminal)
    if password is not None and pin is None:
        kind, given = CredentialKind.PASSWORD, password
    elif pin is not None and password is None:
        kind, given = CredentialKind.PIN, pin
    else:
        raise InvalidInput("an operator signs in with a password or with a PIN: give exactly one")
    pin_key = bank.required_pin_key() if kind is CredentialKind.PIN else b""

    def opened(credential: Credential) -> bytes:
        return unseal(credential, given) if not pin_key else unseal_with_pin(credential, given, pin_key=pin_key)

    return enter_session(
        bank,
        operator_id,
        key=prove(bank, operator_id, kind, opened),
        opened_with=kind,
        terminal=terminal,
        lifetime_s=lifetime_s,
        check=lambda _, operator: operator.role is not Role.CUSTOMER,
    )


def close_session(bank: Bank, *, by: Session) -> None:
    """End a session; ending it again changes nothing."""
    with bank.store.unit_of_work() as uow:
        now_s = bank.clock.now_s()
        operator = uow.sessions.live_operator(by.id, now_s=now_s)
        if operator is None:
            return
        uow.sessions.close(by.id, at_s=now_s)
        record(uow, bank, operator, "session.closed", operator.id, {"terminal": by.terminal}, whatever_the_clock=True)
