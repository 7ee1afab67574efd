"""Receipts made of what stands in the books: a payment, a request with its deposits, a shift's report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from tokenpay.counter.receipt import Receipt, ReceiptKind, ReceiptLine, ReceiptParty, Standing
from tokenpay.counter.shift import ShiftState
from tokenpay.counter.shift_report import CashLine, ShiftReport
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.payments.deposit import Deposit, DepositState
from tokenpay.payments.intent import ChainParty, Party
from tokenpay.payments.payment import UNPAID, Payment, PaymentState
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reference import PREFIX
from tokenpay.requests.request_state import WAITING, RequestState

_PAID = frozenset({RequestState.PAID, RequestState.OVERPAID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Whose receipt it is, and what of its customers the bank prints.

    `names` are customers' names by number; the payer's is printed only where `payer_named`.
    """

    bank: str
    branch: str
    names: Mapping[str, str]
    payer_named: bool = True

    def party(self, kind: str, owner: str, *, named: bool = True) -> ReceiptParty:
        """Return who it is, with a customer's name."""
        known = self.names.get(owner, "") if named and kind == AccountKind.CUSTOMER else ""
        return ReceiptParty(kind=kind, owner=owner, name=known)

    def of(self, party: Party, *, named: bool = True) -> ReceiptParty:
        """Return a party of an intent."""
        if isinstance(party, ChainParty):
            return ReceiptParty(kind="address", owner=str(party))
        return self.party(party.kind, party.owner, named=named)


def payment_receipt(
    payment: Payment, head: Letterhead, *, fees: Sequence[Amount], back: Sequence[Payment] = ()
) -> Receipt:
    """Return the receipt of a payment as it stands; `fees` are what its payer was charged beside it.

    `back` is what was paid back of it since: each stands on it, so that it is another receipt than before.
    The transaction is named when it is final: before, a fee bump may put another in its place.
    """
    intent = payment.intent
    is_final = payment.state is PaymentState.FINAL
    standing = Standing.FINAL if is_final else Standing.ENDED if payment.state in UNPAID else Standing.PENDING
    outcome = (ReceiptLine(label="outcome", value=f"state.{payment.state.value}"),)
    return Receipt(
        kind=ReceiptKind.PAYMENT,
        title=intent.purpose.value,
        subject=payment.id,
        standing=standing,
        bank=head.bank,
        branch=head.branch,
        at_s=intent.created_at_s,
        qr=payment.id,
        served_by=intent.maker,
        payer=head.of(intent.debtor, named=head.payer_named),
        payee=head.of(intent.creditor),
        amount=intent.amount,
        fees=tuple(fees),
        lines=(*_exchanged(payment), *(outcome if standing is Standing.ENDED else ()), *map(_back, back)),
        remittance_information=intent.remittance_information,
        reference=f"{PREFIX}{intent.request_id}" if intent.request_id else "",
        related=intent.related,
        transaction=_hash(payment.transaction_hash) if is_final and payment.transaction_hash else "",
        moves_cash=intent.drawer is not None,
    )


def request_receipt(
    request: PaymentRequest, state: RequestState, credited: Amount, deposits: Sequence[Deposit], head: Letterhead
) -> Receipt:
    """Return the receipt of a request: what was asked, what was credited, and each deposit that came."""
    standing = Standing.PENDING if state in WAITING else Standing.FINAL if state in _PAID else Standing.ENDED
    came = (deposit for deposit in deposits if deposit.state is not DepositState.ORPHANED)
    outcome = ReceiptLine(label="outcome", value=f"state.{state.value}")
    return Receipt(
        kind=ReceiptKind.REQUEST,
        title="request",
        subject=request.id,
        standing=standing,
        bank=head.bank,
        branch=head.branch,
        at_s=request.created_at_s,
        qr=request.reference,
        payee=head.party(*request.payee.split("/", 1)),
        amount=request.amount,
        lines=(outcome, ReceiptLine(label="credited", value=credited), *(line for it in came for line in _came(it))),
        remittance_information=request.remittance_information,
        reference=request.reference,
    )


def shift_receipt(report: ShiftReport, head: Letterhead, *, at_s: int) -> Receipt:
    """Return the receipt of a shift's X or Z report; `at_s` is when it was asked for."""
    counts = tuple(ReceiptLine(label=f"count.{name}", value=str(count)) for name, count in report.payments.items())
    drawer = ReceiptLine(label="drawer", value=report.drawer)
    terminal = ReceiptLine(label="terminal", value=report.terminal)
    return Receipt(
        kind=ReceiptKind.SHIFT,
        title=f"shift_{report.letter.lower()}",
        subject=report.shift_id,
        standing=Standing.FINAL if report.state is ShiftState.CLOSED else Standing.PENDING,
        bank=head.bank,
        branch=report.branch,
        at_s=at_s if report.closed_at_s is None else report.closed_at_s,
        qr=report.shift_id,
        served_by=report.operator_id,
        lines=(drawer, terminal, *(line for cash in report.cash for line in _cash(cash)), *counts),
        opened_at_s=report.opened_at_s,
    )


def _exchanged(payment: Payment) -> tuple[ReceiptLine, ...]:
    cash = payment.intent.cash
    if cash is None:
        return ()
    return (ReceiptLine(label="cash.cash_in" if payment.intent.cash_comes_in else "cash.cash_out", value=cash.amount),)


def _back(payment: Payment) -> ReceiptLine:
    return ReceiptLine(label=f"paid_back.{payment.intent.purpose}", value=payment.intent.amount)


def _came(deposit: Deposit) -> tuple[ReceiptLine, ...]:
    where = "seen" if deposit.outcome is None else deposit.outcome.value
    transaction = ReceiptLine(label="transaction", value=_hash(deposit.transaction_hash))
    return (ReceiptLine(label=f"deposit.{where}", value=deposit.amount), transaction)


def _cash(cash: CashLine) -> tuple[ReceiptLine, ...]:
    values = ((field.name, getattr(cash, field.name)) for field in fields(cash))
    return tuple(ReceiptLine(label=f"cash.{name}", value=value) for name, value in values if isinstance(value, Amount))


def _hash(transaction_hash: bytes) -> str:
    return f"0x{transaction_hash.hex()}"
