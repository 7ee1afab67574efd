"""Look things up: payments, requests, customers, cases, balances and the feed of events."""

from collections.abc import Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case
from tokenpay.errors import NotFound
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.customer import Customer
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.own_address import check_address
from tokenpay.store.asset_store import RegisteredAsset
from tokenpay.store.outbox_store import START, Event
from tokenpay.store.request_store import IssuedRequest


def get_payment(bank: Bank, payment_id: str, *, by: Session) -> Payment:
    """Return a payment as it stands now; raises NotFound."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.payments.get(payment_id)


def payment_of_key(bank: Bank, key: str, *, by: Session) -> Payment | None:
    """Return what a key stands for: how a terminal asks, after a crash, whether its payment was made."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        payment_id = uow.keys.result(key)
        try:
            return None if payment_id is None else uow.payments.get(payment_id)
        except NotFound:
            return None


def find_payments(
    bank: Bank, *, by: Session, states: Iterable[PaymentState] | None = None, limit: int = 100
) -> list[Payment]:
    """Return payments in these states (all: None), those with a nonce first, then oldest first."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.payments.find(states=states, limit=limit)


def get_request(bank: Bank, request_id: str, *, by: Session) -> IssuedRequest:
    """Return a request with its state and what was credited for it; raises NotFound, IntegrityError."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return check_address(uow, uow.requests.get(request_id))


def request_deposits(bank: Bank, request_id: str, *, by: Session) -> list[Deposit]:
    """Return every deposit that came to a request's address, in chain order."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.deposits.find(request_id=request_id)


def find_customers(bank: Bank, text: str, *, by: Session, limit: int = 50) -> list[Customer]:
    """Return customers whose number or name contains `text`, ignoring case."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.customers.find(text, limit=limit)


def balances(bank: Bank, customer_id: str, *, by: Session) -> list[Amount]:
    """Return what a customer has, one amount an asset; raises NotFound."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        uow.customers.get(customer_id)
        accounts = uow.ledger.accounts(kind=AccountKind.CUSTOMER, owner=customer_id)
        return [Amount(uow.assets.get(account.asset_id).asset, account.posted_units) for account in accounts]


def list_assets(bank: Bank) -> list[RegisteredAsset]:
    """Return every asset of the bank with whether it may be used."""
    with bank.store.read() as uow:
        return uow.assets.all()


def find_asset(bank: Bank, name: str) -> Asset:
    """Return an asset by its id, or by its symbol where only one asset has it; raises NotFound."""
    known = [registered.asset for registered in list_assets(bank)]
    matches = [asset for asset in known if name in (asset.id, asset.symbol)]
    if len(matches) != 1:
        raise NotFound("no asset of this bank has that name, or several have", asset=name[:80])
    return matches[0]


def list_cases(bank: Bank, *, by: Session, open_only: bool = True) -> list[Case]:
    """Return cases, oldest first."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.cases.all(open_only=open_only)


def read_events(bank: Bank, *, by: Session, after: str = START, limit: int = 100) -> list[Event]:
    """Return what happened after a cursor, in order, none missed; raises InvalidInput for a bad cursor."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.outbox.after(after, limit=limit)
