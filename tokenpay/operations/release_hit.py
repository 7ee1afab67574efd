"""Look at the hits on a name, and let one go by the word of two people: they are not the one on the list."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.name_hit import NameHit
from tokenpay.compliance.name_release import NameRelease
from tokenpay.compliance.name_verdict import NamedParty, customer_party, data_party, hit_key
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import NotFound, NotPermitted
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.hit_makers import hit_makers
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.named_parties import named_parties_of_deposit
from tokenpay.steps.record import record
from tokenpay.steps.shown import case_shown
from tokenpay.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingHit:
    """A hit on somebody's names by the lists as they were compared last, and what people said of it.

    `asked` is the release that waits for a second person, or the one that two people signed; None where nobody asked,
    and where the release does not stand: who signed it may release no hit any more, or never did.
    """

    party: str
    hit: NameHit
    asked: NameRelease | None = None

    @property
    def released(self) -> bool:
        return self.asked is not None and bool(self.asked.confirmed_by)


def case_hits(bank: Bank, case_id: str, *, by: Session) -> list[StandingHit]:
    """Return the hits on the names that a case is about, best first, each with its score and why; raises NotFound.

    Who neither works on cases nor reports on them sees none.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        return _standing(uow, case_shown(operator, uow.cases.get(case_id)))


def release_hit(bank: Bank, case_id: str, *, list_name: str, entry_id: str, reason: str, by: Session) -> NameRelease:
    """Say that whom a case is about is not this entry of a list; nothing goes until a second person confirms it.

    It holds for these names and for what the list says of the entry now: other names, or a changed entry, are a new
    hit. Asked again about the same hit it returns what was asked first, while that stands. Raises InvalidInput for a
    reason that is not 1 to 140 visible characters, NotFound where the case has no such hit, NotPermitted for who made
    a payment that it holds.
    """
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        case = uow.cases.get(case_id, lock=True)
        found = [
            each for each in _standing(uow, case) if (each.hit.list_name, each.hit.entry_id) == (list_name, entry_id)
        ]
        if not found:
            raise NotFound("the case has no such hit", case=case_id)
        standing = next((each for each in found if each.asked is None), found[0])
        _check_no_maker(uow, standing.party, operator)
        if standing.asked is not None:
            return standing.asked
        release = NameRelease.asked(
            new_id(bank, "NR"), _party(uow, standing.party), standing.hit, reason=reason, by=by, at_s=bank.clock.now_s()
        )
        uow.names.ask_release(release)
        record(uow, bank, operator, "hit.release_asked", case_id, _told(release))
        return release


def confirm_release(bank: Bank, release_id: str, *, by: Session) -> NameRelease:
    """Sign a release as its second person: the hit holds nothing any more, and a case without another is resolved.

    The engine takes what was held for it through the gate on its next turn. Confirmed again it is returned as it is.
    Raises NotFound, NotPermitted where who asked for it confirms, or who made a payment that it holds, and where it
    does not stand: who signed it may release no hit any more, or made such a payment since, or never signed. Then the
    hit is released anew.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        release = uow.names.release(release_id, lock=True)
        if release.asked_by == operator.id:
            raise NotPermitted("a hit is released by two people")
        if not _stands(uow, release):
            raise NotPermitted("who signed this release may not do so any more, or never did: release the hit anew")
        if release.confirmed_by:
            return release
        _check_no_maker(uow, release.party.id, operator)
        release = release.confirmed(by=by, at_s=bank.clock.now_s())
        uow.names.confirm(release)
        record(uow, bank, operator, "hit.released", release.party.id, _told(release))
        _resolve(uow, bank, operator, release)
        return release


def _check_no_maker(uow: UnitOfWork, party_id: str, operator: Operator) -> None:
    if operator.id in hit_makers(uow, party_id):
        raise NotPermitted("who made a payment that a hit holds does not release it")


def _stands(uow: UnitOfWork, release: NameRelease) -> bool:
    """Tell whether those who signed a release may do so still, and who only asked has made no such payment since."""
    signed = uow.names.stands(release)
    return signed and (bool(release.confirmed_by) or release.asked_by not in hit_makers(uow, release.party.id))


def _told(release: NameRelease) -> dict[str, str]:
    return {"release": release.id, "list": release.list_name, "entry": release.entry_id}


def _resolve(uow: UnitOfWork, bank: Bank, operator: Operator, release: NameRelease) -> None:
    """Resolve the open case about this party where no hit of it holds any more."""
    for case in uow.cases.find(CaseKind.POSSIBLE_MATCH, release.party.id):
        if case.is_open and all(each.released for each in _standing(uow, case)):
            said = f"released by {release.asked_by} and {release.confirmed_by}"
            uow.cases.ask(case.id, resolution=release.reason, by=release.asked_by)
            uow.cases.resolve(case.id, resolution=said, by=operator.id, at_s=bank.clock.now_s())
            record(uow, bank, operator, "case.resolved", case.id)


def _standing(uow: UnitOfWork, case: Case) -> list[StandingHit]:
    """Return the hits on those whom a case is about, of the names that they have now."""
    if case.kind is not CaseKind.POSSIBLE_MATCH:
        return []
    parties = [
        party
        for deposit in uow.deposits.find(deposit_id=case.about)
        for party in named_parties_of_deposit(uow, deposit)
    ]
    try:
        parties = parties or [_party(uow, case.about)]
    except NotFound:  # somebody opened this case by hand, about something else
        return []
    releases = uow.names.releases(party.id for party in parties)
    found = []
    for party in parties:
        standing = [release for release in releases if release.party == party and _stands(uow, release)]
        asked = {release.hit: release for release in sorted(standing, key=lambda each: bool(each.confirmed_by))}
        for verdict in uow.names.verdicts(party).values():
            if verdict.party == party:
                found += [StandingHit(party=party.id, hit=hit, asked=asked.get(hit_key(hit))) for hit in verdict.hits]
    return sorted(found, key=lambda each: (-each.hit.score, each.hit.list_name, each.hit.entry_id))


def _party(uow: UnitOfWork, party_id: str) -> NamedParty:
    kind, _, number = party_id.partition("/")
    if kind == "customer":
        return customer_party(number, uow.customers.get(number).name)
    return data_party(uow.travel_rules.get(number))
