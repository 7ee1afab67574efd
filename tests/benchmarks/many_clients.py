"""Sixteen tills pay at once on PostgreSQL: the whole path, beside its rows through prebuilt Core, and bare ledgers.

    python -m tests.benchmarks.many_clients --pgledger pgledger.sql

Each till is a process at a branch of its own, with a connection of its own, and pays from one customer of its own to
another. All make payments one way for a while, then all another way; the rate is what the server committed. Two ledgers
stand beside them, and neither has a gate, a key, an audit or an outbox: one function that locks two accounts, moves
units and writes a transfer and its entries in a single call, and pgledger (pgr0ss/pgledger) where its file is named.
Clients and server share the machine.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import tokenpay as tp
from tests.benchmarks import Row
from tests.benchmarks.bare_rows import BareRows, core
from tests.benchmarks.interleaved import spread
from tests.benchmarks.postgresql import running_postgresql
from tests.copied_database import beside
from tests.forked import forked
from tests.world import CHAIN_ID, CONTRACT, LISTED, SETTINGS, TOKEN
from tokenpay.adapters.system import SystemEntropy
from tokenpay.testing import FakeChain
from tokenpay.testing.fake_system import FakeClock

TILLS, ROUNDS, ROUND_S = 16, 9, 2.0
GOAL = 0.35
_RICH = 10**12
_LIMITS = tp.AssetLimits(payment_units=_RICH, alone_units=_RICH, customer_day_units=10**15, operator_day_units=10**15)
_PASSWORD = "at-the-desk"
_CALL, _PGLEDGER = "one function in a single call", "pgledger"

_LEDGER = """
CREATE TABLE bare_accounts (
    id int PRIMARY KEY, balance numeric(78) NOT NULL CHECK (balance >= 0), version int NOT NULL
);
CREATE TABLE bare_transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, debit int NOT NULL REFERENCES bare_accounts,
    credit int NOT NULL REFERENCES bare_accounts, units numeric(78) NOT NULL CHECK (units > 0)
);
CREATE TABLE bare_entries (
    transfer_id bigint NOT NULL REFERENCES bare_transfers, account_id int NOT NULL REFERENCES bare_accounts,
    version int NOT NULL, units numeric(78) NOT NULL, balance_after numeric(78) NOT NULL,
    PRIMARY KEY (account_id, version)
);
CREATE FUNCTION bare_pay(payer int, payee int, moved numeric) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE made bigint;
BEGIN
    PERFORM 1 FROM bare_accounts WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
    INSERT INTO bare_transfers (debit, credit, units) VALUES (payer, payee, moved) RETURNING id INTO made;
    WITH changed AS (
        UPDATE bare_accounts SET version = version + 1,
            balance = balance + CASE id WHEN payer THEN -moved ELSE moved END
        WHERE id IN (payer, payee) RETURNING id, version, balance
    )
    INSERT INTO bare_entries
    SELECT made, id, version, CASE id WHEN payer THEN -moved ELSE moved END, balance FROM changed;
    RETURN made;
END $$;
"""
_PATH = "SET LOCAL search_path TO pgledger, pg_catalog"
# What pgledger's file takes for given: how its identifiers are spelled, and that money is a number.
_GIVEN = """
CREATE DOMAIN money AS numeric;
CREATE FUNCTION uuid_to_ulid(id uuid) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
"""


@dataclass(frozen=True, kw_only=True)
class Till:
    """One client: who pays here, from whom to whom, and a payment of theirs whose rows the bare way copies."""

    number: int
    by: tp.Session
    debtor: str
    creditor: str
    payment_id: str


@dataclass(kw_only=True)
class _Bank:
    """A bank at rest with so many tills; each process opens it for itself."""

    folder: Path
    ports: dict[str, Any]
    tills: list[Till]


def run() -> list[Row]:
    """Measure with pgledger where TOKENPAY_PGLEDGER names its file."""
    named = os.environ.get("TOKENPAY_PGLEDGER")
    return measured(Path(named) if named else None)


def measured(pgledger: Path | None, *, rounds: int = ROUNDS, round_s: float = ROUND_S) -> list[Row]:
    """Let all tills take turns between the ways, and compare the rates round by round."""
    with tempfile.TemporaryDirectory(prefix="tokenpay-bench-") as place, running_postgresql() as server:
        bank = _founded(Path(place), beside(server, Path(place), "tills"))
        ways = ["pay", "prebuilt SQLAlchemy Core", _CALL, *([_PGLEDGER] if pgledger is not None else [])]
        _add_ledgers(bank, pgledger)
        with _clients(bank) as lines:
            for way in ways:  # warm
                _rate(lines, way, 0.5)
            rates = [{way: _rate(lines, way, round_s) for way in ways} for _ in range(rounds)]
    return _rows(ways, rates)


def _rows(ways: list[str], rates: list[dict[str, float]]) -> list[Row]:
    found = []
    for other in ways[1:]:
        ratios = [each["pay"] / each[other] for each in rates]
        ratio, held = statistics.median(ratios), "Core" in other
        found.append(
            Row(
                what=f"{TILLS} clients: payments a second, share of {other}",
                figure=f"{ratio:.2f}",
                spread=spread(ratios, "{:.2f}"),
                goal=f"{GOAL} or more" if held else "",
                missed=held and ratio < GOAL,
            )
        )
    for way in ways:
        of_way = [each[way] for each in rates]
        found.append(
            Row(what=f"… {way}", figure=f"{statistics.median(of_way):,.0f} a second", spread=spread(of_way, "{:,.0f}"))
        )
    return found


# --- the bank


def _founded(folder: Path, url: str) -> _Bank:
    """Found a bank with so many branches, a till at each, and two customers for each till."""
    chain, clock = FakeChain(CHAIN_ID), FakeClock()
    chain.add_token(CONTRACT)
    chain.mine(3)
    clock.at_s = chain.head().timestamp_s
    ports: dict[str, Any] = {"clock": clock, "entropy": SystemEntropy(), "chain_ports": {CHAIN_ID: chain}}
    supervisor, teller = tp.Role.SUPERVISOR, tp.Role.TELLER
    founders = [tp.Founder(id=id, name=id, password=_PASSWORD, role=supervisor) for id in ("ann", "bob")]
    founders += [
        tp.Founder(id=f"till-{n}", name="till", password=_PASSWORD, role=teller, branch=f"branch-{n}")
        for n in range(TILLS)
    ]
    policy = tp.Policy(limits={TOKEN.id: _LIMITS}, hours=tp.Hours.always(), list_max_age_s=10**9)
    bank_folder = folder / "bank"
    tp.found_bank(
        bank_folder, name="Tills", founders=founders, policy=policy, chains=[SETTINGS], database=url, demo=True,
        password_cost=2**10, **ports,
    )  # fmt: skip
    with tp.open_bank(bank_folder, signer=True, **ports) as bank:
        ann = tp.open_session(bank, operator_id="ann", password=_PASSWORD, terminal="ann")
        tp.register_asset(bank, TOKEN, by=ann)
        tp.load_list(
            bank, name="own", form=tp.ListForm.OWN, files=[LISTED.text.encode()], dated_s=clock.now_s(), by=ann
        )
        rich = tp.enrol_customer(bank, name="Rich", by=ann, key="rich").id
        request = tp.issue_request(bank, payee=rich, asset=TOKEN, amount=tp.Amount(TOKEN, _RICH), by=ann, key="money")
        assert request.deposit_address is not None
        chain.deposit(CONTRACT, request.deposit_address, _RICH)
        engine = tp.engine_session(bank)
        for _ in range(6):
            chain.mine()
            clock.at_s = chain.head().timestamp_s
            tp.run_once(bank, by=engine)
        tills = [_till(bank, n, rich) for n in range(TILLS)]
    return _Bank(folder=bank_folder, ports=ports, tills=tills)


def _till(bank: tp.Bank, number: int, rich: str) -> Till:
    by = tp.open_session(bank, operator_id=f"till-{number}", password=_PASSWORD, terminal=f"till-{number}")
    debtor, creditor = (
        f"customer/{tp.enrol_customer(bank, name=name, by=by, key=f'{name} {number}').id}" for name in ("From", "To")
    )
    _paid(bank, debtor=f"customer/{rich}", creditor=debtor, units=10**9, by=by, key=f"endow {number}")
    payment = _paid(bank, debtor=debtor, creditor=creditor, units=1, by=by, key=f"first {number}")
    return Till(number=number, by=by, debtor=debtor, creditor=creditor, payment_id=payment.id)


def _paid(bank: tp.Bank, *, units: int, **order: Any) -> tp.Payment:
    answer = tp.pay(bank, amount=tp.Amount(TOKEN, units), **order)
    if not isinstance(answer, tp.Payment):
        raise RuntimeError(f"a payment was refused: {answer.reasons}")
    return answer


def _add_ledgers(bank: _Bank, pgledger: Path | None) -> None:
    """Put the bare ledgers beside the bank's tables, with two accounts for each till."""
    with tp.open_bank(bank.folder, **bank.ports) as opened, opened.store.engine.begin() as connection:
        connection.exec_driver_sql(_LEDGER)
        for till in bank.tills:
            connection.exec_driver_sql(
                f"INSERT INTO bare_accounts VALUES ({till.number}, {_RICH}, 0), ({till.number + TILLS}, {_RICH}, 0)"  # noqa: S608
            )
        if pgledger is None:
            return
        connection.exec_driver_sql("CREATE SCHEMA pgledger")
        connection.exec_driver_sql(_PATH)
        connection.exec_driver_sql(_GIVEN)
        connection.exec_driver_sql(pgledger.read_text().replace("%", "%%"))
        for till in bank.tills:
            for name in ("from", "to"):
                connection.exec_driver_sql(f"SELECT pgledger_create_account('{name} {till.number}', 'DEUR')")


# --- the tills


@contextmanager
def _clients(bank: _Bank) -> Iterator[list[Connection]]:
    started = [forked(lambda line, till=till: _serve(line, bank, till), duplex=True) for till in bank.tills]  # type: ignore[misc]
    lines = [line for _, line in started]
    try:
        for line in lines:
            line.recv()
        yield lines
    finally:
        for process, line in started:
            line.send(None)
            os.waitpid(process, 0)


def _serve(line: Connection, bank: _Bank, till: Till) -> None:
    """Make payments in a process of its own, whichever way it is told, until it is told none."""
    with tp.open_bank(bank.folder, **bank.ports) as opened:
        ways = _ways(opened, till)
        line.send("ready")
        while (told := line.recv()) is not None:
            (way, until_s), made = told, 0
            while time.monotonic() < until_s:
                ways[way]()
                made += 1
            line.send(made)


def _ways(bank: tp.Bank, till: Till) -> dict[str, Callable[[], object]]:
    engine, made = bank.store.engine, iter(range(10**9))
    with engine.connect() as connection:
        rows = BareRows(connection, till.payment_id)
        ids: tuple[str, ...] = ()
        if connection.scalar(sa.text("SELECT to_regclass('pgledger.pgledger_accounts')")) is not None:
            names = [f"{name} {till.number}" for name in ("from", "to")]
            found = sa.text("SELECT name, id FROM pgledger.pgledger_accounts WHERE name = ANY(:names)")
            by_name = {name: id for name, id in connection.execute(found, {"names": names})}
            ids = tuple(by_name[name] for name in names)
    call = sa.text("SELECT bare_pay(:debit, :credit, 1)")
    transfer = sa.text("SELECT id FROM pgledger_create_transfer(:debit, :credit, 1)")

    def pay() -> None:
        _paid(bank, debtor=till.debtor, creditor=till.creditor, units=1, by=till.by, key=f"{till.number}/{next(made)}")

    def through_core() -> None:
        with core(engine) as execute:
            rows.pay(execute, f"{till.number:02d}")

    def single_call() -> None:
        with engine.begin() as connection:
            connection.execute(call, {"debit": till.number, "credit": till.number + TILLS})

    def through_pgledger() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(_PATH)
            connection.execute(transfer, dict(zip(("debit", "credit"), ids, strict=True)))

    return {"pay": pay, "prebuilt SQLAlchemy Core": through_core, _CALL: single_call, _PGLEDGER: through_pgledger}


def _rate(lines: list[Connection], way: str, for_s: float) -> float:
    """Let every till pay this way for so long, and return the payments a second of all."""
    began = time.monotonic()
    for line in lines:
        line.send((way, began + for_s))
    made = sum(line.recv() for line in lines)
    return float(made / (time.monotonic() - began))


def main() -> int:
    arguments = argparse.ArgumentParser(description="Pay at sixteen tills at once, and beside it the rows alone.")
    arguments.add_argument("--pgledger", type=Path, metavar="FILE", help="pgledger.sql of pgr0ss/pgledger")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    given = arguments.parse_args()
    rows = measured(given.pgledger, rounds=given.rounds)
    for row in rows:
        print(f"{row.what:<80} {row.figure:>16}  {row.spread:>18}  {row.goal}{' missed' if row.missed else ''}")
    return int(any(row.missed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
