"""A list has changed: what is open is screened again, and a match becomes a case."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.clearance import Clearance
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import Deposit, DepositState
from tokenpay.payments.payment import ON_ITS_WAY, UNSENT, PaymentState
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.clear import clear
from tokenpay.steps.end_unpaid import end_unpaid
from tokenpay.steps.enter_case import enter_case, match_case
from tokenpay.steps.screened import outside
from tokenpay.store.unit_of_work import UnitOfWork


def open_matches(uow: UnitOfWork, bank: Bank, operator: Operator) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Open a case for each open payment and waiting deposit whose address stands on a list.

    Also return the payments that have no nonce yet, to be refused. What has one, people are told of, who may ask it
    back; the engine looks at it again before it signs anything for it. It belongs into the unit of work that puts a
    list in place: no match is forgotten, whatever fails behind it. A deposit waits from when it is seen until it is
    final, and in suspense. So is a wallet that a customer proved and that stands on a list a case.
    """
    payments = [
        (payment, party.address)
        for payment in uow.payments.find(states=UNSENT | ON_ITS_WAY, whole=False)
        for party in outside(uow, payment.intent)
    ]
    deposits = [(deposit, deposit.sender) for deposit in _waiting(uow) if deposit.sender is not None]
    uow.lists.ask({address for _, address in payments} | {sender for _, sender in deposits})
    matched = [payment for payment, address in payments if uow.lists.hits(address)]
    cases = [match_case(uow, bank, operator, payment.intent) for payment in matched]
    for deposit, sender in deposits:
        if uow.lists.hits(sender):
            note = "the sender of a waiting deposit is on a list that was loaded since"
            cases.append(enter_case(uow, bank, operator, kind=CaseKind.SCREENING_MATCH, subject=deposit.id, note=note))
    cases += _proved(uow, bank, operator)
    unique = {case.id: case for case in cases}
    return tuple(unique.values()), tuple(dict.fromkeys(payment.id for payment in matched if payment.state in UNSENT))


def _proved(uow: UnitOfWork, bank: Bank, operator: Operator) -> list[Case]:
    wallets = uow.wallet_proofs.all_standing(now_s=bank.clock.now_s())
    uow.lists.ask(proof.wallet.address for proof in wallets)
    listed = [proof for proof in wallets if uow.lists.hits(proof.wallet.address)]
    note = "customer {}, by proof {}, has a wallet that is on a list which was loaded since"
    return [
        enter_case(
            uow,
            bank,
            operator,
            kind=CaseKind.SCREENING_MATCH,
            subject=str(proof.wallet),
            note=note.format(proof.customer_id, proof.id),
        )
        for proof in listed
    ]


def _waiting(uow: UnitOfWork) -> list[Deposit]:
    """Return what is not final, and what stands in suspense for whatever reason: it is still to be paid out."""
    aside = [
        deposit
        for case in uow.cases.all()
        if case.kind is not CaseKind.SCREENING_MATCH
        for deposit in uow.deposits.find(deposit_id=case.about)
    ]
    return list({deposit.id: deposit for deposit in (*uow.deposits.find(states=[DepositState.SEEN]), *aside)}.values())


def refuse_matched(bank: Bank, payment_id: str, *, by: Session) -> bool:
    """Take an open payment through the gate again, and refuse it where a list is against it; tell whether it was."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        payment = uow.payments.lock(payment_id)
        if payment.state not in UNSENT:
            return False
        gate = clear(uow, bank, payment.intent, approvals=uow.approvals.of(payment.id), counted=True)
        if isinstance(gate, Clearance) or "screening.match" not in {reason.code for reason in gate.reasons}:
            return False
        codes: list[Value] = [*sorted({reason.code for reason in gate.reasons})]
        refused = payment.to(PaymentState.REFUSED, at_s=bank.clock.now_s(), reasons=gate.reasons)
        end_unpaid(uow, bank, operator, payment, refused, {"reasons": codes})
        return True
