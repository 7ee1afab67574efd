"""Bring what stands on deposit addresses to the treasury, which pays the gas (EIP-3009)."""

from hashlib import sha256

from tokenpay.bank import Bank
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import Payment, Refusal
from tokenpay.steps.authorize import authorize
from tokenpay.steps.propose import Draft, propose
from tokenpay.store.door import rows_limit


def sweep(bank: Bank, *, asset_id: str, by: Session, at_least_units: int = 1, limit: int = 100) -> list[Payment]:
    """Propose one sweep for each deposit address that holds at least so much; return those that were cleared.

    Only the engine may. Called again, it proposes nothing for what a sweep has already reserved. Raises
    NotFound, and InvalidAuthorization for an asset that takes no authorizations.
    """
    rows_limit(limit)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        registered = uow.assets.get(asset_id)
        asset, chain_id = registered.asset, registered.domain().chain_id
        treasury = uow.chains.treasury(chain_id)
        accounts = uow.ledger.accounts(
            kind=AccountKind.CUSTODY, asset_id=asset_id, available_units=max(1, at_least_units)
        )
        full = [
            (Address.parse(account.owner), account.available_units or 0, account.version)
            for account in accounts
            if account.owner != treasury.text
        ][:limit]
        before = {address.text: len(uow.payments.find(related=address.text, whole=False)) for address, _, _ in full}
        requests = uow.requests.by_address(chain_id, [address for address, _, _ in full])
    made: list[Payment] = []
    for address, units, version in full:
        issued = requests.get(address.text)
        if issued is None:
            continue
        draft = Draft(
            purpose=Purpose.SWEEP,
            debtor=ChainParty(chain_id, address),
            creditor=ChainParty(chain_id, treasury),
            amount=Amount(asset, units),
            related=address.text,
            index=issued.deposit_index,
        )
        # Another key after a sweep that failed; the same one for two engines that see the same balance.
        key = f"engine/sweep/{sha256(asset_id.encode()).hexdigest()[:16]}/{address}/{version}/{before[address.text]}"
        result = propose(bank, draft, by=by, key=key, permission=Permission.RUN_ENGINE)
        if not isinstance(result, Refusal):
            made.append(result)
    return made
