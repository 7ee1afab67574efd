"""What a payment is to the bank's own requests and addresses."""

from tokenpay.payments.deposit import DepositState
from tokenpay.payments.intent import ChainParty, Intent, Purpose, Rail
from tokenpay.payments.payment import ON_ITS_WAY, PaymentState, Reason
from tokenpay.requests.request_state import WAITING, after_payment, after_time
from tokenpay.steps.authorization_use import has_paid
from tokenpay.store.unit_of_work import UnitOfWork


def request_reasons(uow: UnitOfWork, intent: Intent, *, at_s: int) -> tuple[Reason, ...]:
    """Lock the request that a payment answers and return why it cannot take the payment, or nothing.

    In our own books nobody can overpay by mistake: what a request does not ask for is refused. What is collected on a
    chain is a deposit when it comes, and divided then; but nothing is collected for what asks for nothing any more.
    """
    if not intent.request_id:
        return ()
    closed = ended_reasons(uow, intent, at_s=at_s, lock=True)
    if closed or intent.rail is not Rail.BOOK:
        return closed
    issued = uow.requests.get(intent.request_id)
    state = after_time(issued.request, issued.state, now_s=at_s)
    if issued.request.payee != str(intent.creditor) or issued.request.asset != intent.amount.asset:
        return (
            Reason(code="request.other", message="the payment is not to the payee, or not in the asset, asked for"),
        )
    taken = after_payment(
        issued.request, state, credited_units=issued.credited_units, units=intent.amount.units, at_s=at_s
    )
    if taken.suspense_units:
        return (Reason(code="request.amount", message="the request asks for another amount"),)
    return ()


def ended_reasons(uow: UnitOfWork, intent: Intent, *, at_s: int, lock: bool = False) -> tuple[Reason, ...]:
    """Return why a payment comes too late for its request, or nothing."""
    if not intent.request_id:
        return ()
    issued = uow.requests.get(intent.request_id, lock=lock)
    state = after_time(issued.request, issued.state, now_s=at_s)
    return () if state in WAITING else (Reason(code="request.closed", message=f"the request is {state}"),)


def under_way_reasons(
    uow: UnitOfWork, intent: Intent, *, at_s: int, also: frozenset[PaymentState] = frozenset()
) -> tuple[Reason, ...]:
    """Return that a request which waits gets too much together with what is in no final block yet, or nothing.

    That is what was seen to come, and what is collected for it and on its way, or stands in `also`: a wallet that had
    no answer signs anew. Where nothing is on its way, `request_reasons` says what may be paid. Its request is locked.
    """
    if not intent.request_id or intent.purpose not in (Purpose.PAYMENT, Purpose.COLLECTION):
        return ()
    issued = uow.requests.get(intent.request_id)
    found = uow.payments.find(request_id=intent.request_id, purpose=Purpose.COLLECTION, states=ON_ITS_WAY | also)
    collected = [payment for payment in found if payment.id != intent.uetr]
    came = uow.deposits.find(request_id=intent.request_id, states=None if collected else [DepositState.SEEN])
    seen = [deposit for deposit in came if deposit.state is DepositState.SEEN]
    coming = [deposit.amount.units for deposit in seen if deposit.amount.asset == issued.request.asset]
    # What was carried counts once, as what came: by one look at that, since a block may be taken in at any moment.
    others = [payment for payment in collected if has_paid(uow, payment, came=came) is not True]
    coming += [payment.intent.amount.units for payment in others]
    if not coming:
        return ()
    state, credited_units, too_many = issued.state, issued.credited_units, 0
    for units in (*coming, intent.amount.units):
        taken = after_payment(issued.request, state, credited_units=credited_units, units=units, at_s=at_s)
        state, credited_units, too_many = taken.state, credited_units + taken.credit_units, taken.suspense_units
    if not too_many:
        return ()
    return (Reason(code="request.under_way", message="what the request asks for is on its way already"),)


def address_reasons(uow: UnitOfWork, intent: Intent) -> tuple[Reason, ...]:
    """Return why nobody should pay this address, or nothing: it is the bank's own, or a token's contract."""
    creditor = intent.creditor
    if not isinstance(creditor, ChainParty) or intent.purpose not in (Purpose.PAYMENT, Purpose.REFUND):
        return ()
    if uow.requests.owns(creditor.chain_id, creditor.address):
        return (Reason(code="creditor.request", message="the address is a request of this bank: pay it in the books"),)
    if creditor.address == uow.chains.treasury(creditor.chain_id):
        return (Reason(code="creditor.treasury", message="the address is the bank's own treasury"),)
    if creditor.address in uow.assets.contracts(creditor.chain_id):
        return (Reason(code="creditor.contract", message="the address is a token's contract: what it gets is lost"),)
    return ()


def take_payment(uow: UnitOfWork, intent: Intent, *, at_s: int) -> None:
    """Count a posted book payment in its request, which `request_reasons` has locked and agreed to."""
    if not intent.request_id or intent.rail is not Rail.BOOK:
        return
    issued = uow.requests.get(intent.request_id)
    taken = after_payment(
        issued.request, issued.state, credited_units=issued.credited_units, units=intent.amount.units, at_s=at_s
    )
    uow.requests.update(intent.request_id, state=taken.state, credited_units=issued.credited_units + taken.credit_units)
