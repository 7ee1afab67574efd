"""Who asked that payments go on after a stop: the first of two people, for a while."""

from tokenpay.parties.operator import Operator, Permission
from tokenpay.steps.still_may import still_may
from tokenpay.store.unit_of_work import UnitOfWork

_GOOD_FOR_S = 3_600
"""What was asked before a weekend is not agreed to after it."""
_MOST_DIGITS = 12
_FACT = "resume_asked_by"


def resume_asked_by(uow: UnitOfWork, *, now_s: int, lock: bool = False) -> str:
    """Return who asked, or an empty text where nobody did, too long ago, or who may not any more."""
    asked = uow.facts.lock(_FACT) if lock else uow.facts.get(_FACT, "")
    who, _, at = asked.partition(" ")
    # A terminal's own SQL may write here: what is no time, or too long for one, is nobody's asking.
    stands = at.isdecimal() and len(at) <= _MOST_DIGITS and 0 <= now_s - int(at) < _GOOD_FOR_S
    return who if stands and still_may(uow, who, Permission.CONTROL) else ""


def ask_to_resume(uow: UnitOfWork, operator: Operator, *, at_s: int) -> None:
    """Note that somebody asks."""
    uow.facts.set(_FACT, f"{operator.id} {at_s}")


def forget_asking(uow: UnitOfWork) -> None:
    """Let nobody have asked."""
    uow.facts.set(_FACT, "")
