"""How an approved proposal becomes the policy: only with two signatures that are really there."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import PolicyProposal, ProposalState
from tokenpay.errors import IntegrityError
from tokenpay.parties.operator import Operator, Permission
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def enact_policy(uow: UnitOfWork, bank: Bank, operator: Operator, proposal: PolicyProposal) -> PolicyProposal:
    """Put a locked, approved proposal in force; one that its two people did not sign is refused.

    So is one that somebody signed who is dismissed by now, or in another role.
    """
    now_s = bank.clock.now_s()
    subject = str(proposal.policy.version)
    try:
        people = [uow.operators.get(id) for id in (proposal.proposed_by, proposal.decided_by)]
        proposal.verify(*(operator.public_key for operator in people))
        if not all(operator.active and operator.may(Permission.POLICY) for operator in people):
            raise IntegrityError("somebody who signed this policy may not do so any more")
    except IntegrityError as error:
        refused = proposal.ended(ProposalState.REFUSED, by=operator.id, at_s=now_s, reason=error.message)
        uow.policies.decide(refused)
        record(uow, bank, operator, "policy.refused", subject, {"proposal": proposal.id})
        return refused
    uow.policies.add(proposal.policy, at_s=now_s, maker=proposal.proposed_by, checker=proposal.decided_by)
    in_force = replace(proposal, state=ProposalState.IN_FORCE)
    uow.policies.decide(in_force)
    details = {"proposal": proposal.id, "policy": proposal.policy.hash().hex(), "by": proposal.proposed_by}
    record(uow, bank, operator, "policy.in_force", subject, {**details, "with": proposal.decided_by})
    return in_force
