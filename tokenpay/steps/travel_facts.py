"""What stands with a transfer under the Travel Rule, as the gate and the settling of deposits read it."""

from tokenpay.compliance.case import CaseKind
from tokenpay.compliance.travel_rule import TravelFacts
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.intent import BookParty, ChainParty, Intent
from tokenpay.steps.authorize import customers_of
from tokenpay.store.unit_of_work import UnitOfWork


def travel_facts(uow: UnitOfWork, intent: Intent, *, now_s: int) -> TravelFacts:
    """Return what stands with a payment, or with the deposit whose money it takes from a case."""
    if uow.policies.newest().travel_rule is None:
        return TravelFacts()
    subject = _waiting_deposit(uow, intent)
    own = False
    for wallet, other in ((intent.creditor, intent.debtor), (intent.debtor, intent.creditor)):
        if isinstance(wallet, ChainParty):
            own = own or any(has_own_wallet(uow, wallet, number, now_s=now_s) for number in customers_of(other))
    data = uow.travel_rules.stands(intent.uetr)
    if subject and not isinstance(intent.creditor, ChainParty):  # what goes back over a chain travels on its own
        data = data or uow.travel_rules.stands(subject) or _is_own(uow, subject, intent, now_s=now_s)
    return TravelFacts(data=data, own_wallet=own, of_case=bool(subject))


def data_missing(uow: UnitOfWork, deposit: Deposit, customer_id: str, *, now_s: int) -> bool:
    """Tell whether a deposit waits for data on who sent it."""
    rule = uow.policies.newest().travel_rule
    if rule is None or deposit.sender is None or not rule.asks_of(deposit.amount):
        return False
    sender = ChainParty(deposit.chain_id, deposit.sender)
    return not (uow.travel_rules.stands(deposit.id) or has_own_wallet(uow, sender, customer_id, now_s=now_s))


def has_own_wallet(uow: UnitOfWork, wallet: ChainParty, customer_id: str, *, now_s: int) -> bool:
    """Tell whether a customer has proved that a wallet is their own."""
    return any(proof.own for proof in uow.wallet_proofs.standing(wallet, customer_id, now_s=now_s))


def _waiting_deposit(uow: UnitOfWork, intent: Intent) -> str:
    """Return the id of the deposit that a payment takes from a case about missing data; else nothing."""
    debtor = intent.debtor
    if not isinstance(debtor, BookParty) or debtor.kind is not AccountKind.SUSPENSE:
        return ""
    case = uow.cases.get(debtor.owner)
    return case.subject.partition("#")[0] if case.kind is CaseKind.TRAVEL_RULE else ""


def _is_own(uow: UnitOfWork, deposit_id: str, intent: Intent, *, now_s: int) -> bool:
    """Tell whether who is paid from the case has proved that the sender's wallet is their own."""
    for deposit in uow.deposits.find(deposit_id=deposit_id):
        if deposit.sender is not None:
            sender = ChainParty(deposit.chain_id, deposit.sender)
            return any(has_own_wallet(uow, sender, number, now_s=now_s) for number in customers_of(intent.creditor))
    return False
