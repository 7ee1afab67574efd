"""How every payment begins: frozen, signed by its maker, decided at the gate, and stored with all it moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Approval, Part, give
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.decision import Answer, Decision
from tokenpay.errors import AssetMismatch
from tokenpay.money.amount import Amount, checked_amount
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.parties.session import Session
from tokenpay.payments.cash_leg import CashLeg
from tokenpay.payments.intent import Intent, Party, Purpose, Rail
from tokenpay.payments.payment import UNSENT, Payment, PaymentState, Reason, Refusal
from tokenpay.primitives.canonical import Value
from tokenpay.steps import movements
from tokenpay.steps.authorize import Whose, authorize
from tokenpay.steps.clear import clear
from tokenpay.steps.count_limits import count_use
from tokenpay.steps.enter_case import enter_hit_cases, enter_match_case, enter_risk_case
from tokenpay.steps.identifiers import new_uetr
from tokenpay.steps.record import record
from tokenpay.steps.request_payment import address_reasons, request_reasons, take_payment, under_way_reasons
from tokenpay.steps.shift_payment import shift_reasons
from tokenpay.steps.shown import shown
from tokenpay.store.carried_store import Carried
from tokenpay.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to pay, before it has an identity and a time.

    An exchange has `cash` against its tokens. What is `good_until_s`, its price or a payer's authorization, does not
    wait for longer. `carried` returns the EIP-3009 calldata of a collection for the new payment's id. `noted` is what
    the audit record says beyond the payment itself.
    """

    purpose: Purpose
    debtor: Party
    creditor: Party
    amount: Amount
    request_id: str = ""
    related: str = ""
    remittance_information: str = ""
    cash: CashLeg | None = None
    good_until_s: int | None = None
    index: int | None = None
    carried: Callable[[str], Carried] | None = None
    noted: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked_amount(self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A frozen intent that nothing speaks against: it is cleared, or held by a decision of the gate."""

    draft: Draft
    intent: Intent
    maker: Approval
    gate: Clearance | Decision


Check = Callable[[UnitOfWork], tuple[Reason, ...]]
"""A verb's own look at the books inside the unit of work: raises, or returns reasons to refuse."""


def propose(
    bank: Bank,
    draft: Draft,
    *,
    by: Session,
    key: str,
    permission: Permission,
    of: Whose = (),
    check: Check | None = None,
) -> Payment | Refusal:
    """Freeze a draft into an intent and take it through the gate.

    The result is final (book), cleared or held, or a Refusal that binds no key. The same key with the
    same content returns the payment it stands for, wherever that has got to. Raises AssetMismatch for an
    amount whose asset has other decimals than the bank's.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, permission, of=of)
        intent = freeze(uow, bank, operator, draft)
        known = uow.keys.claim(
            key,
            verb=draft.purpose,
            content=content_of(intent),
            result_id=intent.uetr,
            at_s=intent.created_at_s,
            by_engine=operator.role is Role.ENGINE,
        )
        if known is not None:
            return shown(operator, uow.payments.get(known))
        outcome = conclude(uow, bank, operator, draft, intent, by=by, check=check)
        if isinstance(outcome, Refusal):
            uow.keys.release(key)
        return shown(operator, outcome)


def freeze(uow: UnitOfWork, bank: Bank, operator: Operator, draft: Draft) -> Intent:
    """Return a draft's intent, made by this operator now."""
    now_s = bank.clock.now_s()
    if uow.assets.get(draft.amount.asset.id).asset != draft.amount.asset:
        raise AssetMismatch("the amount is of an asset that this bank knows otherwise")
    expires_at_s = now_s + uow.policies.newest().held_for_s
    if draft.good_until_s is not None and now_s < draft.good_until_s:  # later than that its verb refuses it
        expires_at_s = min(expires_at_s, draft.good_until_s)
    return Intent(
        uetr=new_uetr(bank),
        purpose=draft.purpose,
        debtor=draft.debtor,
        creditor=draft.creditor,
        amount=draft.amount,
        maker=operator.id,
        created_at_s=now_s,
        expires_at_s=expires_at_s,
        request_id=draft.request_id,
        related=draft.related,
        remittance_information=draft.remittance_information,
        cash=draft.cash,
    )


def conclude(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    draft: Draft,
    intent: Intent,
    *,
    by: Session,
    check: Check | None = None,
) -> Payment | Refusal:
    """Take a frozen intent through the gate, and enter the payment or the refusal that it becomes."""
    weighed = weigh(uow, bank, draft, intent, by=by, check=check)
    if isinstance(weighed, Refusal):
        return enter_refusal(uow, bank, operator, weighed)
    return enter(uow, bank, operator, weighed)


def weigh(
    uow: UnitOfWork, bank: Bank, draft: Draft, intent: Intent, *, by: Session, check: Check | None = None
) -> Weighed | Refusal:
    """Sign an intent as its maker, ask the gate and the books, and return what may be entered, or every reason not."""
    reasons = check(uow) if check is not None else ()
    maker = give(by, intent.hash(), part=Part.MAKER, at_s=intent.created_at_s)
    reasons = (*reasons, *address_reasons(uow, intent), *_request_reasons(uow, intent))
    reasons = (*reasons, *shift_reasons(uow, intent))
    gate = clear(uow, bank, intent, approvals=(maker,))
    reasons = (*reasons, *movements.lack(uow, intent))
    if reasons or (isinstance(gate, Decision) and gate.answer is Answer.REFUSE):
        also = gate.reasons if isinstance(gate, Decision) else ()
        return Refusal(intent=intent, reasons=(*reasons, *also))
    return Weighed(draft=draft, intent=intent, maker=maker, gate=gate)


def _request_reasons(uow: UnitOfWork, intent: Intent) -> tuple[Reason, ...]:
    """Return why the request that a new payment answers cannot take it, now or beside what is on its way."""
    # What is collected and not sent goes nowhere once the request is paid in the books.
    also = UNSENT if intent.purpose is Purpose.COLLECTION else frozenset[PaymentState]()
    now_s = intent.created_at_s
    return request_reasons(uow, intent, at_s=now_s) or under_way_reasons(uow, intent, at_s=now_s, also=also)


def content_of(intent: Intent) -> dict[str, str | int]:
    """What a repeated call must say again: everything but the identity and the times."""
    minted = ("uetr", "created_at_s", "expires_at_s", "domain", "decimals")
    return {name: str(value) for name, value in intent.content().items() if name not in minted}


def enter_refusal(uow: UnitOfWork, bank: Bank, operator: Operator, refusal: Refusal) -> Refusal:
    """Record that something was asked and refused, and return it."""
    intent = refusal.intent
    codes = [reason.code for reason in refusal.reasons]
    enter_match_case(uow, bank, operator, intent, refusal.reasons)
    details = {"intent": intent.hash().hex(), "purpose": intent.purpose.value, "reasons": codes}
    record(uow, bank, operator, "payment.refused", intent.uetr, details)
    return refusal


def enter(uow: UnitOfWork, bank: Bank, operator: Operator, weighed: Weighed) -> Payment:
    """Store a payment with all it moves; its accounts are locked."""
    draft, intent, maker, gate = weighed.draft, weighed.intent, weighed.maker, weighed.gate
    now_s = bank.clock.now_s()
    state = PaymentState.FINAL if intent.rail is Rail.BOOK else PaymentState.CLEARED
    payment = Payment(
        intent=intent,
        state=PaymentState.HELD if isinstance(gate, Decision) else state,
        updated_at_s=now_s,
        reasons=gate.reasons if isinstance(gate, Decision) else (),
        index=draft.index,
    )
    uow.payments.add(payment, branch=operator.branch)
    uow.approvals.add(payment.id, maker)
    if draft.carried is not None:
        uow.carried.add(draft.carried(payment.id))
    if intent.cash is not None:
        uow.quotes.take(intent.cash.quote_id, payment.id)
    count_use(uow, intent)
    uow.movements.add(intent, settled=payment.state is PaymentState.FINAL)
    if isinstance(gate, Decision):
        enter_match_case(uow, bank, operator, intent, gate.reasons)
        enter_hit_cases(uow, bank, operator, intent, gate.reasons)
        enter_risk_case(uow, bank, operator, intent, gate.grave)
    if isinstance(gate, Clearance):
        uow.clearances.add(gate)
    if isinstance(gate, Clearance) and intent.rail is Rail.BOOK:
        movements.post_now(uow, bank, payment, clearance_id=gate.id)
        take_payment(uow, intent, at_s=intent.created_at_s)  # as it was agreed to, whatever the second is by now
    else:
        movements.reserve(uow, bank, payment, clearance_id=gate.id if isinstance(gate, Clearance) else None)
    details = {"intent": maker.intent_hash.hex(), "purpose": intent.purpose.value, "state": payment.state.value}
    record(uow, bank, operator, f"payment.{payment.state}", payment.id, {**draft.noted, **details})
    return payment
