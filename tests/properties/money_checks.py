"""What is true of a bank's books at every moment, whatever just happened to it."""

from collections import Counter, defaultdict
from typing import Protocol

from sqlalchemy import select

from tokenpay.audit.record import AuditHead, verify_stream
from tokenpay.bank import Bank
from tokenpay.compliance.limits import maker_counter
from tokenpay.ethereum.observed import Receipt
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Transfer, TransferState
from tokenpay.money.address import Address
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.deposit import Deposit, DepositOutcome, DepositState
from tokenpay.payments.intent import BookParty, ChainParty, Purpose
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.store.tables import batch_outcomes, keys, limit_counters, signed, transfers
from tokenpay.store.unit_of_work import UnitOfWork

_S = PaymentState
_NOTHING_LEFT = {_S.FAILED, _S.REFUSED, _S.CANCELLED, _S.EXPIRED}
_UNLIMITED = {Purpose.SWEEP, Purpose.FILL, Purpose.COLLECTION, Purpose.REVERSAL}
_ON_ITS_WAY = {_S.ASSIGNED, _S.SIGNED, _S.SENT, _S.INCLUDED}


class Checked(Protocol):
    """A bank, and what its chain says whatever its node does."""

    @property
    def bank(self) -> Bank: ...

    def held(self, contract: Address | None, who: Address, *, block: int = -1) -> int: ...

    def receipts(self) -> list[Receipt]:
        """Return the receipt of every transaction of the treasury on the chain as it stands."""


def check_books(small: Checked) -> None:
    """Assert everything below in one consistent view of the database."""
    with small.bank.store.read() as uow:
        accounts = uow.ledger.accounts()
        payments = uow.payments.find(limit=10**6)
        check_both_sides_agree(accounts)
        check_entries_replay(uow, accounts)
        check_custody_is_on_the_chain(small, uow, accounts)
        check_transfers(uow, payments)
        check_customers(uow, accounts, payments)
        check_limits(uow, payments)
        check_keys(uow, payments)
        check_nothing_is_paid_twice(small, uow, payments)
        for head in uow.audit.heads():
            assert verify_stream(uow.audit.records(head.stream), AuditHead(stream=head.stream)) == head


def check_both_sides_agree(accounts: list[Account]) -> None:
    """For each asset debits equal credits, posted and pending, and no bounded account is overdrawn."""
    totals: Counter[tuple[str, str]] = Counter()
    for account in accounts:
        totals[account.asset_id, "posted"] += account.debits_posted - account.credits_posted
        totals[account.asset_id, "pending"] += account.debits_pending - account.credits_pending
        assert account.available_units is None or account.available_units >= 0, account
    assert not any(totals.values()), totals


def check_entries_replay(uow: UnitOfWork, accounts: list[Account]) -> None:
    """An account's posted totals are the sums of its entries, and its pending ones those of pending transfers."""
    pending: Counter[tuple[str, str]] = Counter()
    for row in uow.connection.execute(select(transfers).where(transfers.c.state == TransferState.PENDING)):
        pending[row.debit_account, "debit"] += row.units
        pending[row.credit_account, "credit"] += row.units
    for account in accounts:
        replayed = Counter({"debit": 0, "credit": 0})
        entries = uow.ledger.entries(account.id, limit=10**6)
        for seq, entry in enumerate(entries, 1):
            replayed[entry.side] += entry.units
            assert (entry.seq, entry.debits_after, entry.credits_after) == (seq, replayed["debit"], replayed["credit"])
        assert (account.debits_posted, account.credits_posted) == (replayed["debit"], replayed["credit"]), account
        assert account.version == len(entries)
        assert account.debits_pending == pending[account.id, "debit"], account
        assert account.credits_pending == pending[account.id, "credit"], account


def check_custody_is_on_the_chain(small: Checked, uow: UnitOfWork, accounts: list[Account]) -> None:
    """What the books say of an address as of the last final block is what the chain holds there in that block."""
    followed = uow.chains.all()[0]
    for account in accounts:
        if account.kind is AccountKind.CUSTODY:
            booked = sum(
                entry.units if entry.side == "debit" else -entry.units
                for entry in uow.ledger.entries(account.id, limit=10**6)
                if (entry.block_number or 0) <= followed.final_number
            )
            contract = uow.assets.get(account.asset_id).asset.contract
            held = small.held(contract, Address.parse(account.owner), block=followed.final_number)
            assert booked == held, (account, followed.final_number, held)


def check_transfers(uow: UnitOfWork, payments: list[Payment]) -> None:
    """Each payment and deposit has moved exactly what its state says."""
    of_payment, of_deposit = defaultdict(list), defaultdict(list)
    for row in uow.connection.execute(select(transfers.c.payment_id, transfers.c.deposit_id).distinct()):
        if row.payment_id:
            of_payment[row.payment_id] = uow.ledger.transfers(payment_id=row.payment_id)
        elif row.deposit_id:
            of_deposit[row.deposit_id] = uow.ledger.transfers(deposit_id=row.deposit_id)
    assert set(of_payment) <= {payment.id for payment in payments}
    for payment in payments:
        _check_payment(payment, of_payment[payment.id])
    deposits = uow.deposits.find(limit=10**6)
    assert set(of_deposit) == {deposit.id for deposit in deposits}
    for deposit in deposits:
        _check_deposit(deposit, of_deposit[deposit.id])


def _check_payment(payment: Payment, moved: list[Transfer]) -> None:
    asset_id = payment.intent.amount.asset.id
    own = [transfer for transfer in moved if transfer.asset_id == asset_id]
    gas = [transfer for transfer in moved if transfer.asset_id != asset_id]
    if payment.state is _S.FINAL:
        expected = TransferState.POSTED
    else:
        expected = TransferState.VOIDED if payment.state in _NOTHING_LEFT else TransferState.PENDING
    if payment.intent.purpose in (Purpose.COLLECTION, Purpose.FILL):
        gas, own = moved, []
    else:
        assert [transfer.state for transfer in own] == [expected], payment
        assert own[0].units == payment.intent.amount.units
        assert expected is not TransferState.POSTED or own[0].posted_units == own[0].units
    stands = [transfer.state for transfer in gas if transfer.state is not TransferState.VOIDED]  # fees may have risen
    if payment.state in _ON_ITS_WAY:
        assert stands == [TransferState.PENDING], payment
    elif payment.state in (_S.FINAL, _S.FAILED) and payment.nonce is not None:
        assert stands == [TransferState.POSTED], payment
    else:
        assert stands == [], payment


def _check_deposit(deposit: Deposit, moved: list[Transfer]) -> None:
    states = Counter(transfer.state for transfer in moved)
    posted_units = sum(transfer.posted_units for transfer in moved)
    if deposit.state is DepositState.FINAL:
        assert not states[TransferState.PENDING], deposit
        assert (posted_units > 0) is (deposit.outcome is not DepositOutcome.NOTHING), deposit
        assert posted_units <= deposit.amount.units
        assert deposit.outcome is not DepositOutcome.CREDITED or posted_units == deposit.amount.units
    else:
        assert posted_units == 0
        assert states[TransferState.PENDING] == (1 if deposit.state is DepositState.SEEN else 0), deposit


def check_customers(uow: UnitOfWork, accounts: list[Account], payments: list[Payment]) -> None:
    """A customer has what deposits brought them, plus final payments to them, less final payments by them."""
    expected: Counter[tuple[str, str]] = Counter()
    for payment in payments:
        if payment.state is _S.FINAL:
            for party, sign in ((payment.intent.debtor, -1), (payment.intent.creditor, 1)):
                if isinstance(party, BookParty):
                    expected[str(party), payment.intent.amount.asset.id] += sign * payment.intent.amount.units
    for row in uow.connection.execute(select(transfers).where(transfers.c.deposit_id.is_not(None))):
        expected[row.credit_account.rsplit("/eip155", 1)[0], row.asset_id] += row.posted_units
    for account in accounts:
        if account.kind is AccountKind.CUSTOMER:
            assert account.posted_units == expected[f"{account.kind}/{account.owner}", account.asset_id], account


def check_limits(uow: UnitOfWork, payments: list[Payment]) -> None:
    """The day's counters are the sums of the payments of that day that are held, on their way or paid."""
    hours = uow.policies.newest().hours
    expected: Counter[tuple[str, str, str]] = Counter()
    for payment in payments:
        intent = payment.intent
        if payment.state in _NOTHING_LEFT or intent.purpose in _UNLIMITED:
            continue
        sides = (intent.debtor, intent.creditor) if intent.purpose is Purpose.EXCHANGE else (intent.debtor,)
        named = [str(side) for side in sides if isinstance(side, BookParty) and side.kind is AccountKind.CUSTOMER]
        maker = maker_counter(intent.maker, uow.operators.get(intent.maker).role)
        for scope in (maker, *named):
            for amount in intent.amounts:
                expected[scope, amount.asset.id, hours.day(intent.created_at_s)] += amount.units
    rows = uow.connection.execute(select(limit_counters))
    used = Counter({(row.scope, row.asset_id, row.day): row.used_units for row in rows})
    assert +used == +expected
    policy = uow.policies.newest()
    for (scope, asset_id, _), units in used.items():
        limits = policy.limits[asset_id]
        assert units <= (limits.customer_day_units if scope.startswith("customer/") else limits.operator_day_units)


def check_keys(uow: UnitOfWork, payments: list[Payment]) -> None:
    """Each payment stands for one key, or one line of a batch's, and each of these for one that is there."""
    bound = uow.connection.execute(select(keys.c.result_id).where(keys.c.verb.in_(list(Purpose)))).scalars()
    lines = select(batch_outcomes.c.payment_id).where(batch_outcomes.c.payment_id.is_not(None))
    in_batches = uow.connection.execute(lines).scalars()
    assert Counter([*bound, *in_batches]) == Counter(payment.id for payment in payments)


def check_nothing_is_paid_twice(small: Checked, uow: UnitOfWork, payments: list[Payment]) -> None:
    """The chain carries at most one transaction of each payment, and an outsider holds what was paid to them."""
    versions = [SignedPayment(**row._mapping) for row in uow.connection.execute(select(signed))]
    payment_of = {version.transaction_hash: version.payment_id for version in versions}
    no_ops = {version.transaction_hash for version in versions if version.pays_nobody()}
    receipts = small.receipts()
    times = Counter(payment_of[receipt.transaction_hash] for receipt in receipts)
    assert all(once == 1 for once in times.values()), times
    paid = {receipt.transaction_hash for receipt in receipts if receipt.succeeded} - no_ops
    left = {payment_of[hash] for hash in paid}
    nonces = [payment.nonce for payment in payments if payment.nonce is not None]
    assert len(nonces) == len(set(nonces))
    due: Counter[tuple[Address | None, Address]] = Counter()
    for payment in payments:
        intent, creditor = payment.intent, payment.intent.creditor
        if intent.purpose not in (Purpose.PAYMENT, Purpose.REFUND) or not isinstance(creditor, ChainParty):
            continue
        assert payment.id in left or payment.state is not _S.FINAL, payment
        assert payment.id not in left or payment.state not in _NOTHING_LEFT, payment
        due[intent.amount.asset.contract, creditor.address] += intent.amount.units if payment.id in left else 0
    for (contract, outsider), units in due.items():
        assert small.held(contract, outsider) == units, outsider
