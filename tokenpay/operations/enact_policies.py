"""What terminals may not do themselves: an approved proposal becomes the policy, on the engine's host."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import PolicyProposal, ProposalState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enact_policy import enact_policy


def enact_policies(bank: Bank, *, by: Session) -> PolicyProposal | None:
    """Put the approved proposal in force, if there is one, after verifying both signatures; return what came of it."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        waiting = uow.policies.pending()
    if waiting is None or waiting.state is not ProposalState.APPROVED:
        return None
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        proposal = uow.policies.proposal(waiting.id, lock=True)
        return enact_policy(uow, bank, operator, proposal) if proposal.state is ProposalState.APPROVED else None
