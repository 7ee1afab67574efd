"""Send signed heads to every place outside the bank that keeps them, and again until it has them."""

from collections.abc import Mapping
from dataclasses import dataclass

from tokenpay.audit.signed_head import HeadStep
from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError, Unavailable
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.ports import HeadSink
from tokenpay.steps.authorize import authorize
from tokenpay.store.signed_head_store import SIGNING, SinkState
from tokenpay.store.unit_of_work import UnitOfWork

_AT_ONCE = 100
"""So many heads at most go to one place in one turn: a place that was away for long gets the rest in the next."""
_AGAIN_AFTER_S = 30
"""So long is a place left alone that did not answer: the engine has more to do than to wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentHeads:
    """How many heads were sent, and which places have trouble, each a line: `folder: the disk is full`."""

    sent: int = 0
    troubles: tuple[str, ...] = ()


def send_heads(bank: Bank, *, by: Session, at_once: bool = False) -> SentHeads:
    """Send each place the heads that it does not have yet, in their order; what fails is tried again, `at_once` too.

    A place that is new gets the newest head of every stream, and each one after; one that is named no more is
    forgotten, so all engines of a bank name the same. Nothing is lost with a place that does not answer: its trouble
    stands in `bank_health` until it has all.
    """
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        states = {(state.sink, state.stream): state for state in uow.signed_heads.sinks()}
        waiting = [_waiting(uow, sink, states, now_s=0 if at_once else now_s) for sink in bank.head_sinks]
    done = [
        _send(sink, stream, steps, states.get((sink.name, stream)), now_s=now_s)
        for sink, streams in zip(bank.head_sinks, waiting, strict=True)
        for stream, steps in streams.items()
    ]  # fmt: skip
    gone = {sink for sink, _ in states} - {SIGNING, *(sink.name for sink in bank.head_sinks)}
    if done or gone:
        with bank.store.unit_of_work() as uow:
            authorize(uow, bank, by, Permission.RUN_ENGINE)
            for name in sorted(gone):
                uow.signed_heads.forget(name)
            for state, _ in done:
                uow.signed_heads.note(state)
    told = {(state.sink, state.stream): state for state in (*states.values(), *(state for state, _ in done))}
    troubles = sorted({f"{it.sink}: {it.trouble}" for it in told.values() if it.trouble and it.sink not in gone})
    return SentHeads(sent=sum(sent for _, sent in done), troubles=tuple(troubles))


def _waiting(
    uow: UnitOfWork, sink: HeadSink, states: Mapping[tuple[str, str], SinkState], *, now_s: int
) -> dict[str, list[HeadStep]]:
    """Return what a place does not have, by stream; nothing of a place that failed a moment ago."""
    mine = [state for state in states.values() if state.sink == sink.name]
    if any(state.trouble and 0 <= now_s - state.at_s < _AGAIN_AFTER_S for state in mine):
        return {}
    found = dict[str, list[HeadStep]]()
    for stream, newest in uow.signed_heads.newest_steps().items():
        state = states.get((sink.name, stream))
        if state is None:
            found[stream] = [newest]
        elif state.size < newest.signed.head.size:
            found[stream] = uow.signed_heads.all([stream], after_size=state.size)[:_AT_ONCE]
    return found


def _send(
    sink: HeadSink, stream: str, steps: list[HeadStep], state: SinkState | None, *, now_s: int
) -> tuple[SinkState, int]:
    size, trouble, sent = steps[0].signed.head.size - 1 if state is None else state.size, "", 0
    for step in steps:
        try:
            sink.keep(step)
        except (Unavailable, IntegrityError) as error:
            trouble = error.message
            break
        size, sent = step.signed.head.size, sent + 1
    return SinkState(sink=sink.name, stream=stream, size=size, at_s=now_s, trouble=trouble), sent
