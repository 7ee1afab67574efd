"""Sign in and out."""

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput, NotFound, WrongPassword
from tokenpay.parties.credential import unseal
from tokenpay.parties.operator import ENGINE_ID
from tokenpay.parties.session import Session
from tokenpay.steps.record import record

_WRONG = "operator or password is wrong, or there were too many wrong ones: wait a quarter of an hour"
LOCK_AFTER = 5
LOCK_FOR_S = 900
MAX_LIFETIME_S = 12 * 3600


def open_session(
    bank: Bank, *, operator_id: str, password: str, terminal: str, lifetime_s: int = MAX_LIFETIME_S
) -> Session:
    """Prove who an operator is by opening their key, and return a session at one terminal.

    Five wrong passwords in a row lock the operator for fifteen minutes. Raises WrongPassword, which
    does not say whether the operator exists.
    """
    if not 0 < lifetime_s <= MAX_LIFETIME_S or not 0 < len(terminal) <= 64 or not terminal.isprintable():
        raise InvalidInput("a session lasts up to twelve hours, at a named terminal")
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        try:
            credential, _, locked_until_s = uow.operators.credential(operator_id)
        except NotFound:
            locked_until_s = now_s + 1
    if now_s < locked_until_s:
        raise WrongPassword(_WRONG)
    try:
        key = unseal(credential, password)
    except WrongPassword:
        with bank.store.unit_of_work() as uow:
            if operator_id != ENGINE_ID:  # its password is random: locking it would only let strangers stop the bank
                uow.operators.count_failure(operator_id, lock_after=LOCK_AFTER, locked_until_s=now_s + LOCK_FOR_S)
            record(uow, bank, uow.operators.get(operator_id), "session.failed", operator_id, whatever_the_clock=True)
        raise WrongPassword(_WRONG) from None
    with bank.store.unit_of_work() as uow:
        operator = uow.operators.get(operator_id)
        if not operator.active:
            raise WrongPassword(_WRONG)
        session = Session(
            id=bank.entropy.random(16).hex(),
            operator=operator,
            terminal=terminal,
            opened_at_s=now_s,
            expires_at_s=now_s + lifetime_s,
            key=key,
        )
        uow.sessions.add(
            session.id,
            operator_id=operator_id,
            terminal=terminal,
            opened_at_s=now_s,
            expires_at_s=session.expires_at_s,
        )
        uow.operators.clear_failures(operator_id)
        record(uow, bank, operator, "session.opened", operator_id, {"terminal": terminal}, whatever_the_clock=True)
        return session


def close_session(bank: Bank, *, by: Session) -> None:
    """End a session; ending it again changes nothing."""
    with bank.store.unit_of_work() as uow:
        now_s = bank.clock.now_s()
        operator = uow.sessions.live_operator(by.id, now_s=now_s)
        if operator is None:
            return
        uow.sessions.close(by.id, at_s=now_s)
        record(uow, bank, operator, "session.closed", operator.id, {"terminal": by.terminal}, whatever_the_clock=True)
