"""What a list says of somebody's names, stored, and a case about what it did not say before."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
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
    contents = {hit.entry_id: _content(uow, verdict.list_name, hit.entry_id) for hit in verdict.hits}
    verdict = replace(verdict, hits=tuple(replace(hit, content=contents[hit.entry_id]) for hit in verdict.hits))
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


def _content(uow: UnitOfWork, list_name: str, entry_id: str) -> str:
    return next(party.digest() for party in uow.lists.parties(list_name, entry_id))
