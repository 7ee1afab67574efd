"""Take into the books what the chain shows beyond them: the bank's own funding, or money that came without a log."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import ChainUnavailable, InvalidInput, WrongState
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import BANK, AccountKind
from tokenpay.money.address import Address
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import ON_ITS_WAY
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.record import record


def recognise_holding(bank: Bank, *, asset_id: str, by: Session, address: Address | None = None) -> int:
    """Book what an address of the bank holds on the chain beyond the books, and return those units.

    At the treasury (no `address`) it is the bank's own money: funding. At a deposit address, such as
    native coin from a customer, it goes to suspense with a case. Raises InvalidInput for an address
    that is not the bank's, WrongState while a sweep or a collection on its way may have brought it, or a deposit that
    is not judged yet did, ChainUnavailable.
    Returns 0 where the chain holds no more than the books: what payments take out meanwhile makes it less.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CASE)
        asset = uow.assets.get(asset_id).asset
        chain_id = asset.chain_id or 0
        followed = uow.chains.get(chain_id)
        if address is not None and not uow.requests.by_address(chain_id, [address]):
            raise InvalidInput("the address is not one of this bank's deposit addresses")
    owner = address or followed.treasury
    holding = Holding(address=owner, contract=asset.contract)
    there = bank.chain(chain_id).holdings([holding], followed.final_number)[0]
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        custody = movements.custody_of(owner, asset_id)
        brings = Purpose.SWEEP if address is None else Purpose.COLLECTION
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
        if address is None:
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
        movements.post_received(uow, bank, held=custody, owed=source, units=units, block_number=followed.final_number)
        record(uow, bank, operator, "holding.recognised", custody.id, {"units": str(units), "to": source.kind.value})
        return units
