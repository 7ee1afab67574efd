"""A bank's first rows, for tests of the store: people, an asset, a policy, money on a customer's account."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.copied_database import beside, copy_database
from tests.unit.payments.samples import CHAIN_ID, COIN, EURO, MONDAY_NOON_S, TOKEN, TREASURY, intent
from tokenpay.compliance.approval import Approval, Part, give
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.policy import Policy
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Transfer, TransferState
from tokenpay.parties.credential import public_key_of, seal
from tokenpay.parties.customer import Customer, CustomerStatus
from tokenpay.parties.operator import Operator, Role
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Intent
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.store.asset_store import RegisteredAsset
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.migrate import create_database
from tokenpay.store.unit_of_work import Store, UnitOfWork

NOW_S = MONDAY_NOON_S
KEYS = {"mia": bytes(range(32)), "moe": bytes(range(1, 33))}
ANNAS = Account(kind=AccountKind.CUSTOMER, owner="C00000001", asset_id=TOKEN.id)
BERTS = Account(kind=AccountKind.CUSTOMER, owner="C00000002", asset_id=TOKEN.id)
CUSTODY = Account(kind=AccountKind.CUSTODY, owner=TREASURY.text, asset_id=TOKEN.id)
FUNDING = Account(kind=AccountKind.FUNDING, owner="bank", asset_id=TOKEN.id)

_PLACE = TemporaryDirectory()
_FIRST: dict[str, str] = {}
"""The URL of the first one of its kind, which nobody opens again."""


@contextmanager
def founded(url: str) -> Iterator[Store]:
    """Yield the open store of a bank with the rows that others point to: made once, later ones are copies."""
    kind = url.partition(":")[0]
    if kind not in _FIRST:
        first = beside(url, Path(_PLACE.name), "first_rows")
        create_database(first)
        with closing(Store(first)) as store, store.unit_of_work() as work:
            found(work)
        _FIRST[kind] = first
    copy_database(_FIRST[kind], url)
    with closing(Store(url)) as store:
        yield store


def found(work: UnitOfWork) -> None:
    for asset in (TOKEN, COIN, EURO):
        work.assets.add(RegisteredAsset(asset=asset, active=True, checked_at_s=NOW_S))
    for operator_id in KEYS:
        credential = seal(
            KEYS[operator_id],
            "correct horse",
            operator_id=operator_id,
            salt=b"s" * 16,
            nonce=b"n" * 12,
            cost=2**10,
        )
        work.operators.add(operator(operator_id), credential)
    for number, name in enumerate(("Anna", "Bert"), 1):
        work.customers.add(
            Customer(
                id=f"C0000000{number}",
                name=name,
                branch="main",
                status=CustomerStatus.ACTIVE,
                enrolled_at_s=NOW_S,
            )
        )
    work.policies.add(Policy(), at_s=NOW_S, maker="mia", checker="moe")
    work.chains.add(
        FollowedChain(
            chain_id=CHAIN_ID,
            treasury=TREASURY,
            native_asset_id=COIN.id,
            next_nonce=0,
            head_number=0,
            final_number=0,
            halted="",
        )
    )


def session(operator_id: str) -> Session:
    """A session with an operator's own key, that no row stands for: it signs, and opens nothing."""
    return Session(
        id="none",
        operator=operator(operator_id),
        terminal="none",
        opened_at_s=NOW_S,
        expires_at_s=NOW_S,
        key=KEYS[operator_id],
    )


def operator(operator_id: str) -> Operator:
    return Operator(
        id=operator_id,
        name=operator_id.title(),
        role=Role.SUPERVISOR,
        branch="main",
        public_key=public_key_of(KEYS[operator_id]),
    )


def consent(operator_id: str, content: Intent, part: Part) -> Approval:
    session = Session(
        id=f"S-{operator_id}",
        operator=operator(operator_id),
        terminal="T1",
        opened_at_s=NOW_S,
        expires_at_s=NOW_S + 60,
        key=KEYS[operator_id],
    )
    return give(session, content.hash(), part=part, at_s=NOW_S)


def uetr(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def add_cleared(work: UnitOfWork, number: int = 1, *, content: Intent | None = None) -> Clearance:
    """Enter a cleared payment with its maker's consent and its clearance."""
    content = intent(uetr=uetr(number)) if content is None else content
    work.payments.add(Payment(intent=content, state=PaymentState.CLEARED, updated_at_s=NOW_S), branch="main")
    approval = consent("mia", content, Part.MAKER)
    work.approvals.add(content.uetr, approval)
    clearance = Clearance(
        id=f"CL-{content.uetr}",
        payment_id=content.uetr,
        intent_hash=content.hash(),
        policy_version=1,
        screenings=(),
        approvals=(approval,),
        cleared_at_s=NOW_S,
    )
    work.clearances.add(clearance)
    return clearance


def transfer(id: str, debit: Account, credit: Account, units: int, clearance: Clearance | None = None) -> Transfer:
    return Transfer(
        id=id,
        debit=debit.id,
        credit=credit.id,
        asset_id=debit.asset_id,
        units=units,
        state=TransferState.PENDING,
        created_at_s=NOW_S,
        payment_id=clearance.payment_id if clearance else None,
        clearance_id=clearance.id if clearance else None,
    )


def fund(work: UnitOfWork, account: Account, units: int) -> None:
    """Put money of the chain on an account, as a final deposit does."""
    work.ledger.lock([CUSTODY, account])
    work.ledger.post(transfer(f"fund-{account.owner}", CUSTODY, account, units), at_s=NOW_S, block_number=1)


def wait_for_lock(store: Store) -> None:
    """Return when another connection of this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(2_000):
        with store.read() as work:
            if work.connection.exec_driver_sql(waiting).scalar():
                return
    raise AssertionError("nobody waits for a lock")


def set_fact(store: Store, name: str, value: str) -> None:
    with store.unit_of_work() as work:
        work.facts.set(name, value)


def fact(store: Store, name: str) -> str:
    with store.read() as work:
        return work.facts.get(name, "")
