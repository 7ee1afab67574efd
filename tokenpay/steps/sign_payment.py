"""Have a payment signed, outside any unit of work, and store the bytes before anybody sends them."""

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError
from tokenpay.ethereum.fees import Fees, most_wei_per_gas
from tokenpay.ethereum.grants.authorization import Authorization, calldata
from tokenpay.ethereum.transaction import DynamicFeeTransaction, encode_unsigned
from tokenpay.ethereum.typed_data import Domain
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.outgoing import call_of
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.store.carried_store import Carried

_SIGNABLE = (PaymentState.ASSIGNED, PaymentState.SIGNED, PaymentState.SENT)
_SWEEP_LIFETIME_S = 7 * 86_400


def sign_payment(bank: Bank, payment: Payment, fees: Fees, *, version: int, by: Session) -> SignedPayment | None:
    """Return this version of a payment's transaction, signed and stored; the nonce stays.

    Where another engine was quicker it returns the version that stands, or None for a payment that was given up: what
    was signed here is then stored by nobody and sent by nobody. Raises SignerRefused, SignerUnavailable, IntegrityError
    when the signer answered with other content.
    """
    intent = payment.intent
    chain_id = intent.amount.asset.chain_id or 0
    with bank.store.read() as uow:
        carried = uow.carried.of(payment.id)
        clearance = uow.clearances.of(payment.id)
    call = call_of(intent, carried.calldata if carried else None)
    fees = fees.within(most_wei_per_gas(payment.fee_cap_wei, payment.gas_limit))
    transaction = DynamicFeeTransaction(
        chain_id=chain_id,
        nonce=payment.nonce if payment.nonce is not None else -1,
        max_priority_fee_wei=fees.priority_fee_wei,
        max_fee_wei=fees.max_fee_wei,
        gas_limit=payment.gas_limit or 0,
        to=call.to.raw,
        value_wei=call.value_wei,
        data=call.data,
    )
    done = bank.required_signer().sign_transaction(
        encode_unsigned(transaction), intent=intent, clearance=clearance, domain=_domain(bank, payment)
    )
    if done.transaction != transaction:
        raise IntegrityError("the signer signed something else than it was asked", payment=payment.id)
    signed = SignedPayment(
        payment_id=payment.id,
        version=version,
        chain_id=chain_id,
        nonce=transaction.nonce,
        raw=done.raw,
        transaction_hash=done.hash,
        max_fee_wei=fees.max_fee_wei,
        priority_fee_wei=fees.priority_fee_wei,
        signed_at_s=bank.clock.now_s(),
        clearance_id=clearance.id,
    )
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock(payment.id)
        versions = uow.attempts.signed(payment.id)
        if len(versions) != version - 1 or standing.state not in _SIGNABLE:
            return versions[-1] if versions else None
        uow.attempts.add_signed(signed)
        uow.payments.update(standing.to(PaymentState.SIGNED, at_s=signed.signed_at_s), was=standing.state)
        record(uow, bank, operator, "payment.signed", payment.id, {"transaction": signed.transaction_hash.hex()})
    return signed


def carry_sweep(bank: Bank, payment: Payment) -> None:
    """Have the deposit address of a sweep authorize it, once; stored, it is used for every version."""
    intent = payment.intent
    with bank.store.read() as uow:
        if uow.carried.of(payment.id) is not None:
            return
        clearance = uow.clearances.of(payment.id)
    domain = _domain(bank, payment)
    debtor, creditor = intent.debtor, intent.creditor
    if domain is None or not isinstance(debtor, ChainParty) or not isinstance(creditor, ChainParty):
        raise IntegrityError("a sweep moves tokens between two addresses of the bank", payment=payment.id)
    authorization = Authorization(
        domain=domain,
        sender=debtor.address,
        recipient=creditor.address,
        units=intent.amount.units,
        valid_after_s=0,
        valid_before_s=bank.clock.now_s() + _SWEEP_LIFETIME_S,
        nonce=intent.hash(),
        kind="receive",  # only the treasury can carry it: nobody else decides when it happens
    )
    index = payment.index if payment.index is not None else -1
    signed = bank.required_signer().sign_sweep(authorization, index=index, intent=intent, clearance=clearance)
    with bank.store.unit_of_work() as uow:
        uow.payments.lock(payment.id)
        if uow.carried.of(payment.id) is None:
            uow.carried.add(
                Carried(
                    payment_id=payment.id,
                    calldata=calldata(signed),
                    authorizer=debtor.address.text,
                    nonce=authorization.nonce,
                )
            )


def _domain(bank: Bank, payment: Payment) -> Domain | None:
    if payment.intent.purpose not in (Purpose.COLLECTION, Purpose.SWEEP):
        return None
    with bank.store.read() as uow:
        return uow.assets.get(payment.intent.amount.asset.id).domain()
