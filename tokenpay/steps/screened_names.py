"""Verdicts on the parties of a payment, as they stand: those on names are read, for the engine computes them."""

from collections.abc import Callable, Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.name_verdict import NamedParty, names_asked, screen_party
from tokenpay.compliance.screening import Screening, SilentList
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.intent import Intent
from tokenpay.steps.named_parties import named_parties, named_parties_of_deposit
from tokenpay.steps.screened import outside, screened, silent
from tokenpay.store.unit_of_work import UnitOfWork

TROUBLE = "names_trouble"
"""The fact that says what keeps the engine from comparing names: one of Uncompared, or nothing."""


def screened_parties(uow: UnitOfWork, bank: Bank, intent: Intent) -> tuple[Screening, ...]:
    """Return what the lists say of everybody whom a payment is with: by their addresses, and by their names."""
    addresses = (screened(uow, bank, party.address, chain_id=party.chain_id) for party in outside(uow, intent))
    return (*addresses, *screened_names(uow, bank, intent))


def screened_names(uow: UnitOfWork, bank: Bank, intent: Intent) -> tuple[Screening, ...]:
    """Return what the lists say of everybody whom a payment is with; nothing where no list speaks of names."""
    return _screened(uow, bank, lambda: named_parties(uow, intent))


def screened_names_of_deposit(uow: UnitOfWork, bank: Bank, deposit: Deposit) -> tuple[Screening, ...]:
    """Return what the lists say of who is paid by a deposit, and of who sent it as far as that is known."""
    return _screened(uow, bank, lambda: named_parties_of_deposit(uow, deposit))


def lists_of_names(uow: UnitOfWork, bank: Bank) -> tuple[tuple[ScreeningList, ...], tuple[SilentList, ...]]:
    """Return the lists in place that names are compared with, and those that must speak of names and cannot."""
    return names_asked(uow.lists.all(), silent(uow, bank))


def _screened(uow: UnitOfWork, bank: Bank, parties: Callable[[], Iterable[NamedParty]]) -> tuple[Screening, ...]:
    lists, silences = lists_of_names(uow, bank)
    if not lists and not silences:
        return ()
    unique = tuple(dict.fromkeys(parties()))
    uow.names.ask(party.id for party in unique)
    return tuple(
        screen_party(
            party,
            verdicts=(verdicts := uow.names.verdicts(party)),
            released=uow.names.released(party) if any(each.hits for each in verdicts.values()) else frozenset(),
            lists=lists,
            silent=silences,
            trouble=uow.facts.get(TROUBLE, ""),
        )
        for party in unique
    )
