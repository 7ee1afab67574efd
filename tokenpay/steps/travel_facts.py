"""What stands with a transfer under the Travel Rule, as the gate and the settling of deposits read it."""

from tokenpay.compliance.case import CaseKind
from tokenpay.compliance.travel_rule import TravelFacts, TravelRule
from tokenpay.compliance.wallet_proof import WalletProof
from tokenpay.money.amount import Amount
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.intent import ChainParty, Intent
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.case_money import CaseMoney, case_money
from tokenpay.store.unit_of_work import UnitOfWork


def travel_facts(uow: UnitOfWork, intent: Intent, *, now_s: int) -> TravelFacts:
    """Return what stands with a payment, or with the deposit whose money it takes from a case."""
    rule = uow.policies.newest().travel_rule
    if rule is None:
        return TravelFacts()
    money = case_money(uow, intent)
    own = False
    for wallet, other in ((intent.creditor, intent.debtor), (intent.debtor, intent.creditor)):
        if isinstance(wallet, ChainParty):
            own = own or any(has_own_wallet(uow, wallet, number, now_s=now_s) for number in customers_of(other))
    data = uow.travel_rules.stands(intent.uetr)
    if money is not None and not isinstance(intent.creditor, ChainParty):  # what goes back travels on its own
        data = data or _stands_with_deposit(uow, money, intent, now_s=now_s)
    return TravelFacts(data=data, own_wallet=own, of_case=money is not None and _asks_of(uow, rule, money, intent))


def data_missing(uow: UnitOfWork, deposit: Deposit, customer_id: str, *, now_s: int) -> bool:
    """Tell whether a deposit waits for data on who sent it."""
    rule = uow.policies.newest().travel_rule
    if rule is None or deposit.sender is None or not rule.asks_of(deposit.amount):
        return False
    sender = ChainParty(deposit.chain_id, deposit.sender)
    return not (uow.travel_rules.stands(deposit.id) or has_own_wallet(uow, sender, customer_id, now_s=now_s))


def has_own_wallet(uow: UnitOfWork, wallet: ChainParty, customer_id: str, *, now_s: int) -> bool:
    """Tell whether a customer has proved that a wallet is their own."""
    return any(proof.own for proof in standing_proofs(uow, wallet, customer_id, now_s=now_s))


def standing_proofs(uow: UnitOfWork, wallet: ChainParty, customer_id: str, *, now_s: int) -> list[WalletProof]:
    """Return the proofs of a wallet that hold now, newest first, each verified anew: who writes rows proves nothing."""
    found = uow.wallet_proofs.standing(wallet, customer_id, now_s=now_s)
    return [proof for proof in found if proof.is_whole(uow.facts.get("name"))]


def _asks_of(uow: UnitOfWork, rule: TravelRule, money: CaseMoney, intent: Intent) -> bool:
    """Tell whether the rule asks of what a case's money came in: whatever else it stands there for, and in whatever
    parts it is paid out.
    """
    if money.case.kind is CaseKind.TRAVEL_RULE:
        return True
    if money.deposit is not None:
        return rule.asks_of(money.deposit.amount)
    asset = intent.amount.asset
    came = uow.ledger.accounts(kind=money.kind, owner=money.case.id, asset_id=asset.id)
    return any(rule.asks_of(Amount(asset, account.credits_posted)) for account in came)


def _stands_with_deposit(uow: UnitOfWork, money: CaseMoney, intent: Intent, *, now_s: int) -> bool:
    """Tell whether a deposit has data, or whoever is paid from its case proved the sender's wallet to be their own."""
    if money.deposit is None:
        return False
    customers, sender = customers_of(intent.creditor), money.sender
    own = sender is not None and any(has_own_wallet(uow, sender, number, now_s=now_s) for number in customers)
    return own or uow.travel_rules.stands(money.deposit.id)
