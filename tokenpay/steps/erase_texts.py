"""How texts beside the audit streams go: taken away, and told of in a record, without which they would be missed."""

from collections.abc import Iterable

from tokenpay.audit.text import TEXTS, AuditText
from tokenpay.bank import Bank
from tokenpay.compliance.travel_rule import TravelRule
from tokenpay.parties.operator import Operator
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

_AT_ONCE = 1_000
"""So many hashes stand in one record at the most."""


def erase_texts(uow: UnitOfWork, bank: Bank, operator: Operator, subject: str, texts: Iterable[AuditText]) -> int:
    """Erase those of these texts that still stand, and record their hashes; return how many they were."""
    hashes = sorted(text.hash for text in texts if text.erased_at_s is None)
    for first in range(0, len(hashes), _AT_ONCE):
        some = hashes[first : first + _AT_ONCE]
        uow.audit_texts.erase(some, at_s=bank.clock.now_s())
        record(uow, bank, operator, "texts.erased", subject, {TEXTS: some})
    return len(hashes)


def kept_s(uow: UnitOfWork) -> int:
    """Return for how long personal data is kept after what it belongs to is over: as the Travel Rule says."""
    rule = uow.policies.newest().travel_rule or TravelRule()
    return rule.kept_s
