"""A founded branch at rest, and copies of it: one a session."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory, mkdtemp

import tokenpay as tp
from tests import shared_statements
from tokenpay.testing import FakeChain, FakeRates, open_branch
from tokenpay.testing.branch import CASH, PASSWORD, PIN, Branch, euro
from tokenpay.testing.fake_printer import FakePrinter
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

STAFF = ("tim", "vera", "aude")
"""Teller, supervisor and auditor: who sits at the terminal."""
ELSEWHERE = "otto"
"""The supervisor who acts at another terminal."""
NAMES = ("Clara Ahrens", "Davit Beridze", "Élodie Fournier")
_MEMORY = Path("/dev/shm")  # noqa: S108 - where a disk of memory is, its fsync costs nothing


@dataclass(frozen=True, kw_only=True)
class SoakBank:
    """An open copy of the bank, and the world around it. `otto` and `teller` act at other terminals."""

    bank: tp.Bank
    folder: Path
    chain: FakeChain
    clock: FakeClock
    rates: FakeRates
    engine: tp.Session
    otto: tp.Session
    teller: tp.Session
    customers: tuple[tp.Customer, ...]


@dataclass(frozen=True, kw_only=True)
class Template:
    """A founded bank, closed. `at_s` is its time."""

    folder: Path
    chain: FakeChain
    at_s: int
    customers: tuple[tp.Customer, ...]

    @contextmanager
    def copy(self, seed: int) -> Iterator[SoakBank]:
        """Open a copy in a folder of its own, gone afterwards."""
        with TemporaryDirectory(dir=_place(), prefix="tokenpay-soak-", ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary) / "bank"
            copytree(self.folder, folder)
            chain, clock = deepcopy(self.chain), FakeClock(self.at_s)
            rates = _rates(clock)
            with tp.open_bank(
                folder,
                signer=True,
                clock=clock,
                entropy=FakeEntropy(seed),
                chain_ports={chain.chain_id: chain},
                rates=rates,
                printer=FakePrinter(),
            ) as bank:
                yield SoakBank(
                    bank=bank,
                    folder=folder,
                    chain=chain,
                    clock=clock,
                    rates=rates,
                    engine=tp.engine_session(bank),
                    otto=tp.open_session(bank, operator_id=ELSEWHERE, password=PASSWORD, terminal="office"),
                    teller=tp.open_session(bank, operator_id="tim", password=PASSWORD, terminal="counter-2"),
                    customers=self.customers,
                )


@cache
def template() -> Template:
    """Return this process's founded bank: customers with balances, cash in the vault, coin for gas."""
    shared_statements.remember()  # every session opens a bank of its own, all alike
    kept = Path(mkdtemp(dir=_place(), prefix="tokenpay-soak-bank-"))
    atexit.register(rmtree, kept, ignore_errors=True)
    with open_branch() as branch:
        bank, tim = branch.bank, branch.tim
        _add_auditor(branch)
        more = tuple(tp.enrol_customer(bank, name=name, by=tim, key=f"enrol-{name}") for name in NAMES)
        customers = (branch.anna, branch.boris, *more)
        for customer in customers[1:4]:
            branch.receive(branch.issue(customer, euro("900"), key=f"start-{customer.id}"), euro("900"))
        branch.fill_treasury()
        branch.fill_counter(tokens=euro("50000"), cash=tp.CashCount.parse("40x50, 60x20, 80x5, 50x1", CASH.symbol))
        folder = Path(str(bank.store.engine.url.database).removeprefix("file:").partition("?")[0]).parent
        chain, at_s = deepcopy(branch.chain), branch.clock.now_s()
        bank.store.engine.dispose()  # the last connection writes everything into the one file
        copytree(folder, kept / "bank")
    return Template(folder=kept / "bank", chain=chain, at_s=at_s, customers=customers)


def _add_auditor(branch: Branch) -> None:
    bank, person = branch.bank, {"id": "aude", "name": "Aude Roy", "branch": "main", "password": PASSWORD}
    coming = tp.propose_admission(bank, **person, role=tp.Role.AUDITOR, by=branch.vera, key="aude")
    tp.approve_admission(bank, coming.id, by=branch.otto)
    by = tp.open_session(bank, operator_id="aude", password=PASSWORD, terminal="office")
    tp.set_pin(bank, pin=PIN, by=by)


def _rates(clock: FakeClock) -> FakeRates:
    from tokenpay.testing.branch import TOKEN

    rates = FakeRates(clock)
    rates.set(TOKEN, CASH, "1")
    return rates


def _place() -> Path | None:
    return _MEMORY if _MEMORY.is_dir() else None
