"""What this bank knows of a text that was scanned or typed."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.errors import InvalidRequest, NotFound
from tokenpay.money.address import Address, caip2
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.ens import EnsName
from tokenpay.requests.request_state import after_time
from tokenpay.requests.resolution import Resolution, Resolved
from tokenpay.requests.scanned import (
    ScannedAddress,
    ScannedAsset,
    ScannedReference,
    ScannedSigned,
    Unreadable,
    read_request,
)
from tokenpay.requests.signed_request import SignedRule, verify_request
from tokenpay.steps.own_address import check_address
from tokenpay.steps.request_proof import own_claims, own_key
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork

# What keeps a signed request from being ours; every other rule says that it is not genuine.
_NOT_OURS = {
    SignedRule.UNKNOWN_KEY: Resolution.OTHER_BANK,
    SignedRule.WRONG_BANK: Resolution.OTHER_BANK,
    SignedRule.EXPIRED: Resolution.SIGNED_EXPIRED,
    SignedRule.NOT_YET_VALID: Resolution.NOT_YET_VALID,
}


def resolve_request(bank: Bank, text: str) -> Resolved:
    """Read `text` and add what the bank knows; what did not come from this bank is never trusted.

    Always answers: what cannot be read is an outcome too. Raises StoreUnavailable, and IntegrityError for a request
    whose stored address was changed, or a request key that is none.
    """
    scanned = read_request(text)
    match scanned:
        case Unreadable():
            return Resolved(resolution=Resolution.UNREADABLE, unreadable=scanned)
        case EnsName():
            return Resolved(resolution=Resolution.ENS_NAME)
        case ContractCall():
            return Resolved(resolution=Resolution.UNKNOWN_FUNCTION)
        case ScannedAsset():
            return Resolved(resolution=Resolution.ASSET_ONLY)
    with bank.store.read() as uow:
        match scanned:
            case ScannedReference():
                issued = _known(uow, scanned.id)
                return Resolved(resolution=Resolution.UNKNOWN_REFERENCE) if issued is None else _ours(bank, uow, issued)
            case ScannedSigned():
                return _signed(bank, uow, scanned)
            case ScannedAddress():
                return _address(bank, uow, scanned)
            case EmvcoRequest():
                return _emvco(bank, uow, scanned)
            case Eip681():
                return _eip681(bank, uow, scanned)


def _signed(bank: Bank, uow: UnitOfWork, scanned: ScannedSigned) -> Resolved:
    """Resolve a signed request by its reference, once the bank's own key and record vouch for all that it says."""
    try:
        keys = [own_key(uow, bank)]
    except NotFound:
        keys = []  # a bank without a key has signed nothing
    try:
        claims = verify_request(scanned.text, trusted_keys=keys, now_s=bank.clock.now_s()).claims
    except InvalidRequest as error:
        rule = SignedRule[str(error.fields["rule"]).upper()]
        return Resolved(resolution=_NOT_OURS.get(rule, Resolution.NOT_GENUINE))
    issued = _known(uow, claims.id)
    if issued is None:
        return Resolved(resolution=Resolution.UNKNOWN_REFERENCE)
    try:
        agrees = claims == own_claims(uow, bank, issued.request)
    except InvalidRequest:
        agrees = False  # of such a record the bank would sign nothing
    return _ours(bank, uow, issued) if agrees else Resolved(resolution=Resolution.ALTERED)


def _known(uow: UnitOfWork, request_id: str) -> IssuedRequest | None:
    try:
        return uow.requests.get(request_id)
    except NotFound:
        return None


def _ours(bank: Bank, uow: UnitOfWork, issued: IssuedRequest) -> Resolved:
    request = check_address(uow, issued).request
    state = after_time(request, issued.state, now_s=bank.clock.now_s())
    frozen = not uow.assets.get(request.asset.id).active
    due = request.amount
    if due is not None and issued.credited_units:
        due = Amount(request.asset, max(due.units - issued.credited_units, 0))
    return Resolved(
        resolution=Resolution.FROZEN_TOKEN if frozen else Resolution.of(state),
        request=request,
        payee=request.deposit_address,
        chain_id=request.asset.chain_id if request.deposit_address is not None else None,
        asset=request.asset,
        amount=due,
    )


def _address(bank: Bank, uow: UnitOfWork, scanned: ScannedAddress) -> Resolved:
    known = {chain.chain_id for chain in uow.chains.all()}
    if scanned.chain_id is not None and scanned.chain_id not in known:
        return Resolved(resolution=Resolution.OTHER_CHAIN, payee=scanned.address, chain_id=scanned.chain_id)
    for chain_id in sorted(known if scanned.chain_id is None else {scanned.chain_id}):
        issued = _issued(uow, chain_id, scanned.address)
        if issued is not None:
            return _ours(bank, uow, issued)
    return Resolved(resolution=Resolution.FOREIGN_ADDRESS, payee=scanned.address, chain_id=scanned.chain_id)


def _eip681(bank: Bank, uow: UnitOfWork, scanned: Eip681) -> Resolved:
    if scanned.chain_id not in {chain.chain_id for chain in uow.chains.all()}:
        return Resolved(resolution=Resolution.OTHER_CHAIN, payee=scanned.payee, chain_id=scanned.chain_id)
    asset = _asset(uow, scanned)
    if asset is None:
        return Resolved(resolution=Resolution.UNKNOWN_TOKEN, payee=scanned.payee, chain_id=scanned.chain_id)
    issued = _issued(uow, scanned.chain_id, scanned.payee)
    if issued is not None and issued.request.asset == asset:
        return _ours(bank, uow, issued)
    frozen = not uow.assets.get(asset.id).active
    return Resolved(
        resolution=Resolution.FROZEN_TOKEN if frozen else Resolution.FOREIGN_ADDRESS,
        payee=scanned.payee,
        chain_id=scanned.chain_id,
        asset=asset,
        amount=Amount(asset, scanned.units) if scanned.units is not None and scanned.units <= MAX_UNITS else None,
    )


def _emvco(bank: Bank, uow: UnitOfWork, scanned: EmvcoRequest) -> Resolved:
    """Resolve a merchant's code: by our own template if it has one, and never by what another scheme's says."""
    token, name = scanned.token, scanned.merchant.name
    if token is not None and token.reference is not None:
        issued = _known(uow, token.reference)
        if issued is not None and scanned.agrees_with(issued.request):
            return _ours(bank, uow, issued)
        if issued is not None:
            return Resolved(resolution=Resolution.ALTERED, payee_name=name)
        if token.on_chain is None:
            return Resolved(resolution=Resolution.UNKNOWN_REFERENCE, payee_name=name)
    # A price in cash, or a tip, does not say how many tokens are due.
    if token is None or token.on_chain is None or scanned.priced:
        return Resolved(
            resolution=Resolution.FOREIGN_CODE, asset=scanned.currency, amount=scanned.amount, payee_name=name
        )
    resolved = _eip681(bank, uow, token.on_chain)
    return resolved if resolved.trusted else replace(resolved, payee_name=name)


def _asset(uow: UnitOfWork, scanned: Eip681) -> Asset | None:
    if scanned.contract is None:
        native = uow.chains.get(scanned.chain_id).native_asset_id
        return uow.assets.get(native).asset
    try:
        asset = uow.assets.get(f"{caip2(scanned.chain_id)}/erc20:{scanned.contract}").asset
    except NotFound:
        return None
    return asset if asset.kind is AssetKind.TOKEN else None


def _issued(uow: UnitOfWork, chain_id: int, address: Address) -> IssuedRequest | None:
    return uow.requests.by_address(chain_id, [address]).get(address.text)
