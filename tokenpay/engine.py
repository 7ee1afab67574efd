"""The loop that carries money to finality: watch, settle, submit, expire, over and over."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tokenpay.bank import Bank
from tokenpay.errors import (
    Halted,
    IntegrityError,
    NoQuorum,
    SessionExpired,
    StoreUnavailable,
    TokenpayError,
    Unavailable,
    WrongPassword,
)
from tokenpay.operations.assets import check_assets
from tokenpay.operations.bank_health import note_turn
from tokenpay.operations.expire import Expired, expire
from tokenpay.operations.settle import Settled, settle
from tokenpay.operations.submit import Submitted, submit
from tokenpay.operations.watch import Watched, watch
from tokenpay.parties.session import Session
from tokenpay.ports import ManyNodes
from tokenpay.steps.halt import halt_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCycle:
    """What one turn did on one chain; `error` says why it stopped short, `nodes` what is wrong with single nodes."""

    chain_id: int
    watched: Watched | None = None
    settled: Settled | None = None
    submitted: Submitted | None = None
    error: TokenpayError | None = None
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One turn of the engine over every chain; `error` says why what belongs to no chain stopped short."""

    chains: tuple[ChainCycle, ...] = ()
    expired: Expired = field(default_factory=Expired)
    error: TokenpayError | None = None


def run_once(bank: Bank, *, by: Session) -> Cycle:
    """Do one turn. What goes wrong on one chain stops neither the others nor the next turn.

    A contradiction between books and chain halts that chain, with a case. Raises SessionExpired and
    StoreUnavailable: then nothing can be done anywhere.
    """
    turns = tuple(_turn(bank, chain_id, by=by) for chain_id in bank.chains)
    seen = [turn.chain_id for turn in turns if turn.watched is not None]
    note_turn(bank, seen=seen, troubles={turn.chain_id: _trouble(turn) for turn in turns}, by=by)
    try:
        return Cycle(chains=turns, expired=expire(bank, by=by))
    except (SessionExpired, StoreUnavailable):
        raise
    except TokenpayError as error:
        return Cycle(chains=turns, error=error)


def run(
    bank: Bank,
    *,
    sign_in: Callable[[], Session],
    stop: Callable[[], bool],
    pause_s: float = 1.0,
    after_each: Callable[[Cycle], None] = lambda _: None,
) -> None:
    """Turn until `stop` says so, signing in anew when the session has ended.

    Killed at any point, the next run goes on where the books stand. What is unavailable is waited for,
    and each turn says why. Raises WrongPassword when the first sign-in is refused.
    """
    session: Session | None = sign_in()
    while not stop():
        try:
            session = session or sign_in()
            after_each(run_once(bank, by=session))
        except SessionExpired:
            session = None
        except (Unavailable, Halted, WrongPassword) as error:
            after_each(Cycle(error=error))
        time.sleep(pause_s)


def _trouble(turn: ChainCycle) -> str:
    said = "" if turn.error is None else turn.error.message
    return "; ".join(filter(None, [said, *(line for line in turn.nodes if line not in said)]))


def _turn(bank: Bank, chain_id: int, *, by: Session) -> ChainCycle:
    done = _steps(bank, ChainCycle(chain_id=chain_id), by=by)
    try:
        chain = bank.chain(chain_id)
    except TokenpayError:  # it could not be reached at all, which the steps have said
        return done
    return replace(done, nodes=chain.troubles()) if isinstance(chain, ManyNodes) else done


def _steps(bank: Bank, done: ChainCycle, *, by: Session) -> ChainCycle:
    chain_id = done.chain_id
    for step in (_watch, _settle, _submit):
        try:
            done = step(bank, done, by=by)
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
    return done


def _watch(bank: Bank, done: ChainCycle, *, by: Session) -> ChainCycle:
    check_assets(bank, chain_id=done.chain_id, by=by)
    watched = watch(bank, chain_id=done.chain_id, by=by)
    while watched.behind and watched.blocks:
        watched = watch(bank, chain_id=done.chain_id, by=by)
    return replace(done, watched=watched)


def _settle(bank: Bank, done: ChainCycle, *, by: Session) -> ChainCycle:
    return replace(done, settled=settle(bank, chain_id=done.chain_id, by=by))


def _submit(bank: Bank, done: ChainCycle, *, by: Session) -> ChainCycle:
    return replace(done, submitted=submit(bank, chain_id=done.chain_id, by=by))
