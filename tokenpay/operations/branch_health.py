"""Is the bank well: whether payments run, how far each chain was followed, when anything was last written down."""

from collections import Counter
from dataclasses import dataclass

from tokenpay.audit.record import AuditHead
from tokenpay.bank import Bank
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import ON_ITS_WAY, PaymentState
from tokenpay.steps.authorize import authorize


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHealth:
    """How far the engine has taken a chain in, and why it stands still if it does (`halted`).

    `cleared` payments wait for the engine, `on_its_way` ones have a nonce.
    """

    chain_id: int
    name: str
    head_number: int
    final_number: int
    halted: str
    cleared: int
    on_its_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`stopped_by` is who stopped all payments, or empty; `resume_asked_by` who asked to go on.

    `streams` are the audit streams' heads as they stand, not checked: the engine's own says when it last wrote.
    """

    stopped_by: str
    resume_asked_by: str
    chains: tuple[ChainHealth, ...]
    streams: tuple[AuditHead, ...]


def branch_health(bank: Bank, *, by: Session) -> Health:
    """Return how the bank stands, from its own books alone: no chain is asked."""
    names = {chain.chain_id: chain.name for chain in bank.settings.chains}
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        followed = uow.chains.all()
        waiting = Counter(
            (payment.intent.amount.asset.chain_id, payment.state is PaymentState.CLEARED)
            for payment in uow.payments.find(states=[PaymentState.CLEARED, *ON_ITS_WAY])
        )
        return Health(
            stopped_by=uow.facts.get("stopped", ""),
            resume_asked_by=uow.facts.get("resume_asked_by", ""),
            chains=tuple(
                ChainHealth(
                    chain_id=chain.chain_id,
                    name=names.get(chain.chain_id, ""),
                    head_number=chain.head_number,
                    final_number=chain.final_number,
                    halted=chain.halted,
                    cleared=waiting[chain.chain_id, True],
                    on_its_way=waiting[chain.chain_id, False],
                )
                for chain in followed
            ),
            streams=tuple(uow.audit.heads()),
        )
