"""Take into the books what the chain shows beyond them: the bank's own funding, or what nobody knows the sender of."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import ChainUnavailable, InvalidInput, WrongState
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import BANK, AccountKind
from tokenpay.money.address import Address
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import ON_ITS_WAY
from tokenpay.primitives.canonical import Value
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.first_of_two import FirstOfTwo
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def recognise_holding(bank: Bank, *, asset_id: str, by: Session, address: Address | None = None) -> int | None:
    """Book what an address of the bank holds on the chain beyond the books, and return those units.

    At an `address`, of a deposit or the treasury's own, it goes to suspense with a case. Without one it is what the
    treasury holds, and the bank's own money: funding. Once anything of the asset has left the treasury, it may be what
    a payee sent back, and two people call it funding: None is returned to the first, and the second, who is told of as
    many units within an hour, books them. Returns 0 where the chain holds no more than the books: what payments take
    out meanwhile makes it less.

    Raises InvalidInput for an address that is not the bank's, NotPermitted when the same person calls twice, WrongState
    while a sweep or a collection on its way may have brought it, or a deposit that is not judged yet did,
    ChainUnavailable.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CASE)
        asset = uow.assets.get(asset_id).asset
        chain_id = asset.chain_id or 0
        followed = uow.chains.get(chain_id)
        owner = address or followed.treasury
        if owner != followed.treasury and not uow.requests.by_address(chain_id, [owner]):
            raise InvalidInput("the address is not one of this bank's")
    holding = Holding(address=owner, contract=asset.contract)
    there = bank.chain(chain_id).holdings([holding], followed.final_number)[0]
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        custody = movements.custody_of(owner, asset_id)
        brings = Purpose.SWEEP if owner == followed.treasury else Purpose.COLLECTION
        coming = uow.payments.find(states=ON_ITS_WAY, chain_id=chain_id, purpose=brings)
        if any(payment.intent.amount.asset == asset for payment in coming):
            raise WrongState(f"a {brings} of this asset is on its way: what it brings is told from the books")
        if uow.chains.get(chain_id, lock=True).final_number != followed.final_number:
            raise ChainUnavailable("the books moved on while the chain was asked; try again", chain_id=chain_id)
        # A token that did not tell what the address holds: its deposits wait, while the books go on past their block.
        seen = uow.deposits.find(
            address=owner, chain_id=chain_id, states=[DepositState.SEEN], up_to_block=followed.final_number
        )
        if any(deposit.amount.asset == asset for deposit in seen):
            raise WrongState("a deposit to this address is not judged yet: it is told from the books")
        uow.ledger.lock([custody])
        beyond = uow.ledger.posted_beyond(followed.final_number, asset_ids=[asset_id]).get(custody.id, 0)
        units = there - (uow.ledger.locked(custody.id).posted_units - beyond)
        if units <= 0:
            return 0
        details: dict[str, Value] = {"units": str(units)}
        if address is None:
            if _has_left(uow, custody):
                first = _first(uow, bank, operator, custody, details)
                if not first:
                    return None
                details["with"] = first
            source = Account(kind=AccountKind.FUNDING, owner=BANK, asset_id=asset_id)
        else:
            case = enter_case(
                uow,
                bank,
                operator,
                kind=CaseKind.UNMATCHED_DEPOSIT,
                subject=f"{owner}@{followed.final_number}",
                note="the address holds more than its deposits brought",
            )
            source = Account(kind=AccountKind.SUSPENSE, owner=case.id, asset_id=asset_id)
        at_s, block_number = bank.clock.now_s(), followed.final_number
        movements.post_received(uow, bank, held=custody, owed=source, units=units, at_s=at_s, block_number=block_number)
        record(uow, bank, operator, "holding.recognised", custody.id, {**details, "to": source.kind.value})
        return units


def _has_left(uow: UnitOfWork, custody: Account) -> bool:
    """Tell whether anything but gas has left the treasury, or is about to: then it may come back."""
    held = uow.ledger.locked(custody.id)
    left_units = held.credits_posted + held.credits_pending
    gas = Account(kind=AccountKind.GAS, owner=BANK, asset_id=custody.asset_id)
    burned = next(iter(uow.ledger.accounts(kind=gas.kind, owner=gas.owner, asset_id=gas.asset_id)), gas)
    return left_units > burned.debits_posted + burned.debits_pending


def _first(uow: UnitOfWork, bank: Bank, operator: Operator, custody: Account, details: dict[str, Value]) -> str:
    """Return who called it the bank's own before, or note that somebody does and return an empty text."""
    asked = FirstOfTwo(fact=f"funding_asked/{custody.asset_id}", what=str(details["units"]))
    alone = "what may have come back to the treasury is called funding by two people"
    first = asked.second(uow, operator, at_s=bank.clock.now_s(), alone=alone)
    if not first:
        record(uow, bank, operator, "holding.funding_asked", custody.id, details)
    return first
