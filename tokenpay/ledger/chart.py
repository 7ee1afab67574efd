"""The chart of accounts: which kinds there are, which side they stand on, which may not be overdrawn."""

from enum import StrEnum

BANK = "bank"
"""Who owns an account that is neither a customer's, a drawer's, nor a case's: the bank itself."""


class AccountKind(StrEnum):
    """What an account is for: what the bank has, owes, earns and spends."""

    CUSTODY = "custody"
    DRAWER = "drawer"
    VAULT = "vault"
    CUSTOMER = "customer"
    SUSPENSE = "suspense"
    BLOCKED = "blocked"
    FEES = "fees"
    GAS = "gas"
    VARIANCE = "variance"
    FUNDING = "funding"
    CONVERSION = "conversion"


ASSETS = frozenset({AccountKind.CUSTODY, AccountKind.DRAWER, AccountKind.VAULT})
LIABILITIES = frozenset({AccountKind.CUSTOMER, AccountKind.SUSPENSE, AccountKind.BLOCKED})
EXPENSES = frozenset({AccountKind.GAS, AccountKind.VARIANCE})

DEBIT_NORMAL = ASSETS | EXPENSES
"""Kinds whose balance is debits minus credits; all others are credits minus debits."""

BOUNDED = ASSETS | LIABILITIES
"""Kinds that may never have less than zero available."""


def account_id(kind: AccountKind, owner: str, asset_id: str) -> str:
    """Return the one name of an account: its kind, whose it is, and the asset.

    Owners are a customer id, a custody address (EIP-55), a case id for suspense and blocked money,
    a drawer or branch id, or `bank`.
    """
    return f"{kind}/{owner}/{asset_id}"
