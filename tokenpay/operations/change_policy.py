"""A new version of the policy: proposed by one person, decided by another, in force at once for what comes after."""

from tokenpay.bank import Bank
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.policy_proposal import PENDING, PolicyProposal, ProposalState
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.check_names import check_names
from tokenpay.steps.enact_policy import enact_policy
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record

_S = ProposalState


def propose_policy(bank: Bank, policy: Policy, *, by: Session, key: str) -> PolicyProposal:
    """Propose the next version of the policy, signed; nothing is decided by it until a second person approves.

    The same key with the same policy returns the proposal as it stands. Raises WrongState where the version is not
    the one after that in force, or another proposal waits; InvalidInput, also where a scoped limit or a list of payees
    is for an asset, operator, branch or customer that is not there; KeyReused.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        proposal = PolicyProposal.made(new_id(bank, "PP"), policy, by=by, at_s=now_s)
        content = {"policy": policy.hash().hex()}
        known = uow.keys.claim(key, verb="propose_policy", content=content, result_id=proposal.id, at_s=now_s)
        if known is not None:
            return uow.policies.proposal(known)
        waiting, following = uow.policies.pending(), uow.policies.newest().version + 1
        if waiting is not None:
            raise WrongState("another proposal waits: decide on it first", proposal=waiting.id)
        if policy.version != following:
            raise WrongState(f"the next version of the policy is {following}", version=policy.version)
        check_names(uow, policy)
        uow.policies.propose(proposal)
        record(uow, bank, operator, "policy.proposed", str(policy.version), {"proposal": proposal.id, **content})
        return proposal


def approve_policy(bank: Bank, proposal_id: str, *, by: Session) -> PolicyProposal:
    """Sign an open proposal as its second person; it is in force when this returns, for every decision from now on.

    From a terminal, whose database role may write no policy, it returns approved: the engine puts it in force on its
    next turn. Approved again it is returned as it is. Raises NotFound, NotPermitted where its proposer asks,
    WrongState for one that was refused or withdrawn, IntegrityError where its proposer did not sign it.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        proposal = uow.policies.proposal(proposal_id, lock=True)
        if proposal.proposed_by == operator.id:
            raise NotPermitted("nobody approves a policy that they proposed")
        if proposal.state in (_S.REFUSED, _S.WITHDRAWN):
            raise WrongState(f"the proposal is {proposal.state}", proposal=proposal_id)
        if proposal.state is _S.OPEN:
            proposal.verify_proposer(uow.operators.get(proposal.proposed_by).public_key)
            proposal = proposal.approved(by=by, at_s=now_s)
            uow.policies.decide(proposal)
            details = {"proposal": proposal.id, "policy": proposal.policy.hash().hex()}
            record(uow, bank, operator, "policy.approved", str(proposal.policy.version), details)
        if proposal.state is _S.APPROVED and uow.policies.may_add():
            proposal = enact_policy(uow, bank, operator, proposal)
        return proposal


def refuse_policy(bank: Bank, proposal_id: str, *, reason: str, by: Session) -> PolicyProposal:
    """End a proposal that is not in force, as its second person; refused again it is returned as it is.

    Raises InvalidInput for a reason that is not 1 to 140 visible characters, NotFound, NotPermitted where its proposer
    asks, WrongState.
    """
    return _end(bank, proposal_id, _S.REFUSED, reason=checked_reason(reason), by=by)


def withdraw_policy(bank: Bank, proposal_id: str, *, by: Session) -> PolicyProposal:
    """Take back a proposal of your own that nobody approved yet; withdrawn again it is returned as it is.

    Raises NotFound, NotPermitted where somebody else proposed it, WrongState.
    """
    return _end(bank, proposal_id, _S.WITHDRAWN, reason="", by=by)


def get_policy_proposal(bank: Bank, proposal_id: str, *, by: Session) -> PolicyProposal:
    """Return a proposal as it stands now; raises NotFound."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.policies.proposal(proposal_id)


def policy_proposals(bank: Bank, *, by: Session, limit: int = 100) -> list[PolicyProposal]:
    """Return what was proposed as policy, newest first."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.policies.proposals(limit=limit)


def _end(bank: Bank, proposal_id: str, state: ProposalState, *, reason: str, by: Session) -> PolicyProposal:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.POLICY)
        proposal = uow.policies.proposal(proposal_id, lock=True)
        own, withdraws = proposal.proposed_by == operator.id, state is _S.WITHDRAWN
        if own is not withdraws:
            raise NotPermitted("who proposed a policy withdraws it, and nobody else; who did not may refuse it")
        if proposal.state is state:
            return proposal
        if proposal.state not in PENDING or (withdraws and proposal.state is not _S.OPEN):
            raise WrongState(f"the proposal is {proposal.state}", proposal=proposal_id)
        ended = proposal.ended(state, by=operator.id, at_s=bank.clock.now_s(), reason=reason)
        uow.policies.decide(ended)
        version, details = str(ended.policy.version), {"proposal": ended.id}
        if withdraws:
            record(uow, bank, operator, "policy.withdrawn", version, details)
        else:
            record(uow, bank, operator, "policy.refused", version, details, texts={"reason": reason})
        return ended
