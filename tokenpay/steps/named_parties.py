"""Whose names a payment or a deposit is with, as far as the bank knows them."""

from tokenpay.compliance.name_verdict import NamedParty, customer_party, data_party
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.intent import OWN_MONEY, BookParty, ChainParty, Intent, parse_party
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.case_money import OF_A_CASE
from tokenpay.store.unit_of_work import UnitOfWork


def named_parties(uow: UnitOfWork, intent: Intent) -> tuple[NamedParty, ...]:
    """Return the customers of a payment, its payer first, and those outside whom data of the Travel Rule names.

    What leaves a case came with a deposit, whose data tells of who sent it; where there was none it stands with the
    payment.
    """
    if intent.purpose in OWN_MONEY:
        return ()
    found = [_customer(uow, number) for party in (intent.debtor, intent.creditor) for number in customers_of(party)]
    subjects = []
    if isinstance(intent.debtor, BookParty) and intent.debtor.kind in OF_A_CASE:
        subjects.append(uow.cases.get(intent.debtor.owner).about)
    if subjects or isinstance(intent.debtor, ChainParty) or isinstance(intent.creditor, ChainParty):
        subjects.append(intent.uetr)
    return (*found, *(party for subject in subjects for party in named_outside(uow, subject)))


def named_parties_of_deposit(uow: UnitOfWork, deposit: Deposit) -> tuple[NamedParty, ...]:
    """Return whom a deposit would be credited to, and who sent it where data of the Travel Rule says so."""
    payee = parse_party(uow.requests.get(deposit.request_id).request.payee)
    return (*(_customer(uow, number) for number in customers_of(payee)), *named_outside(uow, deposit.id))


def named_outside(uow: UnitOfWork, subject: str) -> tuple[NamedParty, ...]:
    """Return those whom the data of a payment or deposit names; none where it was erased.

    Other data does not undo what was told before: whom that names counts too, until it is compared and clear, or two
    people let its hits go. Only what cannot be compared at all is made good by data that can.
    """
    records = uow.travel_rules.standing_of([subject])
    parties = [data_party(record) for record in records]
    earlier, standing = parties[:-1], parties[-1:]
    uow.names.ask(party.id for party in earlier)
    return (*(party for party in earlier if not _uncomparable(uow, party)), *standing)


def _uncomparable(uow: UnitOfWork, party: NamedParty) -> bool:
    verdicts = uow.names.verdicts(party).values()
    return any(verdict.why for verdict in verdicts) and not any(verdict.hits for verdict in verdicts)


def _customer(uow: UnitOfWork, number: str) -> NamedParty:
    return customer_party(number, uow.customers.get(number).name)
