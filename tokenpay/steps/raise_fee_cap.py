"""Reserve more coin for the gas of a payment on its way: fees rose beyond what was reserved when it took its nonce."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.errors import InsufficientFunds
from tokenpay.ethereum.fees import Fees
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import IN_NO_BLOCK, Payment
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.fee_cap import fee_cap_wei
from tokenpay.steps.record import record


def raise_fee_cap(bank: Bank, payment: Payment, fees: Fees, *, gas_limit: int, by: Session) -> Payment:
    """Return the payment with the gas reserved that these fees ask for, with room for more where the treasury has it.

    No more than its chain's cap allows; as it is where that is no more than before. Raises InsufficientFunds where the
    treasury lacks the coin.
    """
    chain_id = payment.intent.amount.asset.chain_id or 0
    with bank.store.read() as uow:
        at_most_wei = fee_cap_wei(uow, bank, chain_id)
    try:
        room_wei = fees.room_wei(gas_limit, at_most_wei=at_most_wei)
        return _raised(bank, payment, room_wei, chain_id=chain_id, by=by)
    except InsufficientFunds:
        just_wei = min(at_most_wei, gas_limit * fees.max_fee_wei)
        return _raised(bank, payment, just_wei, chain_id=chain_id, by=by)


def _raised(bank: Bank, payment: Payment, cap_wei: int, *, chain_id: int, by: Session) -> Payment:
    if cap_wei <= (payment.fee_cap_wei or 0):
        return payment
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock(payment.id)
        if standing.state not in IN_NO_BLOCK or standing.fee_cap_wei != payment.fee_cap_wei:
            return standing  # another engine was quicker
        gas, _ = movements.gas_pair(uow, chain_id)
        for transfer in movements.pending_of(uow, payment_id=payment.id):
            if transfer.debit == gas.id:
                uow.ledger.void(transfer)
        raised = replace(standing, fee_cap_wei=cap_wei)
        movements.reserve_gas(uow, bank, raised, clearance_id=uow.clearances.of(payment.id).id)
        uow.payments.update(raised, was=standing.state)
        record(uow, bank, operator, "payment.gas_reserved", payment.id, {"fee_cap_wei": str(cap_wei)})
        return raised
