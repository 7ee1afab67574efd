"""Who said what two people must say before it is done: the first of them, for a while."""

from dataclasses import dataclass

from tokenpay.errors import NotPermitted
from tokenpay.parties.operator import Operator, Permission
from tokenpay.steps.still_may import still_may
from tokenpay.store.unit_of_work import UnitOfWork

_GOOD_FOR_S = 3_600
"""What was asked before a weekend is not agreed to after it."""
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOfTwo:
    """What the bank keeps under the name `fact` of who asked. They stand for `what` they asked for and nothing else."""

    fact: str
    what: str = ""

    def asked_by(self, uow: UnitOfWork, *, now_s: int, lock: bool = False) -> str:
        """Return who asked, or an empty text where nobody did, too long ago, or who may not any more."""
        written = uow.facts.lock(self.fact) if lock else uow.facts.get(self.fact, "")
        who, _, rest = written.partition(" ")
        at, _, what = rest.partition(" ")
        # A terminal's own SQL may write here: what is no time, or too long for one, is nobody's asking.
        stands = at.isdecimal() and len(at) <= _MOST_DIGITS and 0 <= now_s - int(at) < _GOOD_FOR_S
        return who if stands and what == self.what and still_may(uow, who, Permission.CONTROL) else ""

    def second(self, uow: UnitOfWork, operator: Operator, *, at_s: int, alone: str, lock: bool = False) -> str:
        """Return who asked before, where this operator is the second; else note that they ask, and return nothing.

        Raises NotPermitted, saying `alone`, for who asked themself.
        """
        first = self.asked_by(uow, now_s=at_s, lock=lock)
        if first == operator.id:
            raise NotPermitted(alone)
        if first:
            self.forget(uow)
        else:
            self.ask(uow, operator, at_s=at_s)
        return first

    def ask(self, uow: UnitOfWork, operator: Operator, *, at_s: int) -> None:
        """Note that somebody asks, in the place of who asked for anything before."""
        uow.facts.set(self.fact, f"{operator.id} {at_s} {self.what}".rstrip())

    def forget(self, uow: UnitOfWork) -> bool:
        """Let nobody have asked; return whether somebody had, for whatever."""
        asked = bool(uow.facts.get(self.fact, ""))
        if asked:
            uow.facts.set(self.fact, "")
        return asked


TO_RESUME = FirstOfTwo(fact="resume_asked_by")
"""Of a bank whose payments somebody stopped."""
