"""Have payments signed, outside any unit of work, and store the bytes before anybody sends them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError, SignerRefused, TokenpayError, WrongState
from tokenpay.ethereum.fees import Fees, most_wei_per_gas
from tokenpay.ethereum.grants.authorization import Authorization, calldata
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction, encode_unsigned
from tokenpay.ethereum.typed_data import Domain
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.outgoing import Call, call_of, no_op
from tokenpay.payments.payment import IN_NO_BLOCK, Payment, PaymentState
from tokenpay.ports import SigningRequest
from tokenpay.steps.authorize import authorize
from tokenpay.steps.groups import STAYS
from tokenpay.steps.never_signed import is_given_up
from tokenpay.steps.record import record
from tokenpay.store.carried_store import Carried
from tokenpay.store.unit_of_work import UnitOfWork

_SWEEP_LIFETIME_S = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """A payment that has its nonce, and at which fees this version of its transaction is to be signed.

    `instead` is the version before, where that is due to be sent again if this one is not signed. With `no_op_gas`, its
    gas limit, this version is a no-op that recalls the payment.
    """

    payment: Payment
    fees: Fees
    version: int
    instead: SignedPayment | None = None
    no_op_gas: int | None = None


def sign_payments(bank: Bank, asked: Sequence[ToSign], *, by: Session) -> list[SignedPayment | TokenpayError | None]:
    """Return each payment's transaction, signed and stored, or why it was not; the nonces stay.

    Where another engine was quicker it is the version that stands, or None for a payment that was given up: what was
    signed here is then stored by nobody and sent by nobody. An IntegrityError is told of a signer that answered with
    other content. Raises SignerUnavailable: then none was signed here.
    """
    if not asked:
        return []
    prepared = _prepare(bank, asked)
    requests = [each.request for each in prepared if isinstance(each, _Prepared)]
    answers = bank.required_signer().sign_transactions(requests)
    told = iter(answers)
    outcomes = [
        each.signed(next(told), of, at_s=bank.clock.now_s()) if isinstance(each, _Prepared) else each
        for each, of in zip(prepared, asked, strict=True)
    ]
    stands = _store(bank, [each for each in outcomes if isinstance(each, SignedPayment)], by=by)
    return [stands.get(each.payment_id) if isinstance(each, SignedPayment) else each for each in outcomes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    transaction: DynamicFeeTransaction
    request: SigningRequest

    def signed(
        self, answer: SignedTransaction | SignerRefused, asked: ToSign, *, at_s: int
    ) -> SignedPayment | SignerRefused | IntegrityError:
        if isinstance(answer, SignerRefused):
            return answer
        if answer.transaction != self.transaction:
            return IntegrityError("the signer signed something else than it was asked", payment=asked.payment.id)
        return SignedPayment.of(
            asked.payment.id,
            answer,
            self.transaction,
            version=asked.version,
            at_s=at_s,
            clearance_id=self.request.clearance.id,
        )


def _prepare(bank: Bank, asked: Sequence[ToSign]) -> list[_Prepared | TokenpayError]:
    """Return the transaction of each and what proves that it may be signed, or why there is none."""
    ids = [each.payment.id for each in asked]
    prepared: list[_Prepared | TokenpayError] = []
    with bank.store.read() as uow:
        carried = uow.carried.all_of(ids)
        uow.clearances.keep(ids)
        for each in asked:
            payment = each.payment
            try:
                transaction = _transaction(each, _call(uow, each, carried))
                request = SigningRequest(
                    unsigned=encode_unsigned(transaction),
                    intent=payment.intent,
                    clearance=uow.clearances.of(payment.id),
                    domain=_domain(uow, payment),
                )
                prepared.append(_Prepared(transaction=transaction, request=request))
            except STAYS as error:  # of this payment's books alone: what a signer answers is another matter
                told = f"nothing can be signed for it: {error.message}"
                prepared.append(WrongState(told, payment=payment.id))
    return prepared


def _call(uow: UnitOfWork, asked: ToSign, carried: Mapping[str, Carried]) -> Call:
    payment = asked.payment
    if asked.no_op_gas is not None:
        return no_op(uow.chains.treasury(payment.intent.amount.asset.chain_id or 0))
    carry = carried.get(payment.id)
    return call_of(payment.intent, carry.calldata if carry is not None else None)


def _transaction(asked: ToSign, call: Call) -> DynamicFeeTransaction:
    payment = asked.payment
    gas_limit = payment.gas_limit if asked.no_op_gas is None else asked.no_op_gas
    fees = asked.fees.within(most_wei_per_gas(payment.fee_cap_wei, gas_limit))
    return DynamicFeeTransaction(
        chain_id=payment.intent.amount.asset.chain_id or 0,
        nonce=payment.nonce if payment.nonce is not None else -1,
        max_priority_fee_wei=fees.priority_fee_wei,
        max_fee_wei=fees.max_fee_wei,
        gas_limit=gas_limit or 0,
        to=call.to.raw,
        value_wei=call.value_wei,
        data=call.data,
    )


def _store(bank: Bank, fresh: Sequence[SignedPayment], *, by: Session) -> dict[str, SignedPayment]:
    """Store what was signed and return, by payment, the version that stands now."""
    if not fresh:
        return {}
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock_all(version.payment_id for version in fresh)
        before = uow.attempts.all_signed(standing)
        uow.writes.gather()
        stands = {id: versions[-1] for id, versions in before.items()}
        for version in fresh:
            payment = standing[version.payment_id]
            if len(before.get(payment.id, ())) != version.version - 1 or payment.state not in IN_NO_BLOCK:
                continue
            if is_given_up(payment) or (payment.recalled_by is not None and not version.pays_nobody()):
                continue  # a supervisor ended it while this was signed
            store_version(uow, bank, operator, payment, version)
            stands[payment.id] = version
        return stands


def store_version(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, version: SignedPayment) -> Payment:
    """Store one version of a locked payment's transaction, and return the payment, which is signed by it."""
    uow.attempts.add_signed(version)
    signed = payment
    if payment.state is not PaymentState.SIGNED:
        signed = payment.to(PaymentState.SIGNED, at_s=version.signed_at_s)
        uow.payments.update(signed, was=payment.state)
    record(uow, bank, operator, "payment.signed", payment.id, {"transaction": version.transaction_hash.hex()})
    return signed


def carry_sweep(bank: Bank, payment: Payment) -> None:
    """Have the deposit address of a sweep authorize it, once; stored, it is used for every version."""
    intent = payment.intent
    with bank.store.read() as uow:
        if uow.carried.of(payment.id) is not None:
            return
        clearance = uow.clearances.of(payment.id)
        domain = _domain(uow, payment)
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


def _domain(uow: UnitOfWork, payment: Payment) -> Domain | None:
    if payment.intent.purpose not in (Purpose.COLLECTION, Purpose.SWEEP):
        return None
    return uow.assets.get(payment.intent.amount.asset.id).domain()
