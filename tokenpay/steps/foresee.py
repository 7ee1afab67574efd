"""What many payments will be weighed by, locked and read at once before the first of them."""

from collections.abc import Sequence

from tokenpay.compliance.risk.activity import debtor_of, is_scored
from tokenpay.payments.intent import ChainParty, Intent
from tokenpay.steps import movements
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.count_limits import lock_used
from tokenpay.store.unit_of_work import UnitOfWork


def foresee(uow: UnitOfWork, intents: Sequence[Intent]) -> None:
    """Lock and read what these payments' gate and books will ask for, and gather what they write.

    It decides nothing: what is missed here is asked for when it is needed, at the price of a statement. Locks are
    taken in their one order, which payments one after the other would not keep.
    """
    uow.requests.lock(intent.request_id for intent in intents if intent.request_id)
    policy = uow.policies.newest()
    for day in sorted({policy.hours.day(intent.created_at_s) for intent in intents}):
        made = [intent for intent in intents if policy.hours.day(intent.created_at_s) == day]
        lock_used(uow, policy, made, day=day)
    ask_of_parties(uow, intents)
    addresses = [
        party for intent in intents for party in (intent.debtor, intent.creditor) if isinstance(party, ChainParty)
    ]
    for chain_id in sorted({party.chain_id for party in addresses}):
        uow.requests.ask(chain_id, (party.address for party in addresses if party.chain_id == chain_id))
    uow.ledger.lock(account for intent in intents for account in movements.accounts_of(uow, intent))
    for customer, asset_id in sorted({debtor_of(intent) for intent in intents if is_scored(intent)}):
        uow.movements.of(customer, asset_id)
    uow.writes.gather()


def ask_of_parties(uow: UnitOfWork, intents: Sequence[Intent]) -> None:
    """Read at once who these parties are and which lists they stand on; customers are locked to be kept."""
    parties = {party for intent in intents for party in (intent.debtor, intent.creditor)}
    uow.customers.keep(number for party in parties for number in customers_of(party))
    uow.lists.ask(party.address for party in parties if isinstance(party, ChainParty))
