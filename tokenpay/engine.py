"""The loop that carries money to finality: watch, settle, submit, expire, over and over."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import (
    ChainUnavailable,
    Halted,
    IntegrityError,
    SessionExpired,
    SignerUnavailable,
    StoreUnavailable,
    TokenpayError,
)
from tokenpay.operations.assets import check_assets
from tokenpay.operations.expire import Expired, expire
from tokenpay.operations.halt import halt_chain
from tokenpay.operations.settle import Settled, settle
from tokenpay.operations.submit import Submitted, submit
from tokenpay.operations.watch import Watched, watch
from tokenpay.parties.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCycle:
    """What one turn did on one chain; `error` says why it stopped short."""

    chain_id: int
    watched: Watched | None = None
    settled: Settled | None = None
    submitted: Submitted | None = None
    error: TokenpayError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One turn of the engine over every chain; `error` is set when the database did not answer."""

    chains: tuple[ChainCycle, ...]
    expired: Expired
    error: TokenpayError | None = None


def run_once(bank: Bank, *, by: Session) -> Cycle:
    """Do one turn. What cannot be reached, or is halted, on one chain does not stop the others.

    A contradiction between books and chain halts that chain, with a case.
    """
    turns = tuple(_turn(bank, chain_id, by=by) for chain_id in bank.chains)
    return Cycle(chains=turns, expired=expire(bank, by=by))


def run(
    bank: Bank,
    *,
    sign_in: Callable[[], Session],
    stop: Callable[[], bool],
    pause_s: float = 1.0,
    after_each: Callable[[Cycle], None] = lambda _: None,
) -> None:
    """Turn until `stop` says so, signing in anew when the session has ended.

    Killed at any point, the next run goes on where the books stand. A database that does not answer
    is waited for.
    """
    session = sign_in()
    while not stop():
        try:
            after_each(run_once(bank, by=session))
        except SessionExpired:
            session = sign_in()
        except StoreUnavailable as error:
            after_each(Cycle(chains=(), expired=Expired(requests=0, payments=0), error=error))
        time.sleep(pause_s)


def _turn(bank: Bank, chain_id: int, *, by: Session) -> ChainCycle:
    watched = settled = submitted = None
    try:
        check_assets(bank, chain_id=chain_id, by=by)
        watched = watch(bank, chain_id=chain_id, by=by)
        while watched.behind and watched.blocks:
            watched = watch(bank, chain_id=chain_id, by=by)
        settled = settle(bank, chain_id=chain_id, by=by)
        submitted = submit(bank, chain_id=chain_id, by=by)
    except (ChainUnavailable, SignerUnavailable, Halted) as error:
        return ChainCycle(chain_id=chain_id, watched=watched, settled=settled, submitted=submitted, error=error)
    except IntegrityError as error:
        halted = halt_chain(bank, chain_id, reason=error.message, by=by)
        return ChainCycle(chain_id=chain_id, watched=watched, settled=settled, submitted=submitted, error=halted)
    return ChainCycle(chain_id=chain_id, watched=watched, settled=settled, submitted=submitted)
