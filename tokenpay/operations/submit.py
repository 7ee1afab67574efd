"""Bring cleared payments to the chain: the nonce last, the bytes stored before they leave, the same bytes again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import (
    IntegrityError,
    SignedBefore,
    SignerRefused,
    TokenpayError,
    WrongState,
    answered,
)
from tokenpay.ethereum.fees import Fees, most_wei_per_gas, with_margin
from tokenpay.money.address import Address
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import Attempt, AttemptOutcome, SignedPayment
from tokenpay.payments.intent import Purpose, Rail
from tokenpay.payments.outgoing import Call, call_of
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.steps.abandon import abandon
from tokenpay.steps.assign import STAYS, Priced, assign_alone, assign_together
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.groups import groups
from tokenpay.steps.halt import halt_chain, running
from tokenpay.steps.record import record
from tokenpay.steps.sign_payment import ToSign, carry_sweep, sign_payments
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


def submit(bank: Bank, *, chain_id: int, by: Session, limit: int = 500) -> Submitted:
    """Take cleared payments to the chain in order, up to `limit`, and again what has no answer or waits too long.

    Safe to stop anywhere and to call again. Raises Halted, also when the chain has used nonces of the
    treasury that this bank did not assign, NotFound for an unknown chain, ChainUnavailable, SignerUnavailable.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = running(uow, chain_id)
        stopped = bool(uow.facts.get("stopped", ""))
    _check_nonces(bank, chain_id, followed.treasury, by=by)
    fees = _fees(bank, chain_id)
    again, stuck = _go_on(bank, chain_id, fees, by=by)
    # What is signed leaves before anything new is looked at: no cleared payment can hold it up.
    _send(bank, chain_id, again, by=by)
    fresh, stuck_now = ([], 0) if stopped else _start(bank, chain_id, fees, limit=limit, by=by)
    _send(bank, chain_id, fresh, by=by)
    return Submitted(assigned=len(fresh), sent=len(again) + len(fresh), stuck=stuck + stuck_now)


def _start(bank: Bank, chain_id: int, fees: Fees, *, limit: int, by: Session) -> tuple[list[SignedPayment], int]:
    """Assign and sign cleared payments, oldest first; one that cannot go opens a case and stops no other."""
    with bank.store.read() as uow:
        cleared = uow.payments.find(states=(PaymentState.CLEARED,), chain_id=chain_id)
    # A no-op is not assigned a nonce of its own: it takes over the one it fills.
    ready = [p for p in cleared if p.intent.rail is Rail.CHAIN and p.intent.purpose is not Purpose.FILL]
    # Those that could not go before wait behind those that were not tried, the one tried longest ago first.
    ready.sort(key=lambda payment: (bool(payment.reasons), payment.updated_at_s if payment.reasons else 0))
    signed: list[SignedPayment] = []
    stuck = 0
    for some in groups(ready[:limit]):
        assigned, stuck_now = _assign(bank, chain_id, some, fees, by=by)
        asked = [ToSign(payment=payment, fees=fees, version=1) for payment in assigned]
        now, refused = _sign(bank, asked, by=by)
        signed += now
        stuck += stuck_now + refused
    return signed, stuck


def _assign(
    bank: Bank, chain_id: int, some: Sequence[Payment], fees: Fees, *, by: Session
) -> tuple[list[Payment], int]:
    """Give cleared payments their nonces; return those that have one, and how many cannot go."""
    stuck = 0
    priced: list[Priced] = []
    for payment, price in zip(some, _price(bank, chain_id, some, fees), strict=True):
        if isinstance(price, Priced):
            priced.append(price)
            continue
        stuck += 1
        if isinstance(price, SignerRefused):
            _give_up(bank, payment, price, by=by)
        else:
            _open_stuck_case(bank, payment, price, by=by)
    assigned, alone = assign_together(bank, chain_id, priced, by=by)
    for each in alone:
        try:
            taken = assign_alone(bank, chain_id, each, by=by)
            assigned += [taken] if taken is not None else []
        except STAYS as error:
            stuck += 1
            _open_stuck_case(bank, each.payment, error, by=by)
    return assigned, stuck


def _price(bank: Bank, chain_id: int, some: Sequence[Payment], fees: Fees) -> list[Priced | TokenpayError]:
    """Return the most that each payment's transaction may take, as the chain tells it now, or why it cannot go."""
    treasury, calls = _calls(bank, chain_id, some)
    asked = [call for call in calls if isinstance(call, Call)]
    told = iter(bank.chain(chain_id).estimate_gas(asked, sender=treasury))
    priced: list[Priced | TokenpayError] = []
    for payment, call in zip(some, calls, strict=True):
        gas = next(told) if isinstance(call, Call) else call
        if isinstance(gas, TokenpayError):
            priced.append(gas)
            continue
        gas_limit = with_margin(gas)
        cap_wei = fees.cap_wei(gas_limit, at_most_wei=bank.settings.chain(chain_id).fee_cap_wei)
        if cap_wei is None:
            priced.append(WrongState("gas costs more now than the chain's fee cap allows", payment=payment.id))
        else:
            priced.append(Priced(payment=payment, gas_limit=gas_limit, fee_cap_wei=cap_wei))
    return priced


def _calls(bank: Bank, chain_id: int, some: Sequence[Payment]) -> tuple[Address, list[Call | TokenpayError]]:
    """Return who pays, and what each payment asks of the chain; a sweep's deposit address signs it now."""
    failed: dict[str, TokenpayError] = {}
    for payment in some:
        if payment.intent.purpose is Purpose.SWEEP:
            try:
                carry_sweep(bank, payment)
            except (SignerRefused, *STAYS) as error:
                failed[payment.id] = error
    with bank.store.read() as uow:
        treasury = uow.chains.treasury(chain_id)
        carried = uow.carried.all_of(payment.id for payment in some)
    calls: list[Call | TokenpayError] = []
    for payment in some:
        carry = carried.get(payment.id)
        try:
            calls.append(failed.get(payment.id) or call_of(payment.intent, carry.calldata if carry else None))
        except WrongState as error:
            calls.append(error)
    return treasury, calls


def _sign(bank: Bank, asked: Sequence[ToSign], *, by: Session) -> tuple[list[SignedPayment], int]:
    """Sign what has its nonce; return what is to be sent, and how many the signer refused."""
    signed: list[SignedPayment] = []
    refused = 0
    for each, outcome in zip(asked, sign_payments(bank, asked, by=by), strict=True):
        if isinstance(outcome, SignerRefused):
            refused += 1
            _give_up(bank, each.payment, outcome, by=by)
        elif outcome is not None:
            signed.append(answered(outcome))
    return signed, refused


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


def _go_on(bank: Bank, chain_id: int, fees: Fees, *, by: Session) -> tuple[list[SignedPayment], int]:
    """Return the bytes that payments in hand need sent now, by nonce, and how many the signer refused."""
    with bank.store.read() as uow:
        hand = [p for p in uow.payments.find(states=_IN_HAND, chain_id=chain_id) if p.intent.rail is Rail.CHAIN]
        signed = uow.attempts.all_signed(payment.id for payment in hand)
        attempts = uow.attempts.all_of(signed)
    ready: list[SignedPayment] = []
    refused = 0
    for some in groups(hand):
        asked: list[ToSign] = []
        for payment in some:
            if payment.state is PaymentState.ASSIGNED:
                asked.append(ToSign(payment=payment, fees=fees, version=1))
                continue
            if payment.id not in signed:
                raise IntegrityError("a signed payment has lost its bytes", payment=payment.id)
            newest = signed[payment.id][-1]
            last = next((a for a in reversed(attempts.get(payment.id, ())) if a.version == newest.version), None)
            following = _following(bank, payment, newest, last, fees, by=by)
            ready += [following] if isinstance(following, SignedPayment) else []
            asked += [following] if isinstance(following, ToSign) else []
        now, refused_now = _sign(bank, asked, by=by)
        ready += now
        refused += refused_now
    return sorted(ready, key=lambda version: version.nonce), refused


def _following(
    bank: Bank, payment: Payment, newest: SignedPayment, last: Attempt | None, fees: Fees, *, by: Session
) -> SignedPayment | ToSign | None:
    """Return what a signed payment needs: its newest bytes sent, others signed that pay more, or nothing yet."""
    if last is None:
        return newest
    settings = bank.settings.chain(newest.chain_id)
    now_s = bank.clock.now_s()
    too_low = last.outcome is AttemptOutcome.REJECTED and last.reason.startswith("underpriced")
    if too_low or waited(newest.signed_at_s, settings.bump_after_s, now_s=now_s):
        bumped = fees.above(newest.fees, at_most_wei=most_wei_per_gas(payment.fee_cap_wei, payment.gas_limit))
        if bumped is not None:
            return ToSign(payment=payment, fees=bumped, version=newest.version + 1)
        capped = WrongState("it waits for a block, and its fee is as high as it may be", payment=payment.id)
        _open_stuck_case(bank, payment, capped, by=by)
    if last.outcome is AttemptOutcome.UNKNOWN or waited(last.at_s, settings.resend_after_s, now_s=now_s):
        return newest
    return None


def _send(bank: Bank, chain_id: int, ready: Sequence[SignedPayment], *, by: Session) -> None:
    """Send signed bytes in the order of their nonces. That they may have left stands in the books first."""
    for some in groups(ready):
        _send_together(bank, chain_id, some, by=by)


def _send_together(bank: Bank, chain_id: int, ready: Sequence[SignedPayment], *, by: Session) -> None:
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        standing = uow.payments.lock_all(version.payment_id for version in ready)
        attempts = uow.attempts.begin(ready, at_s=now_s)
        uow.writes.gather()
        for version in ready:
            payment = standing[version.payment_id]
            if payment.state is PaymentState.SIGNED:
                uow.payments.update(payment.to(PaymentState.SENT, at_s=now_s), was=PaymentState.SIGNED)
                record(uow, bank, operator, "payment.sent", payment.id, {"nonce": version.nonce})
    answers = bank.chain(chain_id).broadcast([version.raw for version in ready])
    with bank.store.unit_of_work() as uow:
        uow.writes.gather()
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
