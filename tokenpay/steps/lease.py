"""Who turns what: an engine takes a lease, renews it as it works, and gives it back."""

from tokenpay.bank import Bank
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize


class Leases:
    """The leases of one engine, each held for `for_s` seconds after it was last renewed.

    What it remembers may be over by the database's clock: then another engine does the same work, and one of both
    finds it done.
    """

    def __init__(self, bank: Bank, *, holder: str, for_s: int) -> None:
        self._bank = bank
        self._holder = holder
        self._for_s = for_s
        self._renewed_at_s: dict[str, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What is held, sorted."""
        return tuple(sorted(self._renewed_at_s))

    def hold(self, name: str, *, by: Session) -> bool:
        """Take a lease, or renew it where a third of its time is over; tell whether it is held now.

        Raises SessionExpired, NotPermitted, StoreUnavailable.
        """
        now_s = self._bank.clock.now_s()
        renewed_at_s = self._renewed_at_s.get(name)
        if renewed_at_s is not None and 0 <= now_s - renewed_at_s < self._for_s / 3:
            return True
        with self._bank.store.unit_of_work() as uow:
            authorize(uow, self._bank, by, Permission.RUN_ENGINE)
            taken = uow.leases.take(name, holder=self._holder, for_s=self._for_s, now_s=now_s)
        if taken:
            self._renewed_at_s[name] = now_s
        else:
            self._renewed_at_s.pop(name, None)
        return taken

    def give_back(self) -> None:
        """Let others go on at once; raises StoreUnavailable, and then they go on when the time is over."""
        if self._renewed_at_s:
            with self._bank.store.unit_of_work() as uow:
                uow.leases.give_back(self._holder)
            self._renewed_at_s.clear()
