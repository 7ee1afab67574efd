"""Pay back: always a new payment, to where the payee says."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import is_case_id
from tokenpay.errors import AssetMismatch, InvalidInput, WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount, checked_amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import BookParty, Party, Purpose, Rail, parse_party
from tokenpay.payments.payment import Payment, PaymentState, Reason, Refusal
from tokenpay.steps.authorize import authorize
from tokenpay.steps.paid_back import paid_back
from tokenpay.steps.propose import Draft, propose
from tokenpay.store.unit_of_work import UnitOfWork


def refund(bank: Bank, *, of: str, to: Party | str, amount: Amount, by: Session, key: str) -> Payment | Refusal:
    """Refund a case's suspense money, or a final book payment, in whole or in part.

    `of` is a case id or a payment id. `to` is where the payee of the refund says: never taken from a
    log's sender, who may be an exchange. A book payment is refunded to who paid it, and all its refunds
    together, but for those that were reversed, are no more than it was. Returns and raises as `pay` does;
    WrongState where there is nothing to refund.
    """
    payee = parse_party(to) if isinstance(to, str) else to
    if is_case_id(of):
        return _refund_case(bank, of, payee, amount, by=by, key=key)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.PAY)
        original = uow.payments.get(of)
    intent = original.intent
    if intent.rail is not Rail.BOOK or original.state is not PaymentState.FINAL:
        raise WrongState("a final book payment can be refunded; money from the chain is refunded by its case")
    if intent.purpose is not Purpose.PAYMENT:
        raise WrongState("only a payment is refunded; what two people reversed stays reversed", payment=of)
    if checked_amount(amount).asset != intent.amount.asset:
        raise AssetMismatch("a payment is refunded in its own asset", payment=of)
    if payee != intent.debtor:
        raise InvalidInput("a book payment is refunded to who paid it")
    draft = Draft(
        purpose=Purpose.REFUND, debtor=intent.creditor, creditor=intent.debtor, amount=amount, related=original.id
    )

    def check(uow: UnitOfWork) -> tuple[Reason, ...]:
        uow.payments.lock(of)
        given_units = sum(back.intent.amount.units for back in paid_back(uow, of))
        if given_units + amount.units > intent.amount.units:
            return (Reason(code="refund.exceeds", message="all refunds together would be more than the payment"),)
        return ()

    return propose(bank, draft, by=by, key=key, permission=Permission.PAY, check=check)


def _refund_case(bank: Bank, case_id: str, payee: Party, amount: Amount, *, by: Session, key: str) -> Payment | Refusal:
    if isinstance(payee, BookParty) and payee.kind is not AccountKind.CUSTOMER:
        raise InvalidInput("a refund goes to a customer or to an address")
    draft = Draft(
        purpose=Purpose.REFUND,
        debtor=BookParty(AccountKind.SUSPENSE, case_id),
        creditor=payee,
        amount=amount,
        related=case_id,
    )

    def check(uow: UnitOfWork) -> tuple[Reason, ...]:
        if not uow.cases.get(case_id, lock=True).is_open:
            raise WrongState("the case is resolved", case=case_id)
        return ()

    return propose(bank, draft, by=by, key=key, permission=Permission.CASE, check=check)
