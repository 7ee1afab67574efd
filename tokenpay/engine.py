"""The loop that carries money to finality: watch, settle, submit, expire, over and over; and audit heads out.

Any number of engines may run. Each chain, and what belongs to none, is turned by the one that has its lease. What is
past its time is ended by any of them, but on a chain that another one turns.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Protocol

from tokenpay.bank import Bank
from tokenpay.errors import (
    Halted,
    IntegrityError,
    NoQuorum,
    SessionExpired,
    StoreHalted,
    StoreUnavailable,
    TokenpayError,
    Unavailable,
    WrongPassword,
)
from tokenpay.operations.assets import check_assets
from tokenpay.operations.bank_health import note_turn
from tokenpay.operations.enact_policies import enact_policies
from tokenpay.operations.enact_staff_changes import enact_staff_changes
from tokenpay.operations.erase_outdated import Outdated, erase_outdated
from tokenpay.operations.expire import Expired, expire
from tokenpay.operations.screen_names import ScreenedNames, screen_names
from tokenpay.operations.send_heads import SentHeads, send_heads
from tokenpay.operations.settle import Settled, settle
from tokenpay.operations.sign_heads import sign_heads
from tokenpay.operations.submit import Submitted, submit
from tokenpay.operations.travel_exchange import TakenIn, receive_travel_rule
from tokenpay.operations.watch import Watched, watch
from tokenpay.parties.session import Session
from tokenpay.ports import ManyNodes
from tokenpay.steps.halt import halt_chain
from tokenpay.steps.lease import Leases

LEASE_S = 15
"""For how long a lease outlives the engine that was killed with it."""
_CATCH_UP_S = 10
"""So long at a time a chain's missing blocks are taken in: then the turn says how far it came, and others go on."""
_REST_S = 0.2
"""So soon is a stop obeyed between two turns."""
_BOOKS = "books"
_NAMES = "names"
"""Not of the books: who makes an index ready, and then waits for a node, keeps nobody from a dismissal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCycle:
    """What one turn did on one chain; `error` says why it stopped short, `nodes` what is wrong with single nodes.

    `elsewhere`: another engine has its lease.
    """

    chain_id: int
    watched: Watched | None = None
    settled: Settled | None = None
    submitted: Submitted | None = None
    error: TokenpayError | None = None
    nodes: tuple[str, ...] = ()
    elsewhere: bool = False

    @property
    def comes_nearer(self) -> bool:
        """Whether the chain is far ahead, and its blocks are being read: the next turn goes on with them."""
        return self.watched is not None and self.watched.comes_nearer

    @property
    def is_read(self) -> bool:
        """Whether this turn has left no block to read that it knows of, and no other engine turns the chain."""
        return not self.elsewhere and (self.watched is None or not self.watched.behind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One turn of the engine over every chain; `error` says why what belongs to no chain stopped short.

    `names` says whose names were compared with the lists. `signed_heads` heads of audit streams were signed,
    and `heads` says how many were sent, and where none could be.
    `erased` is what went because its time was over, `taken` what other institutions sent under the Travel Rule.
    `leases` names what this engine held at the end of it: `chain/1` for each chain, `books`, `names`.
    It took `took_s` seconds.
    """

    chains: tuple[ChainCycle, ...] = ()
    names: ScreenedNames = field(default_factory=ScreenedNames)
    expired: Expired = field(default_factory=Expired)
    signed_heads: int = 0
    heads: SentHeads = field(default_factory=SentHeads)
    erased: Outdated = field(default_factory=Outdated)
    taken: tuple[TakenIn, ...] = ()
    error: TokenpayError | None = None
    leases: tuple[str, ...] = ()
    took_s: float = field(default=0.0, compare=False)

    @property
    def comes_nearer(self) -> bool:
        """Whether a chain is far ahead, and its blocks are being read: until then nothing of it expires."""
        return any(turn.comes_nearer for turn in self.chains)


class _Step(Protocol):
    """One thing that belongs to no chain; returns the turn with what it did."""

    def __call__(self, bank: Bank, cycle: Cycle, *, by: Session) -> Cycle: ...


def run_once(bank: Bank, *, by: Session) -> Cycle:
    """Do one turn of all that no other engine has a lease of. What goes wrong on one chain stops no other.

    A contradiction between books and chain halts that chain, with a case. Raises SessionExpired and
    StoreUnavailable: then nothing can be done anywhere.
    """
    leases = Leases(bank, holder=by.id, for_s=LEASE_S)
    cycle = _cycle(bank, leases, _never, by=by)
    _give_back(leases)
    return cycle


def run(
    bank: Bank,
    *,
    sign_in: Callable[[], Session],
    stop: Callable[[], bool],
    pause_s: float = 1.0,
    lease_s: int = LEASE_S,
    after_each: Callable[[Cycle], None] = lambda _: None,
) -> None:
    """Turn until `stop` says so, which ends the step in hand, and give the leases back.

    Signs in anew when the session has ended. Killed at any point, the next run goes on where the books stand, and
    other engines take over when its leases have run out, `lease_s` and `pause_s` after it renewed them. What is
    unavailable is waited for, and each turn says why. Raises WrongPassword when the first sign-in is refused, and
    StoreHalted when the disk under the books failed: whoever started this has it looked at, and starts it again.
    """
    leases = Leases(bank, holder=bank.entropy.random(16).hex(), for_s=lease_s + ceil(pause_s))
    session: Session | None = sign_in()
    while not stop():
        try:
            session = session or sign_in()
            cycle = _cycle(bank, leases, stop, by=session)
            after_each(cycle)
            if cycle.comes_nearer:  # to what is far ahead it goes without a pause
                continue
        except SessionExpired:
            session = None
        except StoreHalted as error:
            after_each(Cycle(error=error))
            raise
        except (Unavailable, Halted, WrongPassword) as error:
            after_each(Cycle(error=error))
        _rest(pause_s, stop)
    _give_back(leases)


def _give_back(leases: Leases) -> None:
    with suppress(StoreUnavailable):  # they run out by themselves
        leases.give_back()


def _never() -> bool:
    return False


def _rest(pause_s: float, stop: Callable[[], bool]) -> None:
    end_s = time.monotonic() + pause_s
    while not stop() and (left_s := end_s - time.monotonic()) > 0:
        time.sleep(min(left_s, _REST_S))


def _cycle(bank: Bank, leases: Leases, stop: Callable[[], bool], *, by: Session) -> Cycle:
    began_s = time.monotonic()
    bank.store.check_not_halted()  # a turn that has nothing to write would go on
    cycle = _in_turn(bank, Cycle(), _NAMES, (_names,), leases, stop, by=by)  # before anything moves
    turns = tuple(_turn(bank, chain_id, leases, stop, by=by) for chain_id in bank.chains)
    mine = [turn for turn in turns if turn.watched is not None or turn.error is not None]
    seen = [turn.chain_id for turn in mine if turn.watched is not None]
    if mine:
        note_turn(bank, seen=seen, troubles={turn.chain_id: _trouble(turn) for turn in mine}, by=by)
    cycle = _in_turn(bank, replace(cycle, chains=turns), None, (_expire,), leases, stop, by=by)
    cycle = _in_turn(bank, cycle, _BOOKS, _BOOK_STEPS, leases, stop, by=by)
    return replace(cycle, leases=leases.names, took_s=time.monotonic() - began_s)


def _in_turn(
    bank: Bank,
    cycle: Cycle,
    lease: str | None,
    steps: Sequence[_Step],
    leases: Leases,
    stop: Callable[[], bool],
    *,
    by: Session,
) -> Cycle:
    """Take steps that belong to no chain, one after the other, while this engine has their lease, if they have one."""
    for step in steps:
        try:
            if stop() or (lease is not None and not leases.hold(lease, by=by)):
                break
            cycle = step(bank, cycle, by=by)
        except (SessionExpired, StoreUnavailable):
            raise
        except Exception as error:
            # What is wrong with one of them keeps nothing else: a policy that cannot be read holds no heads back.
            cycle = replace(cycle, error=cycle.error or _told(error))
    return cycle


def _told(error: Exception) -> TokenpayError:
    """Return what a turn says of an error: one that nobody foresaw ends its step as well, and not the engine."""
    if isinstance(error, TokenpayError):
        return error
    told = TokenpayError(f"a step of the engine broke, and nobody foresaw how: {type(error).__name__}")
    told.__cause__ = error
    return told


def _names(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    return replace(cycle, names=screen_names(bank, by=by))


def _enact(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    enact_policies(bank, by=by)
    return cycle


def _change_staff(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    enact_staff_changes(bank, by=by)
    return cycle


def _expire(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    unread = [turn.chain_id for turn in cycle.chains if not turn.is_read]  # it may have been paid in time
    return replace(cycle, expired=expire(bank, by=by, except_chains=unread))


def _erase(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    return replace(cycle, erased=erase_outdated(bank, by=by))


def _sign_heads(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    return cycle if bank.signer is None else replace(cycle, signed_heads=len(sign_heads(bank, by=by)))


def _send_heads(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    return cycle if bank.signer is None else replace(cycle, heads=send_heads(bank, by=by))


def _receive(bank: Bank, cycle: Cycle, *, by: Session) -> Cycle:
    if bank.travel_exchange is None or bank.data_keys is None:
        return cycle
    return replace(cycle, taken=tuple(receive_travel_rule(bank, by=by)))


# First who is dismissed, before what they approved comes into force. Last what waits for others: an exchange that does
# not answer keeps nothing else from being done.
_BOOK_STEPS = (_change_staff, _enact, _erase, _sign_heads, _send_heads, _receive)


def _trouble(turn: ChainCycle) -> str:
    said = "" if turn.error is None else turn.error.message
    return "; ".join(filter(None, [said, *(line for line in turn.nodes if line not in said)]))


def _turn(bank: Bank, chain_id: int, leases: Leases, stop: Callable[[], bool], *, by: Session) -> ChainCycle:
    done = _steps(bank, chain_id, leases, stop, by=by)
    if done.elsewhere:
        return done
    try:
        chain = bank.chain(chain_id)
    except TokenpayError:  # it could not be reached at all, which the steps have said
        return done
    return replace(done, nodes=chain.troubles()) if isinstance(chain, ManyNodes) else done


def _steps(bank: Bank, chain_id: int, leases: Leases, stop: Callable[[], bool], *, by: Session) -> ChainCycle:
    name = f"chain/{chain_id}"

    def goes_on() -> bool:
        return not stop() and leases.hold(name, by=by)

    done = ChainCycle(chain_id=chain_id)
    for step in (_watch, _catch_up, _settle, _submit):
        if stop():
            return done
        if not leases.hold(name, by=by):
            return replace(done, elsewhere=True)
        try:
            done = step(bank, done, goes_on, by=by)
        except (SessionExpired, StoreUnavailable):
            raise
        except IntegrityError as error:
            return replace(done, error=halt_chain(bank, chain_id, reason=error.message, by=by))
        except Halted as error:
            return replace(done, error=error)
        except NoQuorum as error:
            # Nobody knows what is so, and some may lie: what comes after is kept back.
            return replace(done, error=done.error or error)
        except TokenpayError as error:
            # A node that cannot tell of an old block can still take a transaction: the next step is tried.
            done = replace(done, error=done.error or error)
        except Exception as error:  # nobody knows what comes after it, so nothing does
            return replace(done, error=done.error or _told(error))
    return done


def _watch(bank: Bank, done: ChainCycle, _: Callable[[], bool], *, by: Session) -> ChainCycle:
    check_assets(bank, chain_id=done.chain_id, by=by)
    return replace(done, watched=watch(bank, chain_id=done.chain_id, by=by))


def _catch_up(bank: Bank, done: ChainCycle, goes_on: Callable[[], bool], *, by: Session) -> ChainCycle:
    began_s, watched = time.monotonic(), done.watched
    while watched is not None and watched.comes_nearer and time.monotonic() - began_s < _CATCH_UP_S and goes_on():
        watched = watched.then(watch(bank, chain_id=done.chain_id, by=by))
    return replace(done, watched=watched)


def _settle(bank: Bank, done: ChainCycle, _: Callable[[], bool], *, by: Session) -> ChainCycle:
    return replace(done, settled=settle(bank, chain_id=done.chain_id, by=by))


def _submit(bank: Bank, done: ChainCycle, goes_on: Callable[[], bool], *, by: Session) -> ChainCycle:
    if not done.is_read:  # what is in the blocks that were not read yet would be sent again
        return done
    return replace(done, submitted=submit(bank, chain_id=done.chain_id, by=by, goes_on=goes_on))
