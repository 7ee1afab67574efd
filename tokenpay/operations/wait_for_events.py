"""Wait for what happens next: how a reader hears of it without asking over and over."""

import time
from collections.abc import Callable

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.shown import event_shown
from tokenpay.store.listening import Wait, listening
from tokenpay.store.outbox_store import Event

MAX_WAIT_S = 3600.0
_LOOK_AGAIN_S = 5.0
"""So often the session is asked again, and the feed looked at, whatever was heard."""
_STOPS_WITHIN_S = 0.25
_HELD_BACK_S, _HELD_BACK_MOST_S = 0.01, 0.5
"""So soon an event is looked for again that an older transaction holds back, whose end may be told to nobody."""


def wait_for_events(
    bank: Bank,
    *,
    after: str,
    by: Session,
    timeout_s: float = 30.0,
    limit: int = 100,
    stop: Callable[[], bool] = lambda: False,
) -> list[Event]:
    """Return what happened after a cursor as soon as there is something, in order, none missed; none after `timeout_s`.

    On PostgreSQL a commit wakes who waits, at the price of a connection each; SQLite's file is looked at 20 times a
    second. None also, within a quarter of a second, once `stop` says so.
    Raises InvalidInput for a bad cursor or a time that is not within an hour, SessionExpired also when the session ends
    meanwhile, and StoreUnavailable when the connection is lost.
    """
    if not 0 <= timeout_s <= MAX_WAIT_S:
        raise InvalidInput(f"a wait is 0 to {MAX_WAIT_S:.0f} seconds")
    end_s = time.monotonic() + timeout_s
    held_back_s = _HELD_BACK_S
    with listening(bank.store.engine) as wait:
        while True:  # what was committed before this listened is found by the first look
            events, held_back = _look(bank, after, by=by, limit=limit)
            left_s = end_s - time.monotonic()
            if events or left_s <= 0:
                return events
            _until_heard(wait, min(left_s, held_back_s if held_back else _LOOK_AGAIN_S), stop)
            if stop():  # whoever said so may close the bank now
                return []
            held_back_s = min(2 * held_back_s, _HELD_BACK_MOST_S) if held_back else _HELD_BACK_S


def _until_heard(wait: Wait, most_s: float, stop: Callable[[], bool]) -> None:
    end_s = time.monotonic() + most_s
    while not stop() and (left_s := end_s - time.monotonic()) > 0 and not wait(min(left_s, _STOPS_WITHIN_S)):
        continue


def _look(bank: Bank, after: str, *, by: Session, limit: int) -> tuple[list[Event], bool]:
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        events = [event_shown(operator, event) for event in uow.outbox.after(after, limit=limit)]
        return events, not events and uow.outbox.waits_since_s() is not None
