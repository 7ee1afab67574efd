"""Write a new bank's first facts: its people, its policy and the chains it works on."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.compliance.policy import Policy
from tokenpay.errors import InvalidInput
from tokenpay.money.asset import Asset
from tokenpay.parties.credential import Credential
from tokenpay.parties.operator import ENGINE_ID, Operator, Role
from tokenpay.steps.record import record
from tokenpay.store.asset_store import RegisteredAsset
from tokenpay.store.chain_store import FollowedChain


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """A person who is there when the bank is founded; the first two are supervisors and stand for its policy."""

    id: str
    name: str
    password: str
    role: Role
    branch: str = "main"

    def __repr__(self) -> str:
        return f"Founder({self.id}, {self.role})"


def check_founders(founders: Sequence[Founder]) -> None:
    """Raise InvalidInput unless two different supervisors found the bank and all ids differ."""
    if len({founder.id for founder in founders}) != len(founders) or ENGINE_ID in {f.id for f in founders}:
        raise InvalidInput("operators have different ids, and none is called engine")
    if len(founders) < 2 or any(founder.role is not Role.SUPERVISOR for founder in founders[:2]):
        raise InvalidInput("a bank is founded by two supervisors")
    if any(founder.role in (Role.ENGINE, Role.CUSTOMER) for founder in founders):
        raise InvalidInput("those who found a bank are people of it: not its engine, and no customer")


def found(
    bank: Bank,
    *,
    people: Sequence[tuple[Operator, Credential]],
    policy: Policy,
    demo: bool,
) -> None:
    """Fill an empty, migrated database; everything stands in one unit of work or nothing does.

    Asks each chain for its head and the treasury's nonce. Raises IntegrityError where a node serves
    another chain, ChainUnavailable.
    """
    signer = bank.required_signer()
    treasury = signer.treasury()
    starts = []
    for settings in bank.settings.chains:
        chain = bank.chain(settings.chain_id)
        chain.verify_chain_id()
        starts.append((settings, chain.finalized(), chain.transaction_count(treasury)))
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        facts = {
            "name": bank.name,
            "demo": "yes" if demo else "",
            "deposit_xpub": signer.deposit_xpub(),
            "request_key": signer.request_key().hex(),
            "data_key": bank.required_data_keys().public().hex(),
            "head_key": signer.head_key().hex(),
            "stopped": "",
            "resume_asked_by": "",
        }
        for name, value in facts.items():
            uow.facts.set(name, value)
        for operator, credential in people:
            uow.operators.add(operator, credential)
        maker, checker = (operator for operator, _ in people[:2])
        uow.policies.add(policy, at_s=now_s, maker=maker.id, checker=checker.id)
        for settings, start, nonce in starts:
            native = Asset.native(settings.chain_id, symbol=settings.native_symbol)
            uow.assets.add(RegisteredAsset(asset=native, active=True, checked_at_s=now_s))
            uow.chains.add(
                FollowedChain(
                    chain_id=settings.chain_id,
                    treasury=treasury,
                    native_asset_id=native.id,
                    next_nonce=nonce,
                    head_number=start.number,
                    final_number=start.number,
                    halted="",
                )
            )
            uow.chains.add_block(settings.chain_id, start)
        record(uow, bank, maker, "bank.founded", "bank", {"policy": policy.version, "with": checker.id})
