"""What the gas of one payment may cost: two people say it in the policy, where the bank was not founded with it."""

from tokenpay.bank import Bank
from tokenpay.store.unit_of_work import UnitOfWork


def fee_cap_wei(uow: UnitOfWork, bank: Bank, chain_id: int) -> int:
    """Return the most wei that the gas of one payment on a chain may cost, over all its fee bumps."""
    founded_with = bank.settings.chain(chain_id).fee_cap_wei
    return uow.policies.newest().fee_caps_wei.get(chain_id, founded_with)
