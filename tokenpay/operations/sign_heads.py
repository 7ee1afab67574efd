"""Sign the heads of audit streams: what leaves the bank, so that nobody inside can change what was recorded."""

from tokenpay.audit.follow import StreamFollower
from tokenpay.audit.proofs import TreePass, consistency_path
from tokenpay.audit.record import AuditHead
from tokenpay.audit.signed_head import HeadStep, SignedHead, StreamHead
from tokenpay.audit.tree import Frontier, TreeHead
from tokenpay.bank import Bank
from tokenpay.errors import Conflict, IntegrityError, SignerRefused, Unavailable
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.store.signed_head_store import SIGNING, SinkState
from tokenpay.store.unit_of_work import UnitOfWork

_SHIFT_CLOSED = "shift.closed"
_AT_ONCE = 20_000
"""So many records at most are read for one head: a long stream gets several, one a turn."""
_AGAIN_AFTER_S = 30


def sign_heads(bank: Bank, *, by: Session, at_once: bool = False) -> list[SignedHead]:
    """Sign the head of every stream that is due and keep it, to be sent; return what was signed.

    A head is due when a shift was closed since the last one, when as many records were added as the bank's settings
    say, when the last is as old as they say, or `at_once`: when there is any new record. The records since the last
    head are followed before; the signer refuses what contradicts a head that it signed before. What keeps a stream
    from being signed is written down for `bank_health` and tried again. Raises SignerUnavailable where this machine
    has no signer. A head is no record of a stream: no head would be the last.
    """
    bank.required_signer()
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        newest = uow.signed_heads.newest()
        failed = {state.stream: state for state in uow.signed_heads.sinks() if state.sink == SIGNING and state.trouble}
        due = [
            head
            for head in uow.audit.heads()
            if _is_due(uow, bank, head, newest.get(head.stream), now_s=now_s, at_once=at_once)
            and (at_once or _may_try(failed.get(head.stream), now_s=now_s))
        ]  # fmt: skip
    found = [_try(bank, head, failed=head.stream in failed, by=by) for head in due]
    return [signed for signed in found if signed is not None]


def _may_try(state: SinkState | None, *, now_s: int) -> bool:
    return state is None or not 0 <= now_s - state.at_s < _AGAIN_AFTER_S


def _is_due(
    uow: UnitOfWork, bank: Bank, head: AuditHead, newest: SignedHead | None, *, now_s: int, at_once: bool
) -> bool:
    settings, signed = bank.settings.heads, 0 if newest is None else newest.head.size
    if head.seq == signed:
        return False
    if newest is None or at_once or head.seq - signed >= settings.every_records or head.seq < signed:
        return True
    if not 0 <= now_s - newest.head.at_s < settings.every_s:
        return True
    return uow.audit.holds(head.stream, _SHIFT_CLOSED, after_seq=signed)


def _try(bank: Bank, head: AuditHead, *, failed: bool, by: Session) -> SignedHead | None:
    """Sign one stream's head, or write down why not: the others are signed whatever is wrong with this one."""
    trouble, signed = "", None
    try:
        signed = _sign(bank, head, by=by)
    except Conflict:
        return None  # another engine was faster, or the records were archived meanwhile
    except (IntegrityError, SignerRefused, Unavailable) as error:
        trouble = error.message
    if trouble or failed:
        state = SinkState(sink=SIGNING, stream=head.stream, size=0, at_s=bank.clock.now_s(), trouble=trouble)
        with bank.store.unit_of_work() as uow:
            authorize(uow, bank, by, Permission.RUN_ENGINE)
            uow.signed_heads.note(state)
    return signed


def _sign(bank: Bank, head: AuditHead, *, by: Session) -> SignedHead:
    signer = bank.required_signer()
    remembered = signer.last_head(head.stream)
    with bank.store.read() as uow:
        base, read, last = _read(uow, head, remembered)
    frontier = read.frontier()
    content = StreamHead(
        bank=bank.name,
        stream=head.stream,
        size=frontier.size,
        root=frontier.head().root,
        hash=last.hash,
        at_s=bank.clock.now_s(),
    )
    signed = signer.sign_head(content, read.nodes(_path(remembered, frontier.size)))
    proof = read.nodes(consistency_path(base, frontier.size))
    with bank.store.unit_of_work() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        uow.signed_heads.add(HeadStep(signed=signed, older=base, proof=proof), frontier)
    return signed


def _read(uow: UnitOfWork, head: AuditHead, remembered: TreeHead | None) -> tuple[int, TreePass, AuditHead]:
    """Follow the records since the last head; return its size, the tree as it grew from there, and where it ends.

    The signer may remember a head that was never kept: it answered, and then the power went.
    """
    asked = 0 if remembered is None else remembered.size
    if asked > head.seq:
        raise IntegrityError("audit records are cut off: a head of more was signed", stream=head.stream, seq=head.seq)
    known = uow.signed_heads.base(head.stream, up_to=head.seq if remembered is None else asked)
    begin = uow.audit.start(head.stream)
    if known is not None:
        step, frontier = known
        base = step.signed.head.size
        if base >= begin.seq:
            begin = AuditHead(stream=head.stream, seq=base, hash=step.signed.head.hash)
            return base, *_grow(uow, begin, frontier, head, asked, base)
        raise IntegrityError("audit records were archived before a head was signed of them", stream=head.stream)
    archived = uow.audit.frontier(begin)
    if archived is None:
        raise IntegrityError("an archive from before heads were signed hides the tree", stream=head.stream)
    return 0, *_grow(uow, begin, archived, head, asked, 0)


def _grow(
    uow: UnitOfWork, begin: AuditHead, frontier: Frontier, head: AuditHead, asked: int, base: int
) -> tuple[TreePass, AuditHead]:
    end = min(head.seq, max(begin.seq, asked) + _AT_ONCE)
    read = TreePass([*consistency_path(asked, end), *consistency_path(base, end)], frontier)
    follower = StreamFollower(begin)
    for rows in uow.audit.rows(head.stream, after_seq=begin.seq, up_to=end):
        follower.take(rows)
        for row in rows:
            read.add(row[-1])
    if follower.head.seq != end:
        raise IntegrityError("an audit stream ends before its head", stream=head.stream, seq=end)
    return read, follower.head


def _path(remembered: TreeHead | None, size: int) -> list[range]:
    return consistency_path(0 if remembered is None else remembered.size, size)
