"""Reports to whoever watches the bank: large transfers, and what looked suspicious."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from tokenpay.bank import Bank
from tokenpay.compliance.case import ROUTINE, Case
from tokenpay.errors import InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.store.final_transfer import FinalTransfer
from tokenpay.store.unit_of_work import UnitOfWork

MAX_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeTransfer:
    """A payment or deposit that became final and reaches a threshold.

    `kind` is a payment's purpose, or `deposit`; a deposit comes to no branch. `institution` and `country` are the
    counterparty's, where the Travel Rule's data tells them; `data` says whether such data was attached.
    """

    at_s: int
    id: str
    kind: str
    branch: str
    debtor: str
    creditor: str
    amount: Amount
    institution: str
    country: str
    data: bool


def large_transfers(
    bank: Bank, *, since_s: int, until_s: int, by: Session, units: Mapping[str, int] | None = None
) -> list[LargeTransfer]:
    """Return what became final in [since_s, until_s) and is as large as a threshold, oldest first.

    `units` are thresholds in smallest units by asset id, and what they do not name is left out; without them they are
    the Travel Rule's. Raises InvalidInput where there are none, or for more than 400 days.
    """
    _check(since_s, until_s)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.REPORT)
        rule = uow.policies.newest().travel_rule
        if units is None and rule is None:
            raise InvalidInput("the policy has no Travel Rule: say from how many units on a transfer is large")
        known = {registered.asset.id: registered.asset for registered in uow.assets.all()}
        thresholds = units if units is not None else {id: rule.units.get(id, 0) if rule else 0 for id in known}
        moved = chain(uow.payments.final_transfers(since_s, until_s), uow.deposits.final_transfers(since_s, until_s))
        found = [
            row for row in moved if row.asset_id in thresholds and row.units >= thresholds[row.asset_id] and row.units
        ]
        return [_large(uow, row, known) for row in sorted(found, key=lambda row: (row.at_s, row.id))]


def suspicious_cases(bank: Bank, *, since_s: int, until_s: int, by: Session) -> list[Case]:
    """Return the cases opened in [since_s, until_s) that are more than routine, resolved ones too, oldest first.

    A kind of case that is added some day is in this report until somebody calls it routine. Raises InvalidInput for
    more than 400 days.
    """
    _check(since_s, until_s)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.REPORT)
        return [case for case in uow.cases.opened(since_s, until_s) if case.kind not in ROUTINE]


def _large(uow: UnitOfWork, row: FinalTransfer, known: Mapping[str, Asset]) -> LargeTransfer:
    record = uow.travel_rules.newest(row.id)
    return LargeTransfer(
        at_s=row.at_s,
        id=row.id,
        kind=row.kind,
        branch=row.branch,
        debtor=row.debtor,
        creditor=row.creditor,
        amount=Amount(known[row.asset_id], row.units),
        institution="" if record is None else record.institution,
        country=row.country,
        data=record is not None,
    )


def _check(since_s: int, until_s: int) -> None:
    if not 0 <= since_s <= until_s <= since_s + MAX_DAYS * 86_400:
        raise InvalidInput(f"a report is asked for from one time to a later one, for up to {MAX_DAYS} days")
