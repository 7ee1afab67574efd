"""Books that came back from a copy: nothing is paid before people have looked, no address is given out twice."""

from tokenpay.store.unit_of_work import UnitOfWork

ADDRESS_GAP = 1_000_000
ADDRESSES_A_SECOND = 10
"""More than a bank gives out: where one copy comes back twice, the second gap ends behind what the first bank used."""

STOPPED_BY = "restore"
"""Who is named for the stop: no person."""

MAX_GAP = 2**28
"""A clock that is years ahead must not use up the addresses: there are 2**31."""


def came_back(uow: UnitOfWork, *, copied_at_s: int, now_s: int) -> int:
    """Leave a gap in the deposit addresses, let readers of the feed begin anew, and return the next address's number.

    A copy knows of nobody who was dismissed or frozen since, and of no stop: payments are stopped until two people
    resume them, and every session is closed.

    Those given out after `copied_at_s` (Unix seconds) belong to requests that these books do not know. On PostgreSQL it
    takes the owner of the tables: raises NotPermitted.
    """
    uow.outbox.begin_anew()
    uow.sessions.close_everybody(at_s=now_s)
    uow.facts.set("stopped", STOPPED_BY)
    uow.facts.set("resume_asked_by", "")
    uow.facts.lock("deposit_xpub")  # as who issues a request does
    begins = max(uow.requests.next_index(), uow.facts.number("deposit_index_floor", 0))
    begins += min(ADDRESS_GAP + ADDRESSES_A_SECOND * max(0, now_s - copied_at_s), MAX_GAP)
    uow.facts.set("deposit_index_floor", str(begins))
    return begins
