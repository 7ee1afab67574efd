"""Take a token out of use by hand, and take a frozen one back: one person stops, two let it go on."""

from tokenpay.bank import Bank
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import InvalidAsset
from tokenpay.ethereum.observed import TokenFacts
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.first_of_two import FirstOfTwo
from tokenpay.steps.record import record
from tokenpay.store.asset_store import RegisteredAsset


def token_facts(bank: Bank, asset_id: str) -> TokenFacts:
    """Return what the contract of a token of this bank says of itself now, with the hash of its code.

    Raises NotFound for an asset that the bank does not know, or a contract that is gone, InvalidAsset for cash and a
    chain's coin, ChainUnavailable.
    """
    with bank.store.read() as uow:
        asset = uow.assets.get(asset_id).asset
    return _facts(bank, asset)


def freeze_asset(bank: Bank, asset_id: str, *, reason: str, by: Session) -> RegisteredAsset:
    """Let nothing of a token leave any more; what comes in of it stands in suspense. Freezing it again changes nothing.

    Raises InvalidInput for a reason that is not 1 to 140 visible characters, NotFound, InvalidAsset for cash and a
    chain's coin.
    """
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        registered = uow.assets.get(asset_id, lock=True)
        _contract(registered.asset)
        if not _asked(asset_id).forget(uow) and not registered.active:
            return registered
        if registered.active:
            uow.assets.freeze(asset_id, at_s=bank.clock.now_s())
        record(uow, bank, operator, "asset.frozen", asset_id, texts={"reason": reason}, whatever_the_clock=True)
        return uow.assets.get(asset_id)


def unfreeze_asset(bank: Bank, asset_id: str, *, code_hash: bytes, by: Session) -> RegisteredAsset:
    """Take a frozen token back into use as its contract is now; the second of two people, within an hour, does it.

    `code_hash` is of the code that each of them has looked at, as `token_facts` tells it: it is pinned, with the name,
    version and domain that the contract has now. Returns the asset, `active` once both have called, as it is where
    nothing was frozen. Raises NotPermitted when the same person calls twice, InvalidAsset where the contract has
    another code than that, or other decimals than the bank's books, and as `token_facts` does.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        asset = uow.assets.get(asset_id).asset
    facts = _facts(bank, asset)
    if facts.code_hash != code_hash:
        raise InvalidAsset(f"the contract's code is now 0x{facts.code_hash.hex()}", asset=asset_id)
    if facts.decimals != asset.decimals:
        raise InvalidAsset(f"the contract says {facts.decimals} decimals, not {asset.decimals}", asset=asset_id)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        registered = uow.assets.get(asset_id, lock=True)
        if registered.active:
            return registered
        now_s, details = bank.clock.now_s(), {"code_hash": code_hash.hex()}
        asked = _asked(asset_id, code_hash)
        first = asked.second(uow, operator, at_s=now_s, alone="a token is taken back into use by two people")
        if not first:
            record(uow, bank, operator, "asset.unfreeze_asked", asset_id, details)
            return registered
        uow.assets.unfreeze(asset_id, facts, at_s=now_s)
        record(uow, bank, operator, "asset.unfrozen", asset_id, {**details, "with": first})
        return uow.assets.get(asset_id)


def _asked(asset_id: str, code_hash: bytes = b"") -> FirstOfTwo:
    return FirstOfTwo(fact=f"unfreeze_asked/{asset_id}", what=code_hash.hex())


def _facts(bank: Bank, asset: Asset) -> TokenFacts:
    chain_id, contract = _contract(asset)
    return bank.chain(chain_id).token_facts(contract)


def _contract(asset: Asset) -> tuple[int, Address]:
    if asset.chain_id is None or asset.contract is None:
        raise InvalidAsset(f"{asset.symbol} has no contract: only a token is frozen", asset=asset.id)
    return asset.chain_id, asset.contract
