"""Bring cleared payments to the chain: the nonce last, the bytes stored before they leave, the same bytes again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.errors import (
    IntegrityError,
    SignedBefore,
    SignerRefused,
    SignerUnavailable,
    TokenpayError,
    WrongState,
)
from tokenpay.ethereum.fees import Fees
from tokenpay.money.address import Address
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import Attempt, AttemptOutcome, SignedPayment
from tokenpay.payments.intent import Purpose, Rail
from tokenpay.payments.payment import IN_NO_BLOCK, Payment, PaymentState, Reason
from tokenpay.steps.abandon import abandon
from tokenpay.steps.asked_back import may_be_sent
from tokenpay.steps.assign import assign_alone, assign_together
from tokenpay.steps.authorization_use import is_used
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.groups import STAYS, groups
from tokenpay.steps.halt import halt_chain, running
from tokenpay.steps.look_before_signing import Looked, look_before_signing
from tokenpay.steps.never_signed import mark_signed_before
from tokenpay.steps.next_version import NextVersion
from tokenpay.steps.price_payments import Priced, price_payments
from tokenpay.steps.recheck import Look
from tokenpay.steps.record import record
from tokenpay.steps.sign_payment import ToSign, sign_payments
from tokenpay.steps.waited import waited
from tokenpay.store.door import rows_limit

_MENDS_ITSELF = ("underpriced", "nonce_too_low")
"""Rejections that the next turn answers: by a fee bump, or by finding the transaction included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """How many payments one call assigned, sent (bumps and repeats included) and could not send."""

    assigned: int = 0
    sent: int = 0
    stuck: int = 0


def _always() -> bool:
    return True


def submit(
    bank: Bank, *, chain_id: int, by: Session, limit: int = 500, goes_on: Callable[[], bool] = _always
) -> Submitted:
    """Take cleared payments to the chain in order, up to `limit`, and again what has no answer or waits too long.

    Asks `goes_on` before each group of payments, and stops where it says no. Safe to stop anywhere and to call again.
    Raises InvalidInput for a bad limit, Halted, also when the chain has used nonces of the treasury that this bank did
    not assign, NotFound for an unknown chain, ChainUnavailable, SignerUnavailable, IntegrityError where the signer
    signed something else.
    """
    rows_limit(limit)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = running(uow, chain_id)
        stopped = bool(uow.facts.get("stopped", ""))
    _check_nonces(bank, chain_id, followed.treasury, by=by)
    fees = _fees(bank, chain_id)
    versions = NextVersion(bank=bank, chain_id=chain_id, treasury=followed.treasury, fees=fees, by=by)
    turn = _Turn(bank=bank, chain_id=chain_id, fees=fees, versions=versions, by=by, goes_on=goes_on)
    # What is signed leaves before anything new is looked at: no cleared payment can hold it up.
    turn.send_again()
    if not stopped:
        turn.start(limit)
    return Submitted(assigned=turn.assigned, sent=turn.sent, stuck=turn.stuck)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A payment that has its nonce, its newest version, and whether that is due to be sent again."""

    payment: Payment
    newest: SignedPayment | None = None
    due: bool = False


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One call of submit, and what came of it so far. `silent`: the node gave no answer to what was sent last."""

    bank: Bank
    chain_id: int
    fees: Fees
    versions: NextVersion
    by: Session
    goes_on: Callable[[], bool]
    assigned: int = 0
    sent: int = 0
    stuck: int = 0
    silent: bool = False

    def send_again(self) -> None:
        """Send what payments in hand need sent now, by nonce."""
        with self.bank.store.read() as uow:
            found = uow.payments.find(states=IN_NO_BLOCK, chain_id=self.chain_id)
        for some in groups([payment for payment in found if payment.intent.rail is Rail.CHAIN]):
            if self.silent or not self.goes_on():
                return
            ready, waiting = self._following(some)
            asked, again = self._may_be_signed(waiting)
            self._sign_and_send(asked, also=[*ready, *again])

    def start(self, limit: int) -> None:
        """Assign, sign and send cleared payments, oldest first; one that cannot go opens a case and stops no other."""
        with self.bank.store.read() as uow:
            cleared = uow.payments.find(states=(PaymentState.CLEARED,), chain_id=self.chain_id, whole=False)
        self.silent, now_s = False, self.bank.clock.now_s()  # what is in hand may be silent for a reason of its own
        # A no-op is not assigned a nonce of its own: it takes over the one it fills. `expire` ends what is late.
        outgoing = [p for p in cleared if p.intent.rail is Rail.CHAIN and p.intent.purpose is not Purpose.FILL]
        ready = [payment for payment in outgoing if now_s < payment.intent.expires_at_s]
        # Those that could not go before wait behind those that were not tried, the one tried longest ago first.
        ready.sort(key=lambda payment: (bool(payment.reasons), payment.updated_at_s if payment.reasons else 0))
        for some in groups(ready[:limit]):
            if self.silent or not self.goes_on():  # what follows a silence would arrive before what is missing
                return
            assigned = self._assign(self._priced(some))
            asked = [ToSign(payment=payment, fees=self.fees, version=1) for payment in assigned]
            self.assigned += self._sign_and_send(asked)

    # What has its nonce

    def _following(self, some: Sequence[Payment]) -> tuple[list[SignedPayment], list[_Standing]]:
        """Return the bytes that these payments need sent again, and what is to be signed for."""
        with self.bank.store.read() as uow:
            signed = uow.attempts.all_signed(payment.id for payment in some)
            attempts = uow.attempts.all_of(signed)
        ready: list[SignedPayment] = []
        waiting: list[_Standing] = []
        for payment in some:
            if payment.state is PaymentState.ASSIGNED:
                waiting.append(_Standing(payment=payment))
                continue
            if payment.id not in signed:
                raise IntegrityError("a signed payment has lost its bytes", payment=payment.id)
            newest = signed[payment.id][-1]
            last = next((a for a in reversed(attempts.get(payment.id, ())) if a.version == newest.version), None)
            due = last is None or self._is_due(last)
            if self._waits_too_long(newest, last) or not may_be_sent(payment, newest):
                waiting.append(_Standing(payment=payment, newest=newest, due=due))
            elif due:
                ready.append(newest)
        return ready, waiting

    def _may_be_signed(self, waiting: Sequence[_Standing]) -> tuple[list[ToSign], list[SignedPayment]]:
        """Return what is to be signed now, and the versions to send again of what is not.

        Much may have changed since the nonce was taken: the signer was away, or no block took the payment for long.
        """
        looked = look_before_signing(self.bank, [each.payment for each in waiting], by=self.by)
        asked: list[ToSign] = []
        again: list[SignedPayment] = []
        for each in waiting:
            found = looked[each.payment.id]
            if found.error is not None:
                self._put_aside(found.payment, found.error)
            if each.newest is None:
                asked += self._first_version(found)
                continue
            goes = found.error is None and found.look is not Look.WAITS
            following = self.versions.after(found.payment, each.newest) if goes else None
            instead = each.newest if each.due and may_be_sent(found.payment, each.newest) else None
            if following is not None:
                asked.append(replace(following, instead=instead))
            elif instead is not None:
                again.append(instead)
        return asked, again

    def _first_version(self, found: Looked) -> list[ToSign]:
        """Return what to sign for a payment that was never signed: itself, or the no-op that takes its nonce."""
        if found.look is Look.GOES:
            return [ToSign(payment=found.payment, fees=self.fees, version=1)]
        if found.look is Look.WAITS or found.payment.state is not PaymentState.ASSIGNED:
            return []
        try:
            fill = abandon(self.bank, found.payment, reasons=found.reasons, never_signed=False, by=self.by)
        except WrongState as error:  # while payments are stopped its nonce cannot be filled: the next turn tries
            self._put_aside(found.payment, error)
            return []
        return [ToSign(payment=fill, fees=self.fees, version=1)] if fill is not None else []

    def _waits_too_long(self, newest: SignedPayment, last: Attempt | None) -> bool:
        if last is None:
            return False
        bump_after_s = self.bank.settings.chain(self.chain_id).bump_after_s
        too_low = last.outcome is AttemptOutcome.REJECTED and last.reason.startswith("underpriced")
        return too_low or waited(newest.signed_at_s, bump_after_s, now_s=self.bank.clock.now_s())

    def _is_due(self, last: Attempt) -> bool:
        resend_after_s = self.bank.settings.chain(self.chain_id).resend_after_s
        return last.outcome is AttemptOutcome.UNKNOWN or waited(
            last.at_s, resend_after_s, now_s=self.bank.clock.now_s()
        )

    # What is cleared

    def _priced(self, some: Sequence[Payment]) -> list[Priced]:
        """Return the most that each payment's transaction may take now; what cannot go is put aside with a case."""
        priced: list[Priced] = []
        prices = price_payments(self.bank, self.chain_id, some, self.fees)
        for payment, price in zip(some, prices, strict=True):
            if isinstance(price, Priced):
                priced.append(price)
            elif price is not None and not self._is_used(payment):
                self._put_aside(payment, price)
        return priced

    def _is_used(self, payment: Payment) -> bool:
        """Whether somebody else had a collection's authorization included: ours would fail, and `settle` ends it."""
        try:
            with self.bank.store.read() as uow:
                return is_used(uow, payment)
        except STAYS:  # then that is what it has a case for
            return False

    def _assign(self, priced: Sequence[Priced]) -> list[Payment]:
        """Give these payments their nonces, and return those that have one."""
        try:
            assigned, alone = assign_together(self.bank, self.chain_id, priced, by=self.by)
        except STAYS:  # which of them it was is found out one by one
            assigned, alone = [], list(priced)
        for each in alone:
            try:
                taken = assign_alone(self.bank, self.chain_id, each, by=self.by)
                assigned += [taken] if taken is not None else []
            except STAYS as error:
                self._put_aside(each.payment, error)
        return assigned

    # Signing and sending

    def _sign_and_send(self, asked: Sequence[ToSign], *, also: Sequence[SignedPayment] = ()) -> int:
        """Sign and send, by nonce, and return how many were signed. A wrong answer is raised when the others left."""
        ready: list[SignedPayment] = []
        refused: list[tuple[ToSign, SignerRefused]] = []
        wrong: IntegrityError | None = None
        try:
            outcomes = sign_payments(self.bank, asked, by=self.by)
        except SignerUnavailable:
            self._send([*also, *(each.instead for each in asked if each.instead is not None)])  # signed already
            raise
        for each, outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, SignerRefused):
                refused.append((each, outcome))
            elif isinstance(outcome, IntegrityError):
                wrong = wrong or outcome
            elif isinstance(outcome, TokenpayError):
                self._put_aside(each.payment, outcome)
            elif outcome is not None:
                ready.append(outcome)
        # From the last nonce down: those at the end go back, and only one before a signed payment needs a no-op.
        refused.sort(key=lambda each: each[0].payment.nonce or 0, reverse=True)
        fills = [self._put_aside(each.payment, error) for each, error in refused]
        filling = [ToSign(payment=fill, fees=self.fees, version=1) for fill in fills if fill is not None]
        filled = sign_payments(self.bank, filling, by=self.by)
        no_ops = [outcome for outcome in filled if isinstance(outcome, SignedPayment)]
        failed = (each for each, outcome in zip(asked, outcomes, strict=True) if isinstance(outcome, TokenpayError))
        again = [each.instead for each in failed if each.instead is not None]
        self._send(sorted((*also, *ready, *no_ops, *again), key=lambda version: version.nonce))
        if wrong is not None:
            raise wrong
        return len(ready)

    def _send(self, ready: Sequence[SignedPayment]) -> None:
        """Send signed bytes in the order of their nonces. That they may have left stands in the books first."""
        if not ready:
            return
        now_s = self.bank.clock.now_s()
        with self.bank.store.unit_of_work() as uow:
            operator = authorize(uow, self.bank, self.by, Permission.RUN_ENGINE)
            running(uow, self.chain_id)  # nothing leaves once it is halted
            standing = uow.payments.lock_all(version.payment_id for version in ready)
            ready = [version for version in ready if may_be_sent(standing[version.payment_id], version)]
            attempts = uow.attempts.begin(ready, at_s=now_s)
            uow.writes.gather()
            for version in ready:
                payment = standing[version.payment_id]
                if payment.state is PaymentState.SIGNED:
                    uow.payments.update(payment.to(PaymentState.SENT, at_s=now_s), was=PaymentState.SIGNED)
                    record(uow, self.bank, operator, "payment.sent", payment.id, {"nonce": version.nonce})
        if not ready:
            return
        answers = self.bank.chain(self.chain_id).broadcast([version.raw for version in ready])
        with self.bank.store.unit_of_work() as uow:
            uow.writes.gather()
            for attempt, answer in zip(attempts, answers, strict=True):
                outcome = AttemptOutcome(answer.outcome)
                uow.attempts.end(attempt, outcome=outcome, reason=answer.reason[:200])
                if outcome is AttemptOutcome.REJECTED and not answer.reason.startswith(_MENDS_ITSELF):
                    note = f"the node rejected it: {answer.reason}"
                    kind, subject = CaseKind.PAYMENT_STUCK, attempt.payment_id
                    enter_case(uow, self.bank, operator, kind=kind, subject=subject, note=note)
        self.sent += len(ready)
        self.silent = answers[-1].outcome == "unknown"

    # What cannot go

    def _put_aside(self, payment: Payment, error: TokenpayError) -> Payment | None:
        """Open a case. An assigned payment that the signer refuses ends; the no-op that fills its gap is returned.

        One with signed versions only waits for a person. A signer that remembers another signature contradicts the
        books: the chain halts until people have looked, again and again until one of them gives the payment up.
        """
        self.stuck += 1
        fill = None
        if isinstance(error, SignedBefore):
            why = f"payment {payment.id}, at nonce {payment.nonce}: {error.message}"
            halted = halt_chain(self.bank, self.chain_id, reason=why, by=self.by)
            mark_signed_before(self.bank, payment.id, error, by=self.by)
            raise halted
        refused = isinstance(error, SignerRefused) and payment.state is PaymentState.ASSIGNED
        if refused and payment.intent.purpose is not Purpose.FILL:  # another no-op would be refused as well
            with suppress(WrongState):  # while payments are stopped its nonce cannot be filled: the next turn tries
                reason = Reason(code=error.code, message=error.message)
                fill = abandon(self.bank, payment, reasons=(reason,), never_signed=True, by=self.by)
        self._open_stuck_case(payment, error)
        return fill

    def _open_stuck_case(self, payment: Payment, error: TokenpayError) -> None:
        with self.bank.store.unit_of_work() as uow:
            operator = authorize(uow, self.bank, self.by, Permission.RUN_ENGINE)
            standing = uow.payments.lock(payment.id)
            if standing.state is PaymentState.CLEARED:
                reason = Reason(code=error.code, message=error.message)
                waiting = standing.waiting((reason,), at_s=self.bank.clock.now_s())
                uow.payments.update(waiting, was=PaymentState.CLEARED)
            kind, subject = CaseKind.PAYMENT_STUCK, payment.id
            enter_case(uow, self.bank, operator, kind=kind, subject=subject, note=error.message)
