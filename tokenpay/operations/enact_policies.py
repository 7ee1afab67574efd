"""What terminals may not do themselves: an approved proposal becomes the policy, on the engine's host."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy_proposal import PolicyProposal, ProposalState
from tokenpay.errors import IntegrityError
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enact_policy import enact_policy
from tokenpay.steps.record import record


def enact_policies(bank: Bank, *, by: Session) -> PolicyProposal | None:
    """Put the approved proposal in force, if there is one, after verifying both signatures; return what came of it.

    One that waits and cannot be read is refused, for nobody could decide on it, nor propose another.
    """
    try:
        with bank.store.read() as uow:
            authorize(uow, bank, by, Permission.RUN_ENGINE)
            waiting = uow.policies.pending()
    except IntegrityError:
        _refuse_unreadable(bank, by=by)
        return None
    if waiting is None or waiting.state is not ProposalState.APPROVED:
        return None
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        proposal = uow.policies.proposal(waiting.id, lock=True)
        return enact_policy(uow, bank, operator, proposal) if proposal.state is ProposalState.APPROVED else None


def _refuse_unreadable(bank: Bank, *, by: Session) -> None:
    why = "the proposal cannot be read"
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        ended = uow.policies.end_unreadable(by=operator.id, at_s=bank.clock.now_s(), reason=why)
        if ended is not None:
            id, version = ended
            record(uow, bank, operator, "policy.refused", str(version), {"proposal": id, "reason": why})
