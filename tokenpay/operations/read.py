"""Look things up: payments, requests, customers, cases, the rules, the people and the feed of events."""

from collections.abc import Collection, Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import NotFound
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.customer import Customer
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import Deposit
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.requests.request_state import RequestState
from tokenpay.requests.signed_request import BankKey
from tokenpay.steps.authorize import authorize, payee_of, whose
from tokenpay.steps.own_address import check_address, is_own
from tokenpay.steps.request_proof import own_key
from tokenpay.steps.shown import case_shown, deposit_shown, event_shown, shown
from tokenpay.store.asset_store import RegisteredAsset
from tokenpay.store.outbox_store import START, Event
from tokenpay.store.request_store import IssuedRequest


def get_payment(bank: Bank, payment_id: str, *, by: Session) -> Payment:
    """Return a payment as it stands now; raises NotFound."""
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ, of=lambda: whose(uow.payments.get(payment_id)))
        return shown(operator, uow.payments.get(payment_id))


def payment_of_key(bank: Bank, key: str, *, by: Session) -> Payment | None:
    """Return what a key stands for: how a terminal asks, after a crash, whether its payment was made."""
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ, of=(by.operator.customer_id,))
        payment_id = uow.keys.result(key)
        try:
            payment = None if payment_id is None else uow.payments.get(payment_id)
        except NotFound:
            return None
        if payment is None or (operator.role is Role.CUSTOMER and operator.customer_id not in whose(payment)):
            return None
        return shown(operator, payment)


def find_payments(
    bank: Bank,
    *,
    by: Session,
    states: Iterable[PaymentState] | None = None,
    related: str | None = None,
    limit: int = 100,
) -> list[Payment]:
    """Return payments in these states (all: None), those with a nonce first, then oldest first.

    `related` asks for those about one payment, case or shift: its refunds and reversal, or the cash it moved.
    One whose row cannot be read is left out, so that a list shows the others: `get_payment` raises at it.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.payments.find(states=states, related=related, limit=limit, whole=False)


def get_request(bank: Bank, request_id: str, *, by: Session) -> IssuedRequest:
    """Return a request with its state and what was credited for it; raises NotFound, IntegrityError."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ, of=lambda: payee_of(uow, request_id))
        return check_address(uow, uow.requests.get(request_id))


def bank_key(bank: Bank) -> BankKey:
    """Return the key that proves the bank's requests, to hand to whoever verifies them; raises NotFound."""
    with bank.store.read() as uow:
        return own_key(uow, bank)


def find_requests(
    bank: Bank,
    *,
    by: Session,
    customer_id: str | None = None,
    states: Iterable[RequestState] | None = None,
    limit: int = 100,
) -> list[IssuedRequest]:
    """Return requests for one customer (all: None) in these states (all: None), newest first.

    One that cannot be read, or whose address is not the bank's, is left out: `get_request` raises at it. Raises
    NotFound for an unknown customer.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ, of=() if customer_id is None else (customer_id,))
        if customer_id is not None:
            uow.customers.get(customer_id)
        found = uow.requests.find(payee=customer_id, states=states, limit=limit)
        return [issued for issued in found if is_own(uow, issued)]


def request_deposits(bank: Bank, request_id: str, *, by: Session) -> list[Deposit]:
    """Return every deposit that came to a request's address, in chain order."""
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ, of=lambda: payee_of(uow, request_id))
        return [deposit_shown(operator, deposit) for deposit in uow.deposits.find(request_id=request_id)]


def find_customers(bank: Bank, text: str, *, by: Session, limit: int = 50) -> list[Customer]:
    """Return customers with every word of `text` in their number or name: whatever order, case, accents or umlauts."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.customers.find(text, limit=limit)


def get_customer(bank: Bank, customer_id: str, *, by: Session) -> Customer:
    """Return the customer with exactly this number; raises NotFound."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ, of=(customer_id,))
        return uow.customers.get(customer_id)


def balances(bank: Bank, customer_id: str, *, by: Session) -> list[Amount]:
    """Return what a customer has, one amount an asset; raises NotFound."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ, of=(customer_id,))
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
    if not matches:
        raise NotFound("no asset of this bank has that name: `asset list` shows them", asset=name[:80])
    if len(matches) > 1:
        raise NotFound("several assets of this bank have that symbol: name one by its id", asset=name[:80])
    return matches[0]


def get_policy(bank: Bank, *, by: Session, version: int | None = None) -> Policy:
    """Return the policy in force, or another version that once was: limits in smallest units by asset id, and so on.

    Raises NotFound for a version that never was in force.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.policies.newest() if version is None else uow.policies.get(version)


def list_operators(bank: Bank, *, by: Session) -> list[Operator]:
    """Return who may act for the bank, by id, with role, branch and public key; never a password or a private key."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.operators.all()


def find_lists(bank: Bank, *, by: Session) -> list[ScreeningList]:
    """Return the screening lists in place, by name, each with its own date and how much stands on it."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return list(uow.lists.all())


def get_case(bank: Bank, case_id: str, *, by: Session) -> Case:
    """Return a case, open or resolved; raises NotFound.

    Who neither works on cases nor reports on them sees of one that is more than routine that it is there, and no more.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        return case_shown(operator, uow.cases.get(case_id))


def list_cases(
    bank: Bank, *, by: Session, open_only: bool = True, about: Collection[str] | None = None, newest: int | None = None
) -> list[Case]:
    """Return cases, oldest first, each as `get_case` does: about some payments, deposits or others, or of all.

    `newest`: of all, no more than so many, the last that were opened. Raises InvalidInput where that is less than one.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        if about is None:
            found = uow.cases.all(open_only=open_only, newest=newest)
        else:
            found = [case for case in uow.cases.about(about) if case.is_open or not open_only]
        return [case_shown(operator, case) for case in found]


def read_events(bank: Bank, *, by: Session, after: str = START, limit: int = 100) -> list[Event]:
    """Return what happened after a cursor, in order, none missed; raises InvalidInput for a bad cursor.

    Whoever does not work on cases is told that there is one, and nothing of what the bank looks for.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        return [event_shown(operator, event) for event in uow.outbox.after(after, limit=limit)]


def newest_event(bank: Bank, *, by: Session) -> str:
    """Return the cursor of the newest event, to read on from: what a new terminal begins with."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return uow.outbox.newest()
