"""The ledger's side of a payment or a deposit: which accounts it moves, reserved, posted or given back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import ASSETS, BANK, LIABILITIES, AccountKind
from tokenpay.ledger.transfer import Transfer, TransferState
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.payments.intent import BookParty, ChainParty, Intent, Purpose
from tokenpay.payments.payment import Payment, Reason
from tokenpay.steps.identifiers import new_id_in_time
from tokenpay.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer of a payment's own money; in a drawer it belongs to the shift that the intent names."""

    debit: Account
    credit: Account
    units: int

    @property
    def in_drawer(self) -> bool:
        return AccountKind.DRAWER in (self.debit.kind, self.credit.kind)


def legs_of(uow: UnitOfWork, intent: Intent) -> tuple[Leg, ...]:
    """Return what an intent moves: nothing where its own money does not (a collection, a no-op), else one leg.

    An exchange has its tokens, the cash in the drawer and, where there is one, the fee out of the bank's position.
    """
    pair = _pair_of(uow, intent)
    if pair is None:
        return ()
    tokens = Leg(*pair, intent.amount.units)
    cash = intent.cash
    if cash is None:
        return (tokens,)
    asset_id = cash.amount.asset.id
    drawer = Account(kind=AccountKind.DRAWER, owner=cash.drawer, asset_id=asset_id)
    position = Account(kind=AccountKind.CONVERSION, owner=BANK, asset_id=asset_id)
    fees = Account(kind=AccountKind.FEES, owner=BANK, asset_id=asset_id)
    over_the_counter = (drawer, position) if intent.cash_comes_in else (position, drawer)
    legs = (tokens, Leg(*over_the_counter, cash.amount.units))
    return (*legs, Leg(position, fees, cash.fee.units)) if cash.fee else legs


def accounts_of(uow: UnitOfWork, intent: Intent) -> list[Account]:
    """Return every account that an intent is locked with: what it moves, and what its lack is told by."""
    return _accounts_of(legs_of(uow, intent))


def units_of(intent: Intent) -> dict[str, int]:
    """Return what an intent counts as in the day's limits, by asset id."""
    return {amount.asset.id: amount.units for amount in intent.amounts}


def _pair_of(uow: UnitOfWork, intent: Intent) -> tuple[Account, Account] | None:
    asset_id = intent.amount.asset.id
    if intent.purpose in (Purpose.COLLECTION, Purpose.FILL):
        return None
    debtor, creditor = intent.debtor, intent.creditor
    if intent.purpose is Purpose.SWEEP and isinstance(debtor, ChainParty) and isinstance(creditor, ChainParty):
        return custody_of(creditor.address, asset_id), custody_of(debtor.address, asset_id)
    if not isinstance(debtor, BookParty):
        raise IntegrityError("money leaves from an account of this bank", payment=intent.uetr)
    payer = Account(kind=debtor.kind, owner=debtor.owner, asset_id=asset_id)
    if isinstance(creditor, BookParty):
        payee = Account(kind=creditor.kind, owner=creditor.owner, asset_id=asset_id)
        # What the bank owes goes down by a debit and up by a credit; what it has, and where that came from, otherwise.
        return (payer, payee) if LIABILITIES & {payer.kind, payee.kind} else (payee, payer)
    return payer, custody_of(uow.chains.treasury(creditor.chain_id), asset_id)


def lack(uow: UnitOfWork, intent: Intent) -> tuple[Reason, ...]:
    """Lock an intent's accounts and return why they cannot pay it, or nothing."""
    legs = legs_of(uow, intent)
    uow.ledger.lock(_accounts_of(legs))
    return tuple(reason for leg in legs for reason in _lack(uow, intent, leg))


def _accounts_of(legs: Sequence[Leg]) -> list[Account]:
    also = [account for leg in legs if _is_sale(leg) for account in _own_of(leg)]
    return [account for leg in legs for account in (leg.debit, leg.credit)] + also


def _lack(uow: UnitOfWork, intent: Intent, leg: Leg) -> Iterator[Reason]:
    debit, credit = uow.ledger.locked(leg.debit.id), uow.ledger.locked(leg.credit.id)
    for gives, account in ((debit.kind in LIABILITIES, debit), (credit.kind in ASSETS, credit)):
        if not gives or (account.available_units or 0) >= leg.units:
            continue
        if account.kind is AccountKind.CUSTODY:
            yield _treasury_short(uow, intent, account)
        else:
            place = "drawer" if account.kind is AccountKind.DRAWER else "account"
            yield Reason(code="funds.insufficient", message=f"the {place} has less available than the amount")
    if _is_sale(leg):
        funding, lost = (uow.ledger.locked(account.id) for account in _own_of(leg))
        own_units = sum(account.posted_units - account.debits_pending for account in (debit, funding))
        if own_units - lost.posted_units < leg.units:
            yield Reason(code="exchange.position", message="the bank has fewer tokens of its own than the amount")


def _is_sale(leg: Leg) -> bool:
    """Whether the bank would owe a customer tokens that it must have beyond what it owes already."""
    return leg.debit.kind is AccountKind.CONVERSION and leg.credit.kind is AccountKind.CUSTOMER


def _own_of(leg: Leg) -> tuple[Account, Account]:
    """Return where the bank's own tokens came from beside its position, and where some of them were lost."""
    funding = Account(kind=AccountKind.FUNDING, owner=BANK, asset_id=leg.debit.asset_id)
    return funding, lost_on_the_way(leg.debit.asset_id)


def _treasury_short(uow: UnitOfWork, intent: Intent, treasury: Account) -> Reason:
    others = uow.ledger.accounts(kind=AccountKind.CUSTODY, asset_id=treasury.asset_id, available_units=1)
    elsewhere = [account for account in others if account.id != treasury.id]
    missing = intent.amount.units - (treasury.available_units or 0)
    reachable = sum(account.available_units or 0 for account in elsewhere)
    asset = intent.amount.asset
    message = f"the treasury holds {Amount(asset, missing)} too few"
    if reachable >= missing:
        message += f"; a sweep of {len(elsewhere)} deposit addresses brings {Amount(asset, reachable)}"
    return Reason(code="treasury.short", message=message)


def reserve(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str | None) -> None:
    """Enter a payment's transfers as pending; their accounts are locked."""
    for leg in legs_of(uow, payment.intent):
        uow.ledger.reserve(_of_payment(bank, leg, payment, clearance_id=clearance_id))


def post_now(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str) -> None:
    """Post a new book payment's transfers; their accounts are locked."""
    legs = legs_of(uow, payment.intent)
    if not legs:
        raise IntegrityError("a book payment moves money between two accounts", payment=payment.id)
    for leg in legs:
        uow.ledger.post(_of_payment(bank, leg, payment, clearance_id=clearance_id), at_s=bank.clock.now_s())


def post_held(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str) -> None:
    """Post the transfers that were reserved while a book payment was held."""
    pending = pending_of(uow, payment_id=payment.id)
    if len(pending) != len(legs_of(uow, payment.intent)):
        raise IntegrityError("a held payment has its funds reserved", payment=payment.id)
    for transfer in pending:
        uow.ledger.post_pending(transfer, at_s=bank.clock.now_s(), clearance_id=clearance_id)


def reserve_gas(uow: UnitOfWork, bank: Bank, payment: Payment, *, clearance_id: str) -> None:
    """Reserve the most a payment's transaction may cost, from the treasury's native coin; some chains ask nothing."""
    if not payment.fee_cap_wei:
        return
    pair = gas_pair(uow, payment.intent.amount.asset.chain_id or 0)
    uow.ledger.lock(pair)
    uow.ledger.reserve(_transfer(bank, pair, payment.fee_cap_wei, payment_id=payment.id, clearance_id=clearance_id))


def gas_pair(uow: UnitOfWork, chain_id: int) -> tuple[Account, Account]:
    """Return the accounts between which a transaction's gas moves: what it costs, and the treasury's coin."""
    coin = uow.chains.native_asset_id(chain_id)
    gas = Account(kind=AccountKind.GAS, owner=BANK, asset_id=coin)
    return gas, custody_of(uow.chains.treasury(chain_id), coin)


def pending_of_all(uow: UnitOfWork, payment_ids: Collection[str]) -> dict[str, list[Transfer]]:
    """Return the pending transfers of each of these payments; no account is locked."""
    found: dict[str, list[Transfer]] = {id: [] for id in payment_ids}
    for transfer in uow.ledger.transfers_of(payment_ids):
        if transfer.state is TransferState.PENDING and transfer.payment_id is not None:
            found[transfer.payment_id].append(transfer)
    return found


def pending_of(uow: UnitOfWork, *, also: Collection[Account] = (), **cause: str) -> list[Transfer]:
    """Return the pending transfers of a payment (`payment_id`) or a deposit (`deposit_id`), their accounts locked.

    So are those that are named `also`.
    """
    pending = [t for t in uow.ledger.transfers(**cause) if t.state is TransferState.PENDING]
    uow.ledger.lock_transfers(pending, also)
    return pending


def reserve_incoming(uow: UnitOfWork, bank: Bank, *, held: Account, owed: Account, units: int, deposit_id: str) -> None:
    """Enter a deposit's transfer as pending; its accounts are locked."""
    uow.ledger.reserve(_transfer(bank, (held, owed), units, deposit_id=deposit_id))


def post_received(
    uow: UnitOfWork,
    bank: Bank,
    *,
    held: Account,
    owed: Account,
    units: int,
    at_s: int,
    block_number: int,
    deposit_id: str | None = None,
) -> None:
    """Post what the bank holds more at a final block, and on which account it stands."""
    uow.ledger.lock([held, owed])
    transfer = _transfer(bank, (held, owed), units, deposit_id=deposit_id)
    uow.ledger.post(transfer, at_s=at_s, block_number=block_number)


def post_gas(
    uow: UnitOfWork, bank: Bank, reserved: Transfer, clearance_id: str, *, fee_wei: int, block_number: int
) -> None:
    """Post what the gas really cost, beyond the reserve too: some chains add a fee that nobody could bound before."""
    at_s = bank.clock.now_s()
    within = min(fee_wei, reserved.units)
    uow.ledger.post_pending(reserved, at_s=at_s, clearance_id=clearance_id, units=within, block_number=block_number)
    if fee_wei > within:
        more = replace(reserved, id=new_id_in_time(bank, "TR"), units=fee_wei - within, clearance_id=clearance_id)
        uow.ledger.post(more, at_s=at_s, block_number=block_number)


def lost_on_the_way(asset_id: str) -> Account:
    """Return the account of what left an address of the bank and came to no other: what a token kept of a sweep."""
    return Account(kind=AccountKind.VARIANCE, owner=BANK, asset_id=asset_id)


def post_moved(
    uow: UnitOfWork,
    bank: Bank,
    reserved: Transfer,
    clearance_id: str,
    *,
    left_units: int,
    came_units: int,
    block_number: int,
) -> None:
    """Post what came of what was reserved, and as lost what left beside it: the bank holds so much less."""
    at_s = bank.clock.now_s()
    left_units = min(left_units, reserved.units)
    units = min(came_units, left_units)
    lost_units = left_units - units
    if units:
        uow.ledger.post_pending(reserved, at_s=at_s, clearance_id=clearance_id, units=units, block_number=block_number)
    else:
        uow.ledger.void(reserved)
    if lost_units:
        lost = lost_on_the_way(reserved.asset_id).id
        loss = replace(reserved, id=new_id_in_time(bank, "TR"), debit=lost, units=lost_units, clearance_id=clearance_id)
        uow.ledger.post(loss, at_s=at_s, block_number=block_number)


def give_back(uow: UnitOfWork, payment: Payment) -> None:
    """Void what a payment had reserved, take it out of the day's limits, and free an authorization it did not carry."""
    if payment.nonce is None:
        uow.carried.drop(payment.id)
    uow.limits.give_back(payment.id, units=units_of(payment.intent))
    for transfer in pending_of(uow, payment_id=payment.id):
        uow.ledger.void(transfer)


def custody_of(address: Address, asset_id: str) -> Account:
    """Return the account of what an address of the bank holds."""
    return Account(kind=AccountKind.CUSTODY, owner=address.text, asset_id=asset_id)


def _of_payment(bank: Bank, leg: Leg, payment: Payment, *, clearance_id: str | None) -> Transfer:
    pair = (leg.debit, leg.credit)
    transfer = _transfer(bank, pair, leg.units, payment_id=payment.id, clearance_id=clearance_id)
    return replace(transfer, shift_id=payment.intent.related) if leg.in_drawer else transfer


def _transfer(
    bank: Bank,
    pair: tuple[Account, Account],
    units: int,
    *,
    payment_id: str | None = None,
    deposit_id: str | None = None,
    clearance_id: str | None = None,
) -> Transfer:
    debit, credit = pair
    return Transfer(
        id=new_id_in_time(bank, "TR"),
        debit=debit.id,
        credit=credit.id,
        asset_id=debit.asset_id,
        units=units,
        state=TransferState.PENDING,
        created_at_s=bank.clock.now_s(),
        payment_id=payment_id,
        deposit_id=deposit_id,
        clearance_id=clearance_id,
    )
