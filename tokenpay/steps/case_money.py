"""Money that stands under a case: which deposit brought it, and whether anybody knows who sent it."""

from dataclasses import dataclass

from tokenpay.compliance.case import Case, CaseKind
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.intent import BookParty, ChainParty, Intent
from tokenpay.store.unit_of_work import UnitOfWork

OF_A_CASE = (AccountKind.SUSPENSE, AccountKind.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoney:
    """`deposit` is None where the chain showed money that no log tells of: nobody knows who sent that."""

    case: Case
    kind: AccountKind
    deposit: Deposit | None

    @property
    def unjudged(self) -> bool:
        """Tell whether who sent it was not what stopped it: then that is asked again, as before any credit."""
        return self.kind is AccountKind.SUSPENSE or self.case.kind is not CaseKind.SCREENING_MATCH

    @property
    def sender(self) -> ChainParty | None:
        """Who sent it; None too for what was minted: a bridge mints for whoever paid it elsewhere."""
        if self.deposit is None or self.deposit.sender is None:
            return None
        return ChainParty(self.deposit.chain_id, self.deposit.sender)


def case_money(uow: UnitOfWork, intent: Intent) -> CaseMoney | None:
    """Return what a payment takes from a case; None where it takes nothing from one. Raises NotFound."""
    debtor = intent.debtor
    if not isinstance(debtor, BookParty) or debtor.kind not in OF_A_CASE:
        return None
    case = uow.cases.get(debtor.owner)
    found = uow.deposits.find(deposit_id=case.about)
    return CaseMoney(case=case, kind=debtor.kind, deposit=found[0] if found else None)


def sender_unknown(uow: UnitOfWork, intent: Intent) -> bool:
    """Tell whether a payment takes money of a case that nobody can screen by its sender."""
    money = case_money(uow, intent)
    return money is not None and money.unjudged and money.sender is None
