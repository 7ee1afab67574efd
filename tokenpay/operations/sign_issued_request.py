"""Let the bank's key vouch for a request that it issued."""

from tokenpay.bank import Bank
from tokenpay.errors import IntegrityError, InvalidRequest, WrongState
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.request_state import WAITING, after_time
from tokenpay.requests.signed_request import BankKey, verify_request
from tokenpay.steps.authorize import authorize
from tokenpay.steps.own_address import check_address
from tokenpay.steps.record import record
from tokenpay.steps.request_proof import own_claims, own_key
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork


def sign_issued_request(bank: Bank, request_id: str, *, by: Session) -> str:
    """Return a request as a text that the bank's key vouches for, until the request's own expiry.

    Needs the signer. The same request gives the same text. Raises NotFound, WrongState unless it waits for money
    in an asset that is not frozen, InvalidRequest for one without a deposit address, SignerUnavailable,
    SignerRefused, IntegrityError where the stored address or what was signed is not what it should be.
    """
    signer = bank.required_signer()
    with bank.store.read() as uow:
        _, issued = _waiting(uow, bank, request_id, by=by)
        key, claims = own_key(uow, bank), own_claims(uow, bank, issued.request)
    text = signer.sign_request(claims, index=issued.deposit_index if issued.deposit_index is not None else -1)
    _check(text, claims, key)
    with bank.store.unit_of_work() as uow:
        operator, _ = _waiting(uow, bank, request_id, by=by)
        record(uow, bank, operator, "request.signed", request_id, {"key": key.thumbprint.hex()})
    return text


def _waiting(uow: UnitOfWork, bank: Bank, request_id: str, *, by: Session) -> tuple[Operator, IssuedRequest]:
    operator = authorize(uow, bank, by, Permission.REQUEST)
    issued = check_address(uow, uow.requests.get(request_id))
    state = after_time(issued.request, issued.state, now_s=bank.clock.now_s())
    if state not in WAITING:
        raise WrongState("only a request that waits for money is signed", state=state.value)
    if not uow.assets.get(issued.request.asset.id).active:
        raise WrongState(f"{issued.request.asset.symbol} cannot be asked for: it is frozen")
    return operator, issued


def _check(text: str, claims: RequestClaims, key: BankKey) -> None:
    """Raise IntegrityError unless the text proves these claims to whoever holds the bank's key."""
    try:
        proven = verify_request(text, trusted_keys=[key], now_s=claims.issued_at_s).claims == claims
    except InvalidRequest:
        proven = False
    if not proven:
        raise IntegrityError("the signer signed something else than it was asked", request=claims.id)
