"""Verdicts on names as they stand in this unit of work: read, never computed, for that is the engine's to do."""

from collections.abc import Callable, Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.name_verdict import NamedParty, names_asked, screen_party
from tokenpay.compliance.screening import Screening, SilentList
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.intent import Intent
from tokenpay.steps.named_parties import named_parties, named_parties_of_deposit
from tokenpay.steps.screened import silent
from tokenpay.store.unit_of_work import UnitOfWork

TROUBLE = "names_trouble"
"""The fact that says what keeps the engine from comparing names: one of Uncompared, or nothing."""


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
