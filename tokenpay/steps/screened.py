"""Verdicts of the lists as they stand in this unit of work, by the policy in force."""

from collections.abc import Collection

from tokenpay.bank import Bank
from tokenpay.compliance.screening import ListHit, Screening, SilentList, screen, silent_lists
from tokenpay.money.address import Address
from tokenpay.payments.intent import OWN_MONEY, ChainParty, Intent
from tokenpay.steps.case_money import case_money
from tokenpay.store.unit_of_work import UnitOfWork


def outside(uow: UnitOfWork, intent: Intent) -> tuple[ChainParty, ...]:
    """Return every address outside the bank that a payment is with, its payer's first; none for the bank's own money.

    What leaves a case came from somebody: who sent that deposit is asked after again, as before any credit, and where
    nobody knows, it needs two people. Only what was blocked for its sender was judged by it already.
    """
    if intent.purpose in OWN_MONEY:
        return ()
    found = [party for party in (intent.debtor, intent.creditor) if isinstance(party, ChainParty)]
    money = case_money(uow, intent)
    if money is not None and money.unjudged and money.sender is not None:
        found.append(money.sender)
    return tuple(dict.fromkeys(found))


def screened(uow: UnitOfWork, bank: Bank, address: Address, *, chain_id: int) -> Screening:
    """Return what the lists say of an address on a chain: its writing on any other chain says the same."""
    return screened_hits(uow, bank, address.caip10(chain_id), hits=uow.lists.hits(address))


def screened_hits(uow: UnitOfWork, bank: Bank, subject: str, *, hits: Collection[ListHit]) -> Screening:
    """Return the verdict on a subject that stands where `hits` say: no hit is clear only where every list speaks."""
    return screen(subject, hits=hits, lists=uow.lists.all(), silent=silent(uow, bank))


def silent(uow: UnitOfWork, bank: Bank) -> tuple[SilentList, ...]:
    """Return the lists that can say nothing now, and why."""
    policy = uow.policies.newest()
    return silent_lists(uow.lists.all(), policy.lists, now_s=bank.clock.now_s(), max_age_s=policy.list_max_age_s)
