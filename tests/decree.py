"""A policy in force at once, signed as two people sign it: for tests in which the change itself is not the matter."""

from dataclasses import replace

from tokenpay.compliance.policy import Policy
from tokenpay.compliance.policy_proposal import PolicyProposal, ProposalState
from tokenpay.parties.session import Session
from tokenpay.store.unit_of_work import UnitOfWork


def decree(uow: UnitOfWork, policy: Policy, *, maker: Session, checker: Session, at_s: int) -> None:
    """Enter the next version with its proposal; the sessions need not be live, for only their keys sign."""
    proposal = PolicyProposal.made(f"PP-{policy.version}", policy, by=maker, at_s=at_s)
    uow.policies.propose(proposal)
    approved = proposal.approved(by=checker, at_s=at_s)
    uow.policies.decide(approved)
    uow.policies.add(policy, at_s=at_s, maker=approved.proposed_by, checker=approved.decided_by)
    uow.policies.decide(replace(approved, state=ProposalState.IN_FORCE))
