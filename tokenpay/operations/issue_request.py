"""Ask for money: a request with its own reference and, on a chain, its own deposit address."""

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput, WrongState
from tokenpay.money.amount import Amount, checked_amount
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import DepositState
from tokenpay.requests.payment_request import PaymentRequest, Terms
from tokenpay.requests.reference import reference_id
from tokenpay.requests.request_state import RequestState, after_cancel
from tokenpay.steps.authorize import authorize
from tokenpay.steps.own_address import address_at
from tokenpay.steps.record import record
from tokenpay.store.request_store import IssuedRequest

MAX_LIFETIME_S = 366 * 86_400


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
    if not 0 < expires_in_s <= MAX_LIFETIME_S:
        raise InvalidInput("a request lives between one second and a year")
    now_s = bank.clock.now_s()
    request_id = reference_id(bank.entropy.random(16))
    content = {
        "payee": payee,
        "asset": asset.id,
        "units": str(checked_amount(amount).units) if amount is not None else "",
        "remittance_information": remittance_information,
        "terms": terms.value,
        "expires_in_s": expires_in_s,
    }
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.REQUEST, of=(payee,))
        known = uow.keys.claim(key, verb="issue_request", content=content, result_id=request_id, at_s=now_s)
        if known is not None:
            return uow.requests.get(known).request
        if uow.customers.get(payee, lock="to keep").status is not CustomerStatus.ACTIVE:
            raise WrongState("the customer is not active", customer=payee)
        registered = uow.assets.get(asset.id)
        if not registered.active or registered.asset != asset:
            raise WrongState(f"{asset.symbol} cannot be asked for: it is frozen, or not as this bank knows it")
        index, address = None, None
        if asset.kind is AssetKind.TOKEN:
            xpub = uow.facts.lock("deposit_xpub")  # the lock keeps two requests from one index
            index = max(uow.requests.next_index(), uow.facts.number("deposit_index_floor", 0))
            address = address_at(xpub, index)
        request = PaymentRequest(
            id=request_id,
            payee=f"customer/{payee}",
            asset=asset,
            amount=amount,
            created_at_s=now_s,
            expires_at_s=now_s + expires_in_s,
            remittance_information=remittance_information,
            deposit_address=address,
            terms=terms,
        )
        uow.requests.add(IssuedRequest(request=request, state=RequestState.OPEN, deposit_index=index))
        record(uow, bank, operator, "request.open", request_id, {"asset": asset.id, "units": content["units"]})
        return request


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
