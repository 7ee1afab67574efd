"""Compare names with the lists in place, on the machine that can: whose turn it is, and what is said of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from tokenpay.bank import Bank
from tokenpay.compliance.name_hit import NameHit, likest
from tokenpay.compliance.name_verdict import NamedParty, NameVerdict, Uncompared, customer_party, data_party
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.compliance.travel_names import names_outside
from tokenpay.errors import IntegrityError, NotFound, UnreadableName
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import is_uetr, parse_party
from tokenpay.payments.payment import IN_NO_BLOCK, PaymentState
from tokenpay.ports import Screener
from tokenpay.primitives.canonical import canonical_text
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.named_parties import named_parties, named_parties_of_deposit
from tokenpay.steps.seal_data import open_document
from tokenpay.store.name_store import FAILED_AGAIN_S
from tokenpay.store.unit_of_work import UnitOfWork

AT_ONCE = 200
"""Parties of one turn: so long nothing else of the engine waits for more than the list's index."""
SWEEP_EVERY_S = 10
"""How often all customers are looked through for one who was not compared; who pays or is paid is found at once."""
_LATE_S = 31 * 86_400
"""How long data is looked for that nothing waited for."""
_SWEPT, _SWEPT_AT_S = "names_swept", "names_swept_at_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Somebody to compare, by the names of each person that they stand for: one, but for a document.

    `why` is one of Uncompared where it is known already that they cannot be.
    """

    party: NamedParty
    persons: tuple[tuple[str, ...], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whom to compare with which lists; `swept`: every customer was looked at, and nobody was left for another turn."""

    lists: tuple[ScreeningList, ...]
    due: tuple[Due, ...]
    swept: bool


def find_due(uow: UnitOfWork, bank: Bank, lists: tuple[ScreeningList, ...], *, method: str) -> Turn:
    """Return who is to be compared now: first whose money waits, then every customer who is not closed.

    Last whom data names that nobody waited for: it came when its transfer was over.
    """
    now_s = bank.clock.now_s()
    waiting = dict.fromkeys(_waiting(uow))
    uow.names.ask(party.id for party in waiting)
    lacking = [party for party in waiting if _lacks(uow, party, lists, now_s=now_s)]
    due = [_due(uow, bank, party) for party in lacking[:AT_ONCE]]
    found = [it for it in due if it is not None]
    left = AT_ONCE - len(found)
    if not left or _fresh(uow, bank, lists, method):
        return Turn(lists=lists, due=tuple(found), swept=False)
    customers = [
        Due(party=customer_party(number, name), persons=((name,),))
        for number, name in uow.names.due_customers(lists, method=method, now_s=now_s, limit=left)
    ]
    late = _late(uow, bank, since_s=now_s - _LATE_S, limit=left - len(customers))
    unique = {it.party: it for it in (*found, *customers, *late)}
    return Turn(lists=lists, due=tuple(unique.values()), swept=len(customers) + len(late) < left)


def note_swept(uow: UnitOfWork, bank: Bank, lists: Sequence[ScreeningList], method: str) -> None:
    """Write down that nobody is left to compare with these versions of the lists."""
    uow.facts.set(_SWEPT, _sweep(lists, method))
    uow.facts.set(_SWEPT_AT_S, str(bank.clock.now_s()))


def compare(
    screener: Screener, known: ScreeningList, due: Due, *, method: str, now_s: int, current: NameVerdict | None
) -> NameVerdict:
    """Return what a list that was taken says of somebody; what it said before stands where nothing changed since."""
    if (
        current is not None
        and current.of(due.party, known)
        and current.method == method
        and current.why != Uncompared.FAILED
    ):
        return current
    hits: list[NameHit] = []
    why = due.why
    for names in due.persons:
        readable = False
        for name in names:
            try:
                found = screener.compare(known, name)
            except UnreadableName:
                continue
            except Exception:  # it may be a bank's own code, and nothing is clear because it broke
                why = Uncompared.FAILED.value
                continue
            readable = True
            hits += found
        if not readable and not why:
            why = Uncompared.UNREADABLE.value
    return NameVerdict(
        party=due.party,
        list_name=known.name,
        list_version=known.version,
        method=method,
        hits=likest(hits),
        why=why,
        compared_at_s=now_s,
    )


def _waiting(uow: UnitOfWork) -> list[NamedParty]:
    """Return everybody whose payment waits for a name or is in no block yet, or whose deposit is not judged.

    Those who were never compared stand before those whose comparison may have failed.
    """
    payments = [
        *uow.payments.held_for("screening.pending", limit=AT_ONCE),
        *uow.payments.held_for("screening.unavailable", limit=AT_ONCE),
        *uow.payments.find(states=IN_NO_BLOCK | {PaymentState.CLEARED}, limit=AT_ONCE, whole=False),
    ]
    deposits = uow.deposits.find(states=[DepositState.SEEN])
    return [
        *(party for payment in payments for party in _named(partial(named_parties, uow, payment.intent))),
        *(party for deposit in deposits for party in _named(partial(named_parties_of_deposit, uow, deposit))),
    ]


def _named(parties: Callable[[], Sequence[NamedParty]]) -> Sequence[NamedParty]:
    """Return whom one payment or deposit is with: where that cannot be read it waits, and nobody else with it."""
    try:
        return parties()
    except (IntegrityError, NotFound):
        return ()


def _lacks(uow: UnitOfWork, party: NamedParty, lists: Sequence[ScreeningList], *, now_s: int) -> bool:
    verdicts = uow.names.verdicts(party)
    current = [it for known in lists if (it := verdicts.get(known.name)) and it.of(party, known)]
    again = any(it.why == Uncompared.FAILED and it.compared_at_s <= now_s - FAILED_AGAIN_S for it in current)
    return again or len(current) < len(lists)


def _late(uow: UnitOfWork, bank: Bank, *, since_s: int, limit: int) -> list[Due]:
    """Return whom data names that came when its transfer was over, so that nothing waited for them."""
    if bank.data_keys is None or not limit:
        return []
    records = uow.names.uncompared_data(since_s=since_s, limit=limit)
    found = (_due(uow, bank, data_party(uow.travel_rules.get(record_id))) for record_id in records)
    return [it for it in found if it is not None]


def _due(uow: UnitOfWork, bank: Bank, party: NamedParty) -> Due | None:
    """Return a party with their names; None where this machine cannot open what holds them."""
    kind, _, number = party.id.partition("/")
    if kind == "customer":
        return Due(party=party, persons=((uow.customers.get(number).name,),))
    record, kept = uow.travel_rules.get(number), uow.travel_rules.sealed(number)
    if kept is None or bank.data_keys is None:
        return None
    try:
        customers = _ours(uow, record.subject)
        document = open_document(bank, record, kept[1])
    except (IntegrityError, NotFound):  # whoever wrote that: it holds what it is about, and nobody else
        return Due(party=party, why=Uncompared.FAILED.value)
    return Due(party=party, persons=names_outside(document, record.way, customers=customers))


def _ours(uow: UnitOfWork, subject: str) -> Collection[str]:
    """Return the names of a payment's customers, or of who a deposit is for; raises NotFound, IntegrityError."""
    if is_uetr(subject):
        intent = uow.payments.get(subject).intent
        parties = [intent.debtor, intent.creditor]
    else:
        found = uow.deposits.find(deposit_id=subject)
        parties = [parse_party(uow.requests.get(deposit.request_id).request.payee) for deposit in found]
    return uow.customers.names(number for party in parties for number in customers_of(party)).values()


def _fresh(uow: UnitOfWork, bank: Bank, lists: Sequence[ScreeningList], method: str) -> bool:
    since_s = bank.clock.now_s() - uow.facts.number(_SWEPT_AT_S, 0)
    return 0 <= since_s < SWEEP_EVERY_S and uow.facts.get(_SWEPT, "") == _sweep(lists, method)


def _sweep(lists: Sequence[ScreeningList], method: str) -> str:
    return canonical_text([method, *(known.label for known in lists)])
