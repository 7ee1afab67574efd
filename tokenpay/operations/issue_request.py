"""Ask for money, once or many times: a request with its own reference and, on a chain, its own deposit address."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput, TokenpayError, WrongState
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount, checked_amount
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import DepositState
from tokenpay.primitives.canonical import Value
from tokenpay.requests.payment_request import PaymentRequest, Terms
from tokenpay.requests.reference import reference_id
from tokenpay.requests.request_order import RequestOrder, RequestRefusal
from tokenpay.requests.request_state import RequestState, after_cancel
from tokenpay.steps.authorize import authorize
from tokenpay.steps.batch import check_size, each
from tokenpay.steps.own_address import address_at
from tokenpay.steps.record import record
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork

MAX_LIFETIME_S = 366 * 86_400


class _Draft(NamedTuple):
    order: RequestOrder
    key: str
    id: str


def issue_request(
    bank: Bank,
    *,
    payee: str,
    asset: Asset,
    amount: Amount | None,
    by: Session,
    key: str,
    expires_in_s: int = 900,
    remittance_information: str = "",
    terms: Terms = Terms.PARTS,
) -> PaymentRequest:
    """Issue a request for a customer; no `amount` leaves it open to the payer.

    `payee` is the customer's number. The same key with the same content returns the same request.
    Raises NotFound, WrongState for a customer who is not active or a frozen asset, InvalidRequest, KeyReused.
    """
    order = RequestOrder(
        payee=payee,
        asset=asset,
        amount=amount,
        expires_in_s=expires_in_s,
        remittance_information=remittance_information,
        terms=terms,
    )
    try:
        with bank.store.unit_of_work() as uow:
            (issued,) = _issue(uow, bank, [order], keys=[key], by=by)
            if isinstance(issued, WrongState):
                raise issued
            return issued
    except TokenpayError as error:
        error.fields.pop("order", None)  # there is but one
        raise


def issue_requests(
    bank: Bank, *, orders: Sequence[RequestOrder], by: Session, key: str
) -> tuple[PaymentRequest | RequestRefusal, ...]:
    """Issue 1 to 1,000 requests in one unit of work, and return what became of each order.

    Each is what `issue_request` would issue for it with `key/1`, `key/2` and so on. One whose customer is not active,
    or whose asset is frozen, is refused alone and binds no key: asked for again it is tried again, while the others
    return the requests that they have. Raises what `issue_request` raises otherwise, with the order's number, from 1,
    in the error's field `order`: nothing is done then. InvalidInput with `rule` "batch.size" for too few or too many.
    """
    check_size(orders)
    keys = [f"{key}/{number}" for number in range(1, len(orders) + 1)]
    with bank.store.unit_of_work() as uow:
        outcomes = _issue(uow, bank, orders, keys=keys, by=by)
    return tuple(
        RequestRefusal(order=order, code=outcome.code, message=outcome.message)
        if isinstance(outcome, WrongState)
        else outcome
        for order, outcome in zip(orders, outcomes, strict=True)
    )


def _issue(
    uow: UnitOfWork, bank: Bank, orders: Sequence[RequestOrder], *, keys: Sequence[str], by: Session
) -> list[PaymentRequest | WrongState]:
    """Return the request of each order, or why it cannot be asked for: then its key stands for nothing."""
    each(_check_lifetime, orders)
    now_s = bank.clock.now_s()
    operator = authorize(uow, bank, by, Permission.REQUEST, of=set.intersection(*({order.payee} for order in orders)))
    drafts = [
        _Draft(order, key, reference_id(bank.entropy.random(16))) for order, key in zip(orders, keys, strict=True)
    ]
    known = each(lambda draft: _claim(uow, draft, at_s=now_s), drafts)
    uow.customers.keep(order.payee for order in orders)
    uow.writes.gather()
    addresses = _addresses(uow)

    def outcome(asked: tuple[_Draft, str | None]) -> PaymentRequest | WrongState:
        draft, before = asked
        if before is not None:
            return uow.requests.get(before).request
        try:
            _check_may_be_asked(uow, draft.order)
        except WrongState as error:
            uow.keys.release(draft.key)
            return error
        index, address = next(addresses) if draft.order.asset.kind is AssetKind.TOKEN else (None, None)
        request = _request(draft, created_at_s=now_s, deposit_address=address)
        uow.requests.add(IssuedRequest(request=request, state=RequestState.OPEN, deposit_index=index))
        details = {"asset": request.asset.id, "units": _units(request.amount)}
        record(uow, bank, operator, "request.open", request.id, details)
        return request

    return each(outcome, zip(drafts, known, strict=True))


def _check_lifetime(order: RequestOrder) -> None:
    if not 0 < order.expires_in_s <= MAX_LIFETIME_S:
        raise InvalidInput("a request lives between one second and a year")


def _claim(uow: UnitOfWork, draft: _Draft, *, at_s: int) -> str | None:
    order = draft.order
    content: dict[str, Value] = {
        "payee": order.payee,
        "asset": order.asset.id,
        "units": _units(checked_amount(order.amount) if order.amount is not None else None),
        "remittance_information": order.remittance_information,
        "terms": order.terms.value,
        "expires_in_s": order.expires_in_s,
    }
    return uow.keys.claim(draft.key, verb="issue_request", content=content, result_id=draft.id, at_s=at_s)


def _units(amount: Amount | None) -> str:
    return str(amount.units) if amount is not None else ""


def _check_may_be_asked(uow: UnitOfWork, order: RequestOrder) -> None:
    if uow.customers.get(order.payee, lock="to keep").status is not CustomerStatus.ACTIVE:
        raise WrongState("the customer is not active", customer=order.payee)
    registered = uow.assets.get(order.asset.id)
    if not registered.active or registered.asset != order.asset:
        raise WrongState(f"{order.asset.symbol} cannot be asked for: it is frozen, or not as this bank knows it")


def _addresses(uow: UnitOfWork) -> Iterator[tuple[int, Address]]:
    """Yield the deposit addresses that no request has, each with its index."""
    xpub = uow.facts.lock("deposit_xpub")  # the lock keeps two requests from one index
    first = max(uow.requests.next_index(), uow.facts.number("deposit_index_floor", 0))
    yield from ((index, address_at(xpub, index)) for index in count(first))


def _request(draft: _Draft, *, created_at_s: int, deposit_address: Address | None) -> PaymentRequest:
    order = draft.order
    return PaymentRequest(
        id=draft.id,
        payee=f"customer/{order.payee}",
        asset=order.asset,
        amount=order.amount,
        created_at_s=created_at_s,
        expires_at_s=created_at_s + order.expires_in_s,
        remittance_information=order.remittance_information,
        deposit_address=deposit_address,
        terms=order.terms,
    )


def cancel_request(bank: Bank, request_id: str, *, by: Session) -> RequestState:
    """Cancel a request that still waits for money; what arrives afterwards goes to suspense.

    Raises NotFound, and WrongState where it does not wait, or a deposit for it is seen and not final yet.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.REQUEST)
        issued = uow.requests.get(request_id, lock=True)
        if issued.state is RequestState.CANCELLED:
            return issued.state
        state = after_cancel(issued.state)
        if uow.deposits.find(request_id=request_id, states=[DepositState.SEEN], limit=1):
            raise WrongState("money for it is on the chain already, and not final yet", request=request_id)
        uow.requests.update(request_id, state=state, credited_units=issued.credited_units)
        record(uow, bank, operator, "request.cancelled", request_id)
        return state
