"""One unit of work: everything that a verb changes commits together or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
    TimeoutError as PoolTimeout,
)
from sqlalchemy.pool import StaticPool

from tokenpay.errors import (
    Conflict,
    IntegrityError as BrokenRule,
    InvalidInput,
    MissingExtra,
    NotPermitted,
    StoreHalted,
    StoreUnavailable,
    TokenpayError,
)
from tokenpay.store.approval_store import ApprovalStore
from tokenpay.store.asset_store import AssetStore
from tokenpay.store.attempt_store import AttemptStore
from tokenpay.store.audit_store import AuditStore
from tokenpay.store.audit_text_store import AuditTextStore
from tokenpay.store.batch_store import BatchStore
from tokenpay.store.carried_store import CarriedStore
from tokenpay.store.case_store import CaseStore
from tokenpay.store.chain_store import ChainStore
from tokenpay.store.clearance_store import ClearanceStore
from tokenpay.store.customer_store import CustomerStore
from tokenpay.store.deposit_store import DepositStore
from tokenpay.store.disk_failure import disk_failure
from tokenpay.store.door import check_values
from tokenpay.store.erasure_store import ErasureStore
from tokenpay.store.fact_store import FactStore
from tokenpay.store.introduction_store import IntroductionStore
from tokenpay.store.key_store import KeyStore
from tokenpay.store.lease_store import LeaseStore
from tokenpay.store.ledger_store import LedgerStore
from tokenpay.store.limit_store import LimitStore
from tokenpay.store.list_store import ListStore
from tokenpay.store.movement_store import MovementStore
from tokenpay.store.name_store import NameStore
from tokenpay.store.operator_store import OperatorStore
from tokenpay.store.outbox_store import OutboxStore
from tokenpay.store.passkey_store import PasskeyStore
from tokenpay.store.payment_store import PaymentStore
from tokenpay.store.policy_store import PolicyStore
from tokenpay.store.quote_store import QuoteStore
from tokenpay.store.receipt_store import ReceiptStore
from tokenpay.store.request_store import RequestStore
from tokenpay.store.session_store import SessionStore
from tokenpay.store.shift_store import ShiftStore
from tokenpay.store.signed_head_store import SignedHeadStore
from tokenpay.store.staff_store import StaffStore
from tokenpay.store.travel_store import TravelStore
from tokenpay.store.wallet_proof_store import WalletProofStore
from tokenpay.store.writes import Writes

BUSY_TIMEOUT_S = 15
CACHE_KIB = 16_384
_FORBIDDEN = "42501"  # PostgreSQL's insufficient_privilege
_POSTGRESQL = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""How long libpq waits for a server that went without a word, where the URL does not say: else it would for hours."""
_SQLITE: dict[str, Any] = {"isolation_level": None, "check_same_thread": False}


@dataclass(frozen=True)
class UnitOfWork:
    """One transaction of the database, with a repository per noun.

    Verbs that lock take their locks in one order, so that none waits in a circle: lease, chain, key, policy proposal,
    change of the staff, supervisors, payments, passkey challenge, passkey, deposits, request, quote, shift, receipt,
    a case with money under it, limit counters, ledger accounts, audit head. Rows of one kind are locked in the order
    of their ids, all in one statement.
    """

    connection: Connection
    machine_clock: bool = False
    last_steps: list[Callable[[], object]] = field(default_factory=list)

    def at_last(self, step: Callable[[], object]) -> None:
        """Do this before the commit, after all else: it takes a lock that everybody waits for."""
        self.last_steps.append(step)

    approvals = cached_property(lambda uow: ApprovalStore(uow.connection, uow.writes, uow.introductions, uow.passkeys))
    assets = cached_property(lambda uow: AssetStore(uow.connection))
    attempts = cached_property(lambda uow: AttemptStore(uow.connection, uow.writes))
    audit = cached_property(lambda uow: AuditStore(uow.connection, uow.writes, uow.machine_clock))
    audit_texts = cached_property(lambda uow: AuditTextStore(uow.connection, uow.writes))
    carried = cached_property(lambda uow: CarriedStore(uow.connection))
    batches = cached_property(lambda uow: BatchStore(uow.connection, uow.writes, uow.payments))
    cases = cached_property(lambda uow: CaseStore(uow.connection))
    chains = cached_property(lambda uow: ChainStore(uow.connection))
    clearances = cached_property(lambda uow: ClearanceStore(uow.connection, uow.writes, uow.approvals))
    customers = cached_property(lambda uow: CustomerStore(uow.connection))
    deposits = cached_property(lambda uow: DepositStore(uow.connection, uow.assets))
    erasures = cached_property(lambda uow: ErasureStore(uow.connection))
    facts = cached_property(lambda uow: FactStore(uow.connection))
    introductions = cached_property(lambda uow: IntroductionStore(uow.connection))
    keys = cached_property(lambda uow: KeyStore(uow.connection))
    leases = cached_property(lambda uow: LeaseStore(uow.connection))
    ledger = cached_property(lambda uow: LedgerStore(uow.connection, uow.writes))
    limits = cached_property(lambda uow: LimitStore(uow.connection, uow.writes))
    lists = cached_property(lambda uow: ListStore(uow.connection))
    movements = cached_property(lambda uow: MovementStore(uow.connection, uow.writes))
    names = cached_property(lambda uow: NameStore(uow.connection, uow.operators))
    operators = cached_property(lambda uow: OperatorStore(uow.connection))
    outbox = cached_property(lambda uow: OutboxStore(uow.connection, uow.writes))
    passkeys = cached_property(lambda uow: PasskeyStore(uow.connection))
    payments = cached_property(lambda uow: PaymentStore(uow.connection, uow.writes, uow.assets))
    policies = cached_property(lambda uow: PolicyStore(uow.connection))
    quotes = cached_property(lambda uow: QuoteStore(uow.connection, uow.assets))
    receipts = cached_property(lambda uow: ReceiptStore(uow.connection))
    requests = cached_property(lambda uow: RequestStore(uow.connection, uow.writes, uow.assets))
    sessions = cached_property(lambda uow: SessionStore(uow.connection, uow.operators))
    shifts = cached_property(lambda uow: ShiftStore(uow.connection))
    staff = cached_property(lambda uow: StaffStore(uow.connection))
    travel_rules = cached_property(lambda uow: TravelStore(uow.connection))
    wallet_proofs = cached_property(lambda uow: WalletProofStore(uow.connection))
    signed_heads = cached_property(lambda uow: SignedHeadStore(uow.connection))
    writes = cached_property(lambda uow: Writes(uow.connection))


class Store:
    """A bank's database. `unit_of_work` commits when its block ends and rolls back when it raises.

    When the disk under the database has failed, it is `halted`, and that says why: it writes nothing more, ever. Reads
    go on over new connections. Another Store, made when people have looked, begins anew.
    """

    halted: str = ""
    machine_clock: bool = False

    def __init__(self, url: str, *, machine_clock: bool = False) -> None:
        """Prepare the connection pool of a `sqlite:///…` or `postgresql://…` URL; nothing is opened yet.

        `machine_clock`: what is recorded has its time from this machine's clock, which may not stand behind the
        database's either; one that a program sets by hand stands where it likes.
        """
        self.machine_clock = machine_clock
        self.engine: Engine = _engine(url)
        event.listen(self.engine, "before_cursor_execute", check_values)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that may write.

        Raises StoreUnavailable when the database does not answer or another holds it too long (safe to
        try again), StoreHalted when its disk failed now or before, Conflict when a rule of the database refused
        the change.
        """
        self.check_not_halted()
        with self._watched(), self.engine.begin() as connection:
            uow = UnitOfWork(connection, self.machine_clock)
            yield uow
            for step in uow.last_steps:
                step()
            uow.writes.write()
            self.check_not_halted()  # by another thread meanwhile

    @contextmanager
    def trial(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that may lock and write, and of which nothing stays; raises as `unit_of_work` does."""
        self.check_not_halted()
        with self._watched(), self.engine.connect() as connection, connection.begin() as transaction:
            yield UnitOfWork(connection, self.machine_clock)
            transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that sees one consistent state, writes nothing and locks nothing."""
        isolation = "REPEATABLE READ" if self.engine.dialect.name == "postgresql" else None
        options: dict[str, Any] = {"tokenpay_read": True}
        if isolation is not None:
            options["isolation_level"] = isolation
        with self._watched(), self.engine.connect().execution_options(**options) as connection:
            yield UnitOfWork(connection, self.machine_clock)
            connection.rollback()

    def check_not_halted(self) -> None:
        """Raise StoreHalted if the disk has failed, as each unit of work does that may write."""
        if self.halted:
            raise StoreHalted(_only_reads(self.halted))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Turn what a database raises into this library's errors, and halt where its disk failed."""
        with translated():
            try:
                yield
            except DBAPIError as error:
                if failure := disk_failure(error):
                    self.halted = self.halted or failure
                    if not isinstance(self.engine.pool, StaticPool):  # in memory, the connection is the database
                        self.engine.dispose()
                if self.halted:  # also when what was left can be neither read nor rolled back
                    raise StoreHalted(_only_reads(self.halted)) from None
                raise


def _only_reads(failure: str) -> str:
    return f"{failure}: this program writes no more until it is started again"


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database raises into this library's errors.

    The cause is cut off: it may quote the row, and with it a customer. `rule` names the constraint.
    """
    try:
        yield
    except DataError:  # of a kind that PostgreSQL alone refuses
        raise InvalidInput("a value does not fit the database") from None
    except IntegrityError as error:
        raise Conflict(
            "the database refused the change: it contradicts what already stands", rule=_rule(error)
        ) from None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _FORBIDDEN:
            raise NotPermitted("the database does not let this machine do that: it is another role's") from None
        raise StoreUnavailable(_why(error)) from None
    except UnicodeEncodeError:
        raise InvalidInput("a text holds half a character") from None
    except StatementError as error:
        if isinstance(error.orig, TokenpayError):  # a column type refused the value
            raise error.orig from None
        raise BrokenRule("a value does not fit the database") from None
    except PoolTimeout:
        raise StoreUnavailable("every connection to the database is in use; try again") from None
    except SQLAlchemyError:
        raise BrokenRule("the database answered with something unreadable") from None


def _rule(error: IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    return str(error.orig).rpartition("constraint failed: ")[2]


def _why(error: DBAPIError) -> str:
    said = str(error.orig).lower()
    if "locked" in said or "deadlock" in said or "could not serialize" in said:
        return "the database is busy with another writer; try again"
    if "no such table" in said or "no such column" in said or "not a database" in said or "relation" in said:
        return "the database is not a bank's, or needs `tokenpay bank migrate`"
    if "unable to open" in said and error.statement is not None:
        return "no file can be made beside the database: look at its disk"
    if "unable to open" in said or "does not exist" in said:
        return "there is no database where the bank should be"
    if "readonly" in said or "read-only" in said:
        return "the database cannot be written"
    if "recovery mode" in said or "starting up" in said or "shutting down" in said or "administrator command" in said:
        return "the database's server stops or starts; try again"
    if "disk" in said or "full" in said:
        return "the database's disk refuses to write"
    return "the database does not answer" if isinstance(error, OperationalError) else "the database refused a statement"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError):  # ValueError: its port is no number
        raise InvalidInput("a database URL is sqlite:///path or postgresql://host/name") from None
    if parsed.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise InvalidInput("a bank keeps its books in SQLite or PostgreSQL: sqlite:///path or postgresql://host/name")
    if parsed.drivername != "sqlite":
        if parsed.port is not None and not 0 < parsed.port < 2**16:
            raise InvalidInput("a port is a number from 1 to 65535")
        try:
            waits = {name: most for name, most in _POSTGRESQL.items() if name not in parsed.query}
            return create_engine(url, pool_pre_ping=True, connect_args=waits, hide_parameters=True)
        except ModuleNotFoundError:
            raise MissingExtra("postgres", "PostgreSQL") from None
    if parsed != URL.create("sqlite", database=parsed.database) or "\0" in (parsed.database or ""):
        raise InvalidInput("a SQLite database is named by its path alone: sqlite:///path")
    if parsed.database in (None, "", ":memory:"):
        # One shared connection: another thread would otherwise meet an empty database.
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args=_SQLITE, hide_parameters=True)
    else:
        # mode=rw: a path that is not there is an error, not a new empty bank.
        path = URL.create("sqlite", database=f"file:{quote(str(parsed.database))}", query={"mode": "rw", "uri": "true"})
        engine = create_engine(path, connect_args={"timeout": BUSY_TIMEOUT_S, **_SQLITE}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # WAL with several connections can corrupt a database on SQLite older than 3.51.3.
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        cursor.execute("PRAGMA journal_mode = DELETE")
    # The journal's end is the commit: with FULL a power cut could bring it back, and undo what was answered.
    cursor.execute("PRAGMA synchronous = EXTRA")
    # A batch touches more pages than the usual 2 MB: those put aside would be written, and read again, one by one.
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock first, so that what it read cannot change before it writes.
    reading = connection.get_execution_options().get("tokenpay_read", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
