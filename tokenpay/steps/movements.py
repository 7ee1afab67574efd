"""The ledger's side of a payment: which accounts it moves, reserved, posted or given back."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Transfer, TransferState
from tokenpay.payments.intent import BookParty, ChainParty, Intent, Purpose
from tokenpay.payments.payment import Payment, Reason
from tokenpay.steps.identifiers import new_id
from tokenpay.store.unit_of_work import UnitOfWork


def accounts_of(uow: UnitOfWork, intent: Intent) -> tuple[Account, Account] | None:
    """Return (debited, credited) of an intent, or None where its own money does not move: a collection, a no-op."""
    asset_id = intent.amount.asset.id
    if intent.purpose in (Purpose.COLLECTION, Purpose.FILL):
        return None
    debtor, creditor = intent.debtor, intent.creditor
    if intent.purpose is Purpose.SWEEP and isinstance(debtor, ChainParty) and isinstance(creditor, ChainParty):
        return _custody(creditor.address.text, asset_id), _custody(debtor.address.text, asset_id)
    if not isinstance(debtor, BookParty):
        raise IntegrityError("money leaves from an account of this bank", payment=intent.uetr)
    debit = Account(kind=debtor.kind, owner=debtor.owner, asset_id=asset_id)
    if isinstance(creditor, BookParty):
        return debit, Account(kind=creditor.kind, owner=creditor.owner, asset_id=asset_id)
    return debit, _custody(uow.chains.get(creditor.chain_id).treasury.text, asset_id)


def lack(uow: UnitOfWork, intent: Intent) -> tuple[Reason, ...]:
    """Lock an intent's accounts and return why they cannot pay it, or nothing."""
    pair = accounts_of(uow, intent)
    if pair is None:
        return ()
    uow.ledger.lock(pair)
    debit, credit = (uow.ledger.locked(account.id) for account in pair)
    reasons = []
    if debit.kind is not AccountKind.CUSTODY and (debit.available_units or 0) < intent.amount.units:
        reasons.append(Reason(code="funds.insufficient", message="the account has less available than the amount"))
    if credit.kind is AccountKind.CUSTODY and (credit.available_units or 0) < intent.amount.units:
        reasons.append(_treasury_short(uow, intent, credit))
    return tuple(reasons)


def _treasury_short(uow: UnitOfWork, intent: Intent, treasury: Account) -> Reason:
    others = uow.ledger.accounts(kind=AccountKind.CUSTODY, asset_id=treasury.asset_id)
    elsewhere = [account for account in others if account.id != treasury.id and account.available_units]
    missing = intent.amount.units - (treasury.available_units or 0)
    reachable = sum(account.available_units or 0 for account in elsewhere)
    message = f"the treasury holds {missing} units too few"
    if reachable >= missing:
        message += f"; a sweep of {len(elsewhere)} deposit addresses brings {reachable}"
    return Reason(code="treasury.short", message=message)


def reserve(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str | None) -> None:
    """Enter a payment's transfer as pending; its accounts are locked."""
    pair = accounts_of(uow, payment.intent)
    if pair is not None:
        uow.ledger.reserve(_transfer(bank, payment, pair, payment.intent.amount.units, clearance_id))


def post_now(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str) -> None:
    """Post a new book payment's transfer; its accounts are locked."""
    pair = accounts_of(uow, payment.intent)
    if pair is None:
        raise IntegrityError("a book payment moves money between two accounts", payment=payment.id)
    transfer = _transfer(bank, payment, pair, payment.intent.amount.units, clearance_id)
    uow.ledger.post(transfer, at_s=bank.clock.now_s())


def post_held(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str) -> None:
    """Post the transfer that was reserved while a book payment was held."""
    pending = pending_of(uow, payment.id)
    if not pending:
        raise IntegrityError("a held payment has its funds reserved", payment=payment.id)
    uow.ledger.post_pending(pending[0], at_s=bank.clock.now_s(), clearance_id=clearance_id)


def reserve_gas(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str) -> None:
    """Reserve the most a payment's transaction may cost, from the treasury's native coin; some chains ask nothing."""
    if not payment.fee_cap_wei:
        return
    chain = uow.chains.get(payment.intent.amount.asset.chain_id or 0)
    gas = Account(kind=AccountKind.GAS, owner="bank", asset_id=chain.native_asset_id)
    treasury = _custody(chain.treasury.text, chain.native_asset_id)
    uow.ledger.lock([gas, treasury])
    uow.ledger.reserve(_transfer(bank, payment, (gas, treasury), payment.fee_cap_wei, clearance_id))


def pending_of(uow: UnitOfWork, payment_id: str) -> list[Transfer]:
    """Return a payment's pending transfers with their accounts locked."""
    pending = [t for t in uow.ledger.transfers(payment_id=payment_id) if t.state is TransferState.PENDING]
    uow.ledger.lock_transfers(pending)
    return pending


def post_received(
    uow: UnitOfWork,
    bank: Bank,
    *,
    custody: Account,
    owed: Account,
    units: int,
    block_number: int,
    deposit_id: str | None = None,
) -> None:
    """Post what the bank holds more at a final block, and on which account it stands."""
    at_s = bank.clock.now_s()
    uow.ledger.lock([custody, owed])
    uow.ledger.post(
        Transfer(
            id=new_id(bank, "TR"),
            debit=custody.id,
            credit=owed.id,
            asset_id=custody.asset_id,
            units=units,
            state=TransferState.POSTED,
            created_at_s=at_s,
            deposit_id=deposit_id,
        ),
        at_s=at_s,
        block_number=block_number,
    )


def post_gas(
    uow: UnitOfWork, bank: Bank, reserved: Transfer, clearance_id: str, *, fee_wei: int, block_number: int
) -> None:
    """Post what the gas really cost, beyond the reserve too: some chains add a fee that nobody could bound before."""
    at_s = bank.clock.now_s()
    within = min(fee_wei, reserved.units)
    uow.ledger.post_pending(reserved, at_s=at_s, clearance_id=clearance_id, units=within, block_number=block_number)
    if fee_wei > within:
        more = replace(reserved, id=new_id(bank, "TR"), units=fee_wei - within, clearance_id=clearance_id)
        uow.ledger.post(more, at_s=at_s, block_number=block_number)


def give_back(uow: UnitOfWork, payment: Payment) -> None:
    """Void what a payment had reserved, take it out of the day's limits, and free an authorization it did not carry."""
    if payment.nonce is None:
        uow.carried.drop(payment.id)
    uow.limits.give_back(payment.id, units=payment.intent.amount.units)
    for transfer in pending_of(uow, payment.id):
        uow.ledger.void(transfer)


def _custody(owner: str, asset_id: str) -> Account:
    return Account(kind=AccountKind.CUSTODY, owner=owner, asset_id=asset_id)


def _transfer(
    bank: Bank, payment: Payment, pair: tuple[Account, Account], units: int, clearance_id: str | None
) -> Transfer:
    debit, credit = pair
    return Transfer(
        id=new_id(bank, "TR"),
        debit=debit.id,
        credit=credit.id,
        asset_id=debit.asset_id,
        units=units,
        state=TransferState.PENDING,
        created_at_s=bank.clock.now_s(),
        payment_id=payment.id,
        clearance_id=clearance_id,
    )
