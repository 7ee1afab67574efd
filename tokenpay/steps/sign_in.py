"""How everybody proves who they are: by opening their key. Failures are counted, and a lock answers like a mistake."""

from collections.abc import Callable

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput, NotFound, WrongPassword
from tokenpay.parties.credential import Credential, CredentialKind
from tokenpay.parties.operator import ENGINE_ID, Operator
from tokenpay.parties.session import Session
from tokenpay.steps.enact_staff import leaving
from tokenpay.steps.record import record
from tokenpay.store.audit_store import MAX_CLOCK_AHEAD_S
from tokenpay.store.unit_of_work import UnitOfWork

WRONG = "who signs in, or the password or PIN, is wrong, or there were too many wrong ones: wait a quarter of an hour"
LOCK_AFTER = 5
LOCK_FOR_S = 900
MAX_TERMINAL = 64


def check_terminal(terminal: str) -> None:
    """Raise InvalidInput for a terminal without a name of 1 to 64 printable characters."""
    if not 0 < len(terminal) <= MAX_TERMINAL or not terminal.isprintable():
        raise InvalidInput(f"a terminal has a name of 1 to {MAX_TERMINAL} printable characters")


def prove(bank: Bank, operator_id: str, kind: CredentialKind, unseal: Callable[[Credential], bytes]) -> bytes:
    """Return the operator's private key; raises WrongPassword, which does not say whether the operator exists.

    Five wrong passwords or PINs in a row, of either kind, lock the operator for fifteen minutes. Whoever uses the key
    asks `check_unlocked` first, in the unit of work that uses it.
    """
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        try:
            _, locked_until_s = uow.operators.failures(operator_id)
        except NotFound:
            raise WrongPassword(WRONG) from None
        try:
            credential = uow.operators.credential(operator_id, kind)
        except NotFound:  # somebody without a PIN: told the same, and counted the same
            credential = None
    if _is_locked(locked_until_s, now_s=now_s):
        raise WrongPassword(WRONG)
    try:
        if credential is None:
            raise WrongPassword(WRONG)
        return unseal(credential)
    except WrongPassword:
        with bank.store.unit_of_work() as uow:
            if operator_id != ENGINE_ID:  # its password is random: locking it would only let strangers stop the bank
                uow.operators.count_failure(operator_id, lock_after=LOCK_AFTER, locked_until_s=now_s + LOCK_FOR_S)
            record(uow, bank, uow.operators.get(operator_id), "session.failed", operator_id, whatever_the_clock=True)
        raise WrongPassword(WRONG) from None


def check_unlocked(uow: UnitOfWork, operator_id: str, *, now_s: int) -> None:
    """Raise WrongPassword where five wrong ones were counted while a right one was tried: many at once gain nothing."""
    if _is_locked(uow.operators.lock_locked_until_s(operator_id), now_s=now_s):
        raise WrongPassword(WRONG)


def _is_locked(until_s: int, *, now_s: int) -> bool:
    """Tell whether a lock stands; a terminal's own SQL may write one: what is no time of ours locks nobody."""
    return now_s < until_s <= now_s + LOCK_FOR_S + 2 * MAX_CLOCK_AHEAD_S


def enter_session(
    bank: Bank,
    operator_id: str,
    *,
    key: bytes,
    opened_with: CredentialKind,
    terminal: str,
    lifetime_s: int,
    check: Callable[[UnitOfWork, Operator], bool],
) -> Session:
    """Open the session of an operator whose key was just opened; raises WrongPassword where `check` says no."""
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        check_unlocked(uow, operator_id, now_s=now_s)
        operator = uow.operators.get(operator_id)
        if leaving(uow, operator) or not operator.active or not check(uow, operator):
            raise WrongPassword(WRONG)
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
            opened_with=opened_with,
        )
        uow.operators.clear_failures(operator_id)
        details = {"terminal": terminal, "with": opened_with.value}
        record(uow, bank, operator, "session.opened", operator_id, details, whatever_the_clock=True)
        return session
