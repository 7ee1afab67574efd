"""Receipts: looked at beforehand, and issued as one original and counted copies."""

from tokenpay.bank import Bank
from tokenpay.counter.make_receipt import Letterhead, payment_receipt, request_receipt, shift_receipt
from tokenpay.counter.receipt import Receipt
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Operator, Permission, Role
from tokenpay.parties.session import Session
from tokenpay.payments.intent import is_uetr
from tokenpay.payments.payment import PaymentState
from tokenpay.requests.reference import is_reference, parse_reference
from tokenpay.steps.authorize import Whose, authorize, customers_of, whose
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.own_address import check_address
from tokenpay.steps.paid_back import paid_back
from tokenpay.steps.record import record
from tokenpay.steps.report_shift import report_shift
from tokenpay.store.unit_of_work import UnitOfWork

SHIFT_PREFIX = "SH-"


def preview_receipt(bank: Bank, of: str, *, by: Session) -> Receipt:
    """Return what a receipt would say now; it says of itself that it is none, and is not counted.

    `of` is the id of a payment, a shift or a request, or a request's reference. A customer has those of payments that
    they made or were paid by, and nobody else's name stands on them. Raises NotFound.
    """
    with bank.store.read() as uow:
        return _receipt(uow, bank, authorize(uow, bank, by, Permission.READ, of=_whose(uow, of)), of)


def issue_receipt(bank: Bank, of: str, *, by: Session) -> Receipt:
    """Return the receipt of a payment, a shift or a request as it stands: the original, and later its numbered copies.

    There is one original of what a receipt proves. When that changes, as when a pending payment is final or was paid
    back, a deposit came or cash moved since an X report, the next receipt is another one, with its own number and
    original. Customers are refused: an original is paper that the counter hands over once. Raises NotFound.
    """
    with bank.store.read() as uow:
        receipt = _receipt(uow, bank, authorize(uow, bank, by, Permission.RECEIPT), of)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RECEIPT)
        number, now_s = new_id(bank, "RC"), bank.clock.now_s()
        issued = uow.receipts.count(receipt, number, branch=operator.branch, by=operator.id, at_s=now_s)
        content = {"number": issued.number, "copy": issued.copy, "standing": issued.standing.value}
        record(uow, bank, operator, "receipt.issued", issued.subject, content)
    return issued


def _whose(uow: UnitOfWork, of: str) -> Whose:
    """A customer looks at payments of their own; what came for a request says more than they are told."""
    return (lambda: whose(uow.payments.get(of))) if is_uetr(of) else ()


def _receipt(uow: UnitOfWork, bank: Bank, operator: Operator, of: str) -> Receipt:
    if of.startswith(SHIFT_PREFIX):
        report = report_shift(uow, operator, of)
        return shift_receipt(report, _letterhead(uow, bank, operator.branch), at_s=bank.clock.now_s())
    if not is_uetr(of):
        issued = check_address(uow, uow.requests.get(parse_reference(of) if is_reference(of) else of))
        request = issued.request
        head = _letterhead(uow, bank, operator.branch, request.payee.partition("/")[2])
        credited = Amount(request.asset, issued.credited_units)
        return request_receipt(request, issued.state, credited, uow.deposits.find(request_id=request.id), head)
    payment = uow.payments.get(of)
    owners = (*customers_of(payment.intent.debtor), *customers_of(payment.intent.creditor))
    if operator.role is Role.CUSTOMER:
        owners = (operator.customer_id,)
    charged = uow.ledger.charged(of).items()
    fees = [Amount(uow.assets.get(asset_id).asset, units) for asset_id, units in charged]
    back = [each for each in paid_back(uow, of) if each.state is PaymentState.FINAL]
    head = _letterhead(uow, bank, uow.payments.branch(of), *owners)
    return payment_receipt(payment, head, fees=fees, back=back)


def _letterhead(uow: UnitOfWork, bank: Bank, branch: str, *customer_ids: str) -> Letterhead:
    return Letterhead(
        bank=bank.name,
        branch=branch,
        names=uow.customers.names(customer_ids),
        payer_named=bank.settings.names_on_receipts,
    )
