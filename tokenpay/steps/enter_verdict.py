"""What a list says of somebody's names, stored, and a case about what it did not say before."""

from collections.abc import Iterator
from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.name_hit import NameHit, likest
from tokenpay.compliance.name_verdict import NameVerdict, Uncompared, hit_key
from tokenpay.parties.operator import Operator
from tokenpay.steps.enter_case import enter_case
from tokenpay.store.unit_of_work import UnitOfWork

_FAILED = "comparing a name with the screening lists failed"


def enter_verdict(
    uow: UnitOfWork, bank: Bank, operator: Operator, verdict: NameVerdict, known: NameVerdict | None
) -> list[Case]:
    """Store a verdict, and open cases about what it says that the one known before did not; return them."""
    if known == verdict:
        return []
    cases = []
    hits = [replace(hit, content=_content(uow, hit)) for hit in verdict.hits]
    verdict = replace(verdict, hits=likest([*hits, *_still_hit(uow, verdict, known)]))
    uow.names.put([verdict])
    told = {hit_key(hit) for hit in known.hits} if known is not None and known.party == verdict.party else set()
    told |= uow.names.released(verdict.party) if verdict.hits else frozenset()
    fresh = [hit for hit in verdict.hits if hit_key(hit) not in told]
    subject = verdict.party.id
    if fresh:
        said = (f"{hit.list_name}: {hit.entry_id}, {hit.listed}, {hit.score / 1_000:.3f}" for hit in fresh)
        note = "; ".join(["the name may be one on a screening list", *said])
        cases.append(enter_case(uow, bank, operator, kind=CaseKind.POSSIBLE_MATCH, subject=subject, note=note))
    if verdict.why and (known is None or known.why != verdict.why or known.party != verdict.party):
        note = "a name has no letters that can be compared" if verdict.why == Uncompared.UNREADABLE else _FAILED
        cases.append(enter_case(uow, bank, operator, kind=CaseKind.SCREENING_UNAVAILABLE, subject=subject, note=note))
    return cases


def _still_hit(uow: UnitOfWork, verdict: NameVerdict, known: NameVerdict | None) -> Iterator[NameHit]:
    """Yield the hits of before on what stands there still: an entry of that kind, with that name.

    What is a name, and what a slip, is learnt from all that a list names: whoever adds to it would let somebody go,
    alone. Two people do that.
    """
    if known is None or (known.party, known.method) != (verdict.party, verdict.method):
        return
    for hit in known.hits:
        for entry in uow.lists.parties(hit.list_name, hit.entry_id):
            if entry.kind is hit.kind and hit.listed in entry.names:
                yield replace(hit, content=entry.digest())


def _content(uow: UnitOfWork, hit: NameHit) -> str:
    return next(entry.digest() for entry in uow.lists.parties(hit.list_name, hit.entry_id))
