"""Take an asset into use, and watch that its contract stays what it was, and that it holds what the books say."""

from contextlib import suppress

from tokenpay.bank import Bank
from tokenpay.errors import ChainUnavailable, InvalidAsset, NotFound, WrongState
from tokenpay.ethereum.observed import Holding, TokenFacts
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.steps.take_out_of_use import take_out_of_use
from tokenpay.steps.waited import waited
from tokenpay.store.asset_store import RegisteredAsset

CHECK_EVERY_S = 60
_CHANGED = "the token's contract is not what it was when it was taken into use"


def register_asset(bank: Bank, asset: Asset, *, by: Session) -> RegisteredAsset:
    """Take an asset into use; a token only if the chain confirms its decimals and symbol now.

    Pins the hash of its code. Registering it again returns it as it is. Raises InvalidAsset where the
    chain says otherwise, NotFound where there is no contract, ChainUnavailable.
    """
    facts = None
    if asset.kind is AssetKind.TOKEN and asset.contract is not None and asset.chain_id is not None:
        facts = bank.chain(asset.chain_id).token_facts(asset.contract)
        if facts.decimals != asset.decimals:
            raise InvalidAsset(f"the contract says {facts.decimals} decimals, not {asset.decimals}", asset=asset.id)
        if facts.symbol != asset.symbol:
            raise InvalidAsset("the contract says another symbol", asset=asset.id)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        if asset.kind is AssetKind.NATIVE and uow.chains.get(asset.chain_id or 0).native_asset_id != asset.id:
            raise InvalidAsset("the chain has one coin, and this bank knows it by another id", asset=asset.id)
        if any(known.asset.id == asset.id for known in uow.assets.all()):
            return uow.assets.get(asset.id)
        registered = RegisteredAsset(
            asset=asset,
            active=True,
            checked_at_s=bank.clock.now_s(),
            token_name=facts.name if facts else "",
            token_version=facts.version if facts else "",
            domain_separator=facts.domain_separator if facts else None,
            code_hash=facts.code_hash if facts else None,
        )
        uow.assets.add(registered)
        code_hash = facts.code_hash.hex() if facts else ""
        record(uow, bank, operator, "asset.registered", asset.id, {"decimals": asset.decimals, "code_hash": code_hash})
        return registered


def check_asset(bank: Bank, asset_id: str, *, by: Session) -> RegisteredAsset:
    """Compare a token with what was pinned and freeze it, with a case, when its code or decimals changed.

    So is one of which the treasury holds less than the books have beyond what is about to leave: whoever is paid first
    would be paid with what is others'. Returns the asset as it stands now; a frozen one stays frozen. Raises NotFound,
    ChainUnavailable.
    """
    permission = Permission.RUN_ENGINE if by.operator.may(Permission.RUN_ENGINE) else Permission.CONTROL
    with bank.store.read() as uow:
        authorize(uow, bank, by, permission)
        registered = uow.assets.get(asset_id)
    asset = registered.asset
    if asset.contract is None or asset.chain_id is None or not registered.active:
        return registered
    try:
        facts = bank.chain(asset.chain_id).token_facts(asset.contract)
    except NotFound:
        facts = None  # a contract that destroyed itself
    changed = facts is None or not _unchanged(registered, facts)
    why = _CHANGED if changed else _lacking(bank, asset)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, permission)
        if not why:
            uow.assets.mark_checked(asset_id, at_s=bank.clock.now_s())
            return registered
        code_hash = facts.code_hash.hex() if facts else ""
        take_out_of_use(uow, bank, operator, asset_id, why=why, code_hash=code_hash)
        return uow.assets.get(asset_id)


def check_assets(bank: Bank, *, chain_id: int, by: Session) -> list[RegisteredAsset]:
    """Check the tokens of a chain that were not looked at for a minute; return those that were frozen now."""
    now_s = bank.clock.now_s()
    with bank.store.read() as uow:
        tokens = [known for known in uow.assets.all(chain_id=chain_id) if known.asset.contract is not None]
    due = [
        known.asset.id for known in tokens if known.active and waited(known.checked_at_s, CHECK_EVERY_S, now_s=now_s)
    ]
    checked = [check_asset(bank, asset_id, by=by) for asset_id in due]
    return [registered for registered in checked if not registered.active]


def _lacking(bank: Bank, asset: Asset) -> str:
    """Return what the treasury lacks of a token at the block at which the books stand; empty where it lacks nothing.

    What cannot be told now is looked at again. Deposit addresses are not asked: nothing leaves from there.
    """
    chain_id = asset.chain_id or 0
    with bank.store.read() as uow:
        followed = uow.chains.get(chain_id)
        custody = movements.custody_of(followed.treasury, asset.id)
        known = uow.ledger.accounts(kind=custody.kind, owner=custody.owner, asset_id=asset.id)
        booked_units = sum(account.available_units or 0 for account in known)
        if not booked_units or uow.ledger.newest_block(custody.id) > followed.final_number:
            return ""  # or a later block is being judged just now
    with suppress(ChainUnavailable, WrongState):
        holding = Holding(address=followed.treasury, contract=asset.contract)
        held_units = bank.chain(chain_id).holdings([holding], followed.final_number)[0]
        if held_units < booked_units:
            return f"the treasury holds {held_units} units at block {followed.final_number}, of {booked_units} booked"
    return ""


def _unchanged(registered: RegisteredAsset, facts: TokenFacts) -> bool:
    return facts.code_hash == registered.code_hash and facts.decimals == registered.asset.decimals
