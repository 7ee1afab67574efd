"""What a proposed policy would decide about payments that wait, beside what the one in force says: nothing is done."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.decision import Answer, Decision
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Intent
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.clear import clear
from tokenpay.store.unit_of_work import UnitOfWork

_ALLOWED = Decision(answer=Answer.ALLOW, reasons=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPreview:
    """One payment, what the policy in force says of it now, and what the proposal would."""

    payment: Payment
    now: Decision
    then: Decision


def preview_policy(
    bank: Bank, proposal_id: str, *, by: Session, payment_id: str | None = None, limit: int = 100
) -> list[PolicyPreview]:
    """Return what the gate says now of every held payment, or of one payment, and what it would by a proposal.

    A payment that ended is decided as if it were made now. No trace stays of having asked. Raises NotFound.
    """
    with bank.store.trial() as uow:
        authorize(uow, bank, by, Permission.READ)
        proposal = uow.policies.proposal(proposal_id)
        if payment_id is None:
            payments = uow.payments.find(states=[PaymentState.HELD], limit=limit, whole=False)
        else:
            payments = [uow.payments.get(payment_id)]
        now = [_decision(uow, bank, payment.intent) for payment in payments]
        uow.policies.suppose(proposal.policy)
        then = [_decision(uow, bank, payment.intent) for payment in payments]
    return [PolicyPreview(payment=each, now=a, then=b) for each, a, b in zip(payments, now, then, strict=True)]


def _decision(uow: UnitOfWork, bank: Bank, intent: Intent) -> Decision:
    """Ask the gate; the payment stands in its counters already."""
    gate = clear(uow, bank, intent, approvals=uow.approvals.of(intent.uetr), counted=True)
    return _ALLOWED if isinstance(gate, Clearance) else gate
