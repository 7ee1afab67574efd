"""A payment while the disk under the bank fails: what the bank says, does and refuses from then on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.properties.payment_path import Path, end
from tests.traced import Call, Traced
from tokenpay.errors import StoreHalted, TokenpayError
from tokenpay.operations.bank_health import bank_health
from tokenpay.operations.read import balances
from tokenpay.payments.payment import Payment

WRITES = frozenset({"write", "writev", "pwrite64", "ftruncate", "fallocate", "openat", "unlink", "unlinkat"})
SYNCS = frozenset({"fsync", "fdatasync"})
HALTED = StoreHalted.code


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A call that failed, of which file of the bank, and what followed.

    `code` is the error of the payment, empty where it was answered; `again` that of a second try under the same key on
    the same open bank, when the disk was well again; `halted` why it writes no more. `reads`: look-ups went on.
    """

    call: str
    file: str
    answered: bool
    code: str
    again: str
    halted: str
    reads: bool


def file_calls(path: Path, names: frozenset[str]) -> list[str]:
    """Return the calls of these names that a whole payment makes on the bank's files."""
    path.begin()
    traced, found = Traced(path.work), []
    for call in traced.calls():
        path.serve(traced, call)
        if call.name in names and is_the_banks(path, call):
            found.append(call.name)
    end(path, traced, killed=False)
    path.recover(whole=False)
    return found


def fail(path: Path, at: int, error: int, names: frozenset[str], *, lasting: bool = False) -> Fault | None:
    """Make a payment of which this call of these names fails, or all from it on; None when it has fewer of them.

    After it the bank is opened again, all books are replayed, and the payment is made again.
    """
    path.begin()
    path.outcome = {}
    traced = Traced(lambda line, ready: _work(path, line, ready, lasting=lasting))
    failed: Call | None = None
    file = ""
    for number, call in _on_the_bank(path, traced, names):
        if number == at or (lasting and number > at):
            traced.fail(error)
            if failed is None:
                failed, file = call, call.file
    end(path, traced, killed=False)
    answered = bool(path.answers.known)
    path.recover()
    if failed is None:
        return None
    file = file.removeprefix(str(path.small.directory))
    return Fault(call=failed.name, file=file, answered=answered, **path.outcome)


def is_the_banks(path: Path, call: Call) -> bool:
    return call.file.startswith(str(path.small.directory))


def _on_the_bank(path: Path, traced: Traced, names: frozenset[str]) -> Iterator[tuple[int, Call]]:
    number = 0
    for call in traced.calls():
        path.serve(traced, call)
        if call.name in names and is_the_banks(path, call):
            yield number, call
            number += 1


def _work(path: Path, line: Connection, ready: Callable[[], None], *, lasting: bool) -> None:
    """Pay, and when that was refused look up, try again, and say what came of it: nothing but the library's errors."""
    bank, tom = path.small.bank, path.small.sessions["tom"]
    path.reach(line)
    bank = path.small.bank
    ready()
    code = _code_of(lambda: path.make(path.speaker(line)))
    again, reads = "", True
    if code:
        reads = not _code_of(lambda: balances(bank, path.small.customers[0], by=tom))
        reads = reads and bank_health(bank, by=tom).store_halted == bank.store.halted
    if code and not lasting:
        again = _code_of(lambda: path.make(lambda _: None))
    line.send(("outcome", (), {"code": code, "again": again, "halted": bank.store.halted, "reads": reads}))


def _code_of(asked: Callable[[], Payment | object]) -> str:
    try:
        asked()
    except TokenpayError as error:
        if "\n" in error.message or error.fields:
            raise RuntimeError("it is not one clear line") from None
        return error.code
    return ""
