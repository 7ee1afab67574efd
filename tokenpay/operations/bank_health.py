"""How the bank is, from its own books: what the engine last saw and did, and what waits. No chain is asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tokenpay.audit.record import AuditHead
from tokenpay.bank import Bank
from tokenpay.compliance.screening import SilentList
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import ENDED, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.first_of_two import TO_RESUME
from tokenpay.steps.screened import silent
from tokenpay.steps.unread_names import unread_names
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.signed_head_store import SIGNING, SinkState
from tokenpay.store.unit_of_work import UnitOfWork

NOTE_EVERY_S = 5
"""How often a turn of the engine is written down: often enough to see it live, seldom enough to cost nothing."""
_TURNED = "engine_turned_at_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHealth:
    """One chain as the engine last saw it; times are Unix seconds, None where the engine has not looked yet.

    `head_at_s` and `final_at_s` are the blocks' own times. `trouble` is what kept the engine's last turn there from
    ending well, and which nodes are down, behind or contradict the others, also while a quorum holds; `halted` is why
    nothing moves. Both are empty when all is well.
    """

    chain_id: int
    name: str
    head_number: int
    head_at_s: int | None
    final_number: int
    final_at_s: int | None
    seen_at_s: int | None
    trouble: str
    halted: str
    payments: int
    oldest_payment_s: int
    deposits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkHealth:
    """How many signed heads of a stream a place outside waits for, the oldest for how many seconds, and why.

    The place `signing` is none: its `trouble` is why no head of the stream can be signed at all.
    """

    sink: str
    stream: str
    waiting: int
    oldest_s: int
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankHealth:
    """What stands at `at_s`. `stopped_by` is who stopped all payments, or empty, `resume_asked_by` who asked to go on.

    `store_halted` says how the disk under the books failed this program, which writes no more until the bank is opened
    again; empty when all is well.

    `payments` counts those with the engine, `deposits` those seen and not final, `states` the payments in each state
    that is no end. `oldest_payment_s` is for how many seconds the one that waits longest has not moved. `events` is how
    many were written so far, and `event_lag_s` for how many seconds the oldest of them has waited to be read: a
    transaction of the database that stays open holds the feed back. `streams` are the audit streams' heads as they
    stand, not checked; `head_sinks` tells how their signed heads leave. `silent_lists` can say nothing, which holds
    payments to addresses. `unread_names` counts, by list, the names in it that nobody can be compared with, where the
    engine found any.
    """

    at_s: int
    store_halted: str
    stopped_by: str
    resume_asked_by: str
    engine_turned_at_s: int | None
    chains: tuple[ChainHealth, ...]
    held: int
    payments: int
    states: Mapping[PaymentState, int]
    oldest_payment_s: int
    deposits: int
    open_cases: int
    events: int
    event_lag_s: int
    lists: tuple[ScreeningList, ...]
    silent_lists: tuple[SilentList, ...]
    unread_names: Mapping[str, int]
    streams: tuple[AuditHead, ...]
    head_sinks: tuple[SinkHealth, ...]


def bank_health(bank: Bank, *, by: Session) -> BankHealth:
    """Return how the bank and its engine are, all from the database: also where no node can be reached."""
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        under_way = uow.payments.under_way()
        moving = [(chain, count, oldest) for chain, state, count, oldest in under_way if state is not PaymentState.HELD]
        seen = uow.deposits.waiting()
        turned_at_s = uow.facts.number(_TURNED, 0)
        return BankHealth(
            at_s=now_s,
            store_halted=bank.store.halted,
            stopped_by=uow.facts.get("stopped", ""),
            resume_asked_by=TO_RESUME.asked_by(uow, now_s=now_s),
            engine_turned_at_s=turned_at_s or None,
            chains=tuple(_chain(uow, bank, chain, moving, seen, now_s=now_s) for chain in uow.chains.all()),
            held=sum(count for _, state, count, _ in under_way if state is PaymentState.HELD),
            payments=sum(count for _, count, _ in moving),
            states={
                state: sum(count for _, found, count, _ in under_way if found is state)
                for state in PaymentState
                if state not in ENDED
            },
            oldest_payment_s=_age(moving, now_s=now_s),
            deposits=sum(seen.values()),
            open_cases=uow.cases.count_open(),
            events=uow.outbox.length(),
            event_lag_s=max(0, now_s - (uow.outbox.waits_since_s() or now_s)),
            lists=uow.lists.all(),
            silent_lists=silent(uow, bank),
            unread_names=unread_names(uow),
            streams=tuple(uow.audit.heads()),
            head_sinks=tuple(_sink(uow, state, now_s=now_s) for state in uow.signed_heads.sinks()),
        )


def note_turn(bank: Bank, *, seen: Collection[int], troubles: Mapping[int, str], by: Session) -> None:
    """Write down that the engine turned, on which chains it had an answer, and what kept it on others."""
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        known = {chain.chain_id: chain.trouble for chain in uow.chains.all()}
        fresh = 0 <= now_s - uow.facts.number(_TURNED, 0) < NOTE_EVERY_S
    if fresh and all(known.get(chain_id, "") == trouble for chain_id, trouble in troubles.items()):
        return
    with bank.store.unit_of_work() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        for chain_id in sorted(known.keys() & troubles.keys()):
            uow.chains.note(chain_id, seen_at_s=now_s if chain_id in seen else None, trouble=troubles[chain_id])
        uow.facts.set(_TURNED, str(now_s))


def _chain(
    uow: UnitOfWork,
    bank: Bank,
    chain: FollowedChain,
    moving: list[tuple[int | None, int, int]],
    seen: Mapping[int, int],
    *,
    now_s: int,
) -> ChainHealth:
    mine = [it for it in moving if it[0] == chain.chain_id]
    head, final = (uow.chains.block(chain.chain_id, number) for number in (chain.head_number, chain.final_number))
    return ChainHealth(
        chain_id=chain.chain_id,
        name=next((known.name for known in bank.settings.chains if known.chain_id == chain.chain_id), ""),
        head_number=chain.head_number,
        head_at_s=head[1] if head is not None else None,
        final_number=chain.final_number,
        final_at_s=final[1] if final is not None else None,
        seen_at_s=chain.seen_at_s,
        trouble=chain.trouble,
        halted=chain.halted,
        payments=sum(count for _, count, _ in mine),
        oldest_payment_s=_age(mine, now_s=now_s),
        deposits=seen.get(chain.chain_id, 0),
    )


def _sink(uow: UnitOfWork, state: SinkState, *, now_s: int) -> SinkHealth:
    times = [] if state.sink == SIGNING else uow.signed_heads.times(state.stream, after_size=state.size)
    return SinkHealth(
        sink=state.sink,
        stream=state.stream,
        waiting=len(times),
        oldest_s=max(0, now_s - times[0]) if times else 0,
        trouble=state.trouble,
    )


def _age(moving: list[tuple[int | None, int, int]], *, now_s: int) -> int:
    return max((now_s - oldest for _, _, oldest in moving), default=0)
