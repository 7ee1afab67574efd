"""Bring cleared payments to the chain: the nonce last, the bytes stored before they leave, the same bytes again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import (
    ChainUnavailable,
    IntegrityError,
    InvalidInput,
    MoneyError,
    SignedBefore,
    SignerRefused,
    TokenpayError,
    WrongState,
)
from tokenpay.ethereum.fees import Fees, most_wei_per_gas, with_margin
from tokenpay.money.address import Address
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import Attempt, AttemptOutcome, SignedPayment
from tokenpay.payments.intent import Purpose, Rail
from tokenpay.payments.outgoing import call_of
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.steps import movements
from tokenpay.steps.abandon import abandon
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.halt import halt_chain, running
from tokenpay.steps.recheck import recheck
from tokenpay.steps.record import record
from tokenpay.steps.sign_payment import carry_sweep, sign_payment
from tokenpay.steps.waited import waited

_IN_HAND = (PaymentState.ASSIGNED, PaymentState.SIGNED, PaymentState.SENT)
_MENDS_ITSELF = ("underpriced", "nonce_too_low")
"""Rejections that the next turn answers: by a fee bump, or by finding the transaction included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """How many payments one call assigned, sent (bumps and repeats included) and could not send."""

    assigned: int = 0
    sent: int = 0
    stuck: int = 0


def submit(bank: Bank, *, chain_id: int, by: Session, limit: int = 50) -> Submitted:
    """Take cleared payments to the chain in order, and again what has no answer or waits too long.

    Safe to stop anywhere and to call again. Raises Halted, also when the chain has used nonces of the
    treasury that this bank did not assign, NotFound for an unknown chain, ChainUnavailable, SignerUnavailable.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = running(uow, chain_id)
        stopped = bool(uow.facts.get("stopped", ""))
    _check_nonces(bank, chain_id, followed.treasury, by=by)
    fees = _fees(bank, chain_id)
    ready: list[SignedPayment] = []
    stuck = 0
    for payment in _find(bank, chain_id, _IN_HAND):
        try:
            version = _go_on(bank, payment, fees, by=by)
            ready += [version] if version is not None else []
        except SignerRefused as error:
            stuck += 1
            _give_up(bank, payment, error, by=by)
    # What is signed leaves before anything new is looked at: no cleared payment can hold it up.
    _send(bank, chain_id, sorted(ready, key=lambda version: version.nonce), by=by)
    fresh, stuck_now = ([], 0) if stopped else _start(bank, chain_id, fees, limit=limit, by=by)
    _send(bank, chain_id, fresh, by=by)
    return Submitted(assigned=len(fresh), sent=len(ready) + len(fresh), stuck=stuck + stuck_now)


def _start(bank: Bank, chain_id: int, fees: Fees, *, limit: int, by: Session) -> tuple[list[SignedPayment], int]:
    """Assign and sign cleared payments, oldest first; one that cannot go opens a case and stops no other."""
    signed: list[SignedPayment] = []
    stuck = 0
    # A no-op is not assigned a nonce of its own: it takes over the one it fills.
    cleared = [p for p in _find(bank, chain_id, (PaymentState.CLEARED,)) if p.intent.purpose is not Purpose.FILL]
    # Those that could not go before wait behind those that were not tried, the one tried longest ago first.
    cleared.sort(key=lambda payment: (bool(payment.reasons), payment.updated_at_s if payment.reasons else 0))
    for payment in cleared[:limit]:
        try:
            taken = _assign(bank, payment, fees, by=by)
            if taken is None:
                continue
            payment = taken
            version = sign_payment(bank, payment, fees, version=1, by=by)
            signed += [version] if version is not None else []
        except (ChainUnavailable, IntegrityError, InvalidInput, MoneyError, WrongState) as error:
            stuck += 1
            _open_stuck_case(bank, payment, error, by=by)
        except SignerRefused as error:
            stuck += 1
            _give_up(bank, payment, error, by=by)
    return signed, stuck


def _find(bank: Bank, chain_id: int, states: Sequence[PaymentState]) -> list[Payment]:
    with bank.store.read() as uow:
        return [p for p in uow.payments.find(states=states, chain_id=chain_id) if p.intent.rail is Rail.CHAIN]


def _check_nonces(bank: Bank, chain_id: int, treasury: Address, *, by: Session) -> None:
    """A chain ahead of its allocator: the key was used elsewhere, or the bank was restored from an old backup."""
    used = bank.chain(chain_id).transaction_count(treasury)
    with bank.store.read() as uow:  # after the chain: what another engine sends meanwhile is in the books before
        next_nonce = uow.chains.get(chain_id).next_nonce
    if used > next_nonce:
        reason = f"the treasury's next nonce is {used} on the chain and {next_nonce} in the books"
        raise halt_chain(bank, chain_id, reason=reason, by=by)


def _fees(bank: Bank, chain_id: int) -> Fees:
    chain = bank.chain(chain_id)
    tip_wei = chain.priority_fee_wei()
    return Fees.of_today(base_fee_wei=chain.head().base_fee_wei, priority_fee_wei=tip_wei)


def _assign(bank: Bank, payment: Payment, fees: Fees, *, by: Session) -> Payment | None:
    """Give a payment its gas and its nonce, last of all and in order; None when it is cleared no longer."""
    if payment.intent.purpose is Purpose.SWEEP:
        carry_sweep(bank, payment)
    chain_id = payment.intent.amount.asset.chain_id or 0
    with bank.store.read() as uow:
        treasury = uow.chains.treasury(chain_id)
        carried = uow.carried.of(payment.id)
    call = call_of(payment.intent, carried.calldata if carried else None)
    gas = bank.chain(chain_id).estimate_gas(sender=treasury, to=call.to, data=call.data, value_wei=call.value_wei)
    gas_limit = with_margin(gas)
    cap_wei = fees.cap_wei(gas_limit, at_most_wei=bank.settings.chain(chain_id).fee_cap_wei)
    if cap_wei is None:
        raise WrongState("gas costs more now than the chain's fee cap allows", payment=payment.id)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = uow.chains.get(chain_id, lock=True)
        payment = uow.payments.lock(payment.id)
        if followed.halted or payment.state is not PaymentState.CLEARED or not recheck(uow, bank, operator, payment):
            return None
        assigned = replace(
            payment.to(PaymentState.ASSIGNED, at_s=bank.clock.now_s()), gas_limit=gas_limit, fee_cap_wei=cap_wei
        )
        clearance = uow.clearances.of(payment.id)
        movements.reserve_gas(uow, bank, assigned, clearance_id=clearance.id)
        assigned = replace(assigned, nonce=followed.next_nonce)
        uow.payments.update(assigned, was=PaymentState.CLEARED)
        uow.chains.set_next_nonce(chain_id, followed.next_nonce + 1)
        record(uow, bank, operator, "payment.assigned", payment.id, {"nonce": followed.next_nonce})
        return assigned


def _go_on(bank: Bank, payment: Payment, fees: Fees, *, by: Session) -> SignedPayment | None:
    """Return the bytes that a payment in hand needs sent now, or None while it only waits."""
    if payment.state is PaymentState.ASSIGNED:
        return sign_payment(bank, payment, fees, version=1, by=by)
    with bank.store.read() as uow:
        versions = uow.attempts.signed(payment.id)
        attempts = uow.attempts.of(payment.id)
    newest = versions[-1]
    last = next((a for a in reversed(attempts) if a.version == newest.version), None)
    if last is None:
        return newest
    settings = bank.settings.chain(newest.chain_id)
    now_s = bank.clock.now_s()
    too_low = last.outcome is AttemptOutcome.REJECTED and last.reason.startswith("underpriced")
    if too_low or waited(newest.signed_at_s, settings.bump_after_s, now_s=now_s):
        bumped = fees.above(newest.fees, at_most_wei=most_wei_per_gas(payment.fee_cap_wei, payment.gas_limit))
        if bumped is not None:
            return sign_payment(bank, payment, bumped, version=newest.version + 1, by=by)
        capped = WrongState("it waits for a block, and its fee is as high as it may be", payment=payment.id)
        _open_stuck_case(bank, payment, capped, by=by)
    if last.outcome is AttemptOutcome.UNKNOWN or waited(last.at_s, settings.resend_after_s, now_s=now_s):
        return newest
    return None


def _send(bank: Bank, chain_id: int, ready: Sequence[SignedPayment], *, by: Session) -> None:
    """Send signed bytes in the order of their nonces. That they may have left stands in the books first."""
    if not ready:
        return
    attempts: list[Attempt] = []
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock_all(version.payment_id for version in ready)
        for version in ready:
            payment = standing[version.payment_id]
            if payment.state is PaymentState.SIGNED:
                sent = payment.to(PaymentState.SENT, at_s=bank.clock.now_s())
                uow.payments.update(sent, was=PaymentState.SIGNED)
                record(uow, bank, operator, "payment.sent", payment.id, {"nonce": version.nonce})
            attempts.append(uow.attempts.begin(version, at_s=bank.clock.now_s()))
    answers = bank.chain(chain_id).broadcast([version.raw for version in ready])
    with bank.store.unit_of_work() as uow:
        for attempt, answer in zip(attempts, answers, strict=True):
            outcome = AttemptOutcome(answer.outcome)
            uow.attempts.end(attempt, outcome=outcome, reason=answer.reason[:200])
            if outcome is AttemptOutcome.REJECTED and not answer.reason.startswith(_MENDS_ITSELF):
                enter_case(
                    uow,
                    bank,
                    operator,
                    kind=CaseKind.PAYMENT_STUCK,
                    subject=attempt.payment_id,
                    note=f"the node rejected it: {answer.reason}",
                )


def _give_up(bank: Bank, payment: Payment, error: SignerRefused, *, by: Session) -> None:
    """End an assigned payment that the signer refuses; one with signed versions only waits for a person.

    A signer that remembers another signature contradicts the books: the chain halts until people have looked.
    """
    if isinstance(error, SignedBefore):
        raise halt_chain(bank, payment.intent.amount.asset.chain_id or 0, reason=error.message, by=by)
    if payment.state is PaymentState.ASSIGNED:
        with suppress(WrongState):  # its nonce cannot be filled while payments are stopped: the next turn tries again
            abandon(bank, payment, error=error, by=by)
    _open_stuck_case(bank, payment, error, by=by)


def _open_stuck_case(bank: Bank, payment: Payment, error: TokenpayError, *, by: Session) -> None:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock(payment.id)
        if standing.state is PaymentState.CLEARED:
            reason = Reason(code=error.code, message=error.message)
            uow.payments.update(standing.waiting((reason,), at_s=bank.clock.now_s()), was=PaymentState.CLEARED)
        enter_case(uow, bank, operator, kind=CaseKind.PAYMENT_STUCK, subject=payment.id, note=error.message)
