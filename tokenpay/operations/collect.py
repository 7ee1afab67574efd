"""Take a payment that a customer authorized with their own key (EIP-3009); the bank pays the gas."""

from tokenpay.bank import Bank
from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.grants.authorization import Authorization, calldata
from tokenpay.ethereum.grants.grant import verify
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import Payment, Reason, Refusal
from tokenpay.primitives.secp256k1 import Signature
from tokenpay.steps.authorize import authorize
from tokenpay.steps.propose import Draft, propose
from tokenpay.store.carried_store import Carried
from tokenpay.store.unit_of_work import UnitOfWork


def collect(
    bank: Bank, *, request_id: str, authorization: Authorization, signature: Signature, by: Session, key: str
) -> Payment | Refusal:
    """Carry a payer's authorization for a request to the chain; what arrives is credited as a deposit.

    The authorization pays the request's own deposit address, in its asset, and is still valid: the payment waits no
    longer than it is.
    Returns as `pay` does. Raises InvalidAuthorization, NotFound, KeyReused, and Conflict where another
    payment carries this authorization.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.PAY)
        issued = uow.requests.get(request_id)
        registered = uow.assets.get(issued.request.asset.id)
    request = issued.request
    signed = verify(authorization, signature)
    if authorization.domain != registered.domain() or authorization.kind != "transfer":
        raise InvalidAuthorization("the authorization is for another token, or only its recipient may carry it")
    if request.deposit_address is None or authorization.recipient != request.deposit_address:
        raise InvalidAuthorization("the authorization does not pay this request's address")
    if not authorization.units:
        raise InvalidAuthorization("the authorization pays nothing")
    chain_id = authorization.domain.chain_id

    def check(uow: UnitOfWork) -> tuple[Reason, ...]:
        authorization.check_window(bank.clock.now_s())  # asked of a new payment only, not of a repeated call
        if uow.carried.holds(authorization.sender.text, authorization.nonce):
            return (Reason(code="authorization.carried", message="this authorization is collected already"),)
        if uow.chains.authorization_used(
            chain_id,
            contract=authorization.domain.verifying_contract,
            authorizer=authorization.sender.text,
            nonce=authorization.nonce,
        ):
            return (Reason(code="authorization.used", message="this authorization was carried out on the chain"),)
        return ()

    draft = Draft(
        purpose=Purpose.COLLECTION,
        debtor=ChainParty(chain_id, authorization.sender),
        creditor=ChainParty(chain_id, authorization.recipient),
        amount=Amount(request.asset, authorization.units),
        request_id=request_id,
        related=authorization.nonce.hex(),
        index=issued.deposit_index,
        good_until_s=authorization.valid_before_s,
        carried=lambda payment_id: Carried(
            payment_id=payment_id,
            calldata=calldata(signed),
            authorizer=authorization.sender.text,
            nonce=authorization.nonce,
        ),
    )
    return propose(bank, draft, by=by, key=key, permission=Permission.PAY, check=check)
