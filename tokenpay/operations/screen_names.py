"""Compare every name that matters with the lists in place, and let what waited for it go on: the engine's work."""

import time
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.compliance.listed_party import ListedParty
from tokenpay.compliance.name_verdict import NameVerdict, Uncompared
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import TokenpayError, Unavailable
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.ports import Screener
from tokenpay.steps.ask_gate_again import ask_gate_again
from tokenpay.steps.authorize import authorize
from tokenpay.steps.compare_names import compare, find_due, note_swept
from tokenpay.steps.enter_verdict import enter_verdict
from tokenpay.steps.screened_names import TROUBLE, lists_of_names
from tokenpay.steps.unread_names import note_unread

_AT_ONCE_S = 2
"""After so long the rest is left to the next call: the engine has chains to turn."""
_ENTERED_AT_ONCE = 20
"""Verdicts of one transaction: a common name hits many entries, and nobody else writes meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedNames:
    """What one call did: how many parties were compared, and the cases of those that hit.

    `payments` were held for a name, for data or for what was on its way to their request, and went on or ended; `more`:
    others are left for the next call.
    """

    compared: int = 0
    cases: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    more: bool = False


def screen_names(bank: Bank, *, by: Session) -> ScreenedNames:
    """Compare names with the lists in place, first of those whose money waits, and ask the gate again about that.

    Customers are compared once they are enrolled, everybody again when a list changes or names are compared otherwise
    than before; a hit opens a case. One call compares some hundreds, and makes the index of a list first where there
    is none. Raises MissingExtra and Unavailable, once what waits was told so, where names cannot be compared here.
    """
    try:
        done, failure = _compared(bank, by=by), None
    except _NotCompared as stopped:
        done, failure = ScreenedNames(more=True), stopped
    _note(bank, failure.why if failure is not None else "", by=by)
    done = replace(done, payments=ask_gate_again(bank, by=by))
    if failure is not None:
        raise failure.error
    return done


class _NotCompared(Exception):
    """Nobody can be compared on this machine: why, as it is told to what waits, and the error that says the remedy."""

    def __init__(self, why: Uncompared, error: TokenpayError) -> None:
        super().__init__(error.message)
        self.why = why.value
        self.error = error


def _compared(bank: Bank, *, by: Session) -> ScreenedNames:
    """Compare who is due, in a transaction that reads, in none while an index is made, and in some that write."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        lists, _ = lists_of_names(uow, bank)
        if not lists:
            return ScreenedNames()
        screener, method = _ready(bank)
        turn = find_due(uow, bank, lists, method=method)
        missing = [known for known in lists if turn.due and not screener.holds(known)]
        parties = {known.name: tuple(uow.lists.parties(known.name)) for known in missing}
        before = {due.party.id: dict(uow.names.verdicts(due.party)) for due in turn.due}
    unread = [(known, _take(screener, known, parties.pop(known.name))) for known in missing]
    now_s, began_s = bank.clock.now_s(), time.monotonic()
    verdicts: list[NameVerdict] = []
    compared = 0
    for due in turn.due:
        verdicts += [
            compare(screener, known, due, method=method, now_s=now_s, current=before[due.party.id].get(known.name))
            for known in lists
        ]
        compared += 1
        if time.monotonic() - began_s > _AT_ONCE_S:
            break
    swept = turn.swept and compared == len(turn.due)
    if not verdicts and not swept:
        return ScreenedNames()
    cases: list[str] = []
    for begin in range(0, len(verdicts), _ENTERED_AT_ONCE):
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
            if lists_of_names(uow, bank)[0] != lists:
                return ScreenedNames(more=True)  # a list was loaded meanwhile: what was compared says nothing any more
            for verdict in verdicts[begin : begin + _ENTERED_AT_ONCE]:
                known_before = before[verdict.party.id].get(verdict.list_name)
                cases += [case.id for case in enter_verdict(uow, bank, operator, verdict, known_before)]
    if unread or swept:
        with bank.store.unit_of_work() as uow:
            authorize(uow, bank, by, Permission.RUN_ENGINE)
            for known, count in unread:
                note_unread(uow, known, count)
            if swept and lists_of_names(uow, bank)[0] == lists:
                note_swept(uow, bank, lists, method)
    return ScreenedNames(compared=compared, cases=tuple(dict.fromkeys(cases)), more=not swept)


def _ready(bank: Bank) -> tuple[Screener, str]:
    try:
        screener = bank.required_screener()
        return screener, screener.method()
    except Unavailable as error:
        raise _NotCompared(Uncompared.NO_PROGRAM, error) from None


def _take(screener: Screener, known: ScreeningList, parties: tuple[ListedParty, ...]) -> int:
    try:
        return screener.take(known, parties)
    except Exception:  # whatever its code meets: while no name can be compared, nothing is clear
        error = Unavailable("the names of a screening list cannot be made ready to be compared", list=known.name)
        raise _NotCompared(Uncompared.FAILED, error) from None


def _note(bank: Bank, trouble: str, *, by: Session) -> None:
    """Tell the gate what keeps names from being compared, so that it can say so of what waits."""
    with bank.store.read() as uow:
        if uow.facts.get(TROUBLE, "") == trouble:
            return
    with bank.store.unit_of_work() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        uow.facts.set(TROUBLE, trouble)
