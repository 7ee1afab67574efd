"""Tokens that lie and blocks that vanish, on chains that run real contracts."""

from pathlib import Path

import pytest

from tests.fixtures_chain import World, anvil_world_at, code_of, new_address, running_anvil, signed_payment
from tokenpay.devnet.setup import OutsideWallet
from tokenpay.errors import ChainUnavailable
from tokenpay.ethereum.abi import address_word, selector, uint_word
from tokenpay.ethereum.observed import Holding, TransferLog
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

FORGE = selector("forge(address,address,uint256)")


def deployed(world: World, owner: OutsideWallet, name: str) -> Address:
    return owner.deploy(code_of(name))


def seen(world: World, contract: Address, recipient: Address) -> tuple[list[TransferLog], int]:
    """What the head block's logs claim that `recipient` got, and what it holds."""
    head = world.chain.head()
    logs = [log for log in world.chain.transfers([head], [contract]) if log.recipient == recipient]
    return logs, world.chain.holdings([Holding(address=recipient, contract=contract)], head.number)[0]


def test_a_fee_on_transfer_token_delivers_less_than_its_log_says(evm_world: World) -> None:
    owner, recipient = evm_world.person(), new_address()
    token = deployed(evm_world, owner, "FeeToken")
    owner.transfer(token, recipient, 1_000)
    (log,), held = seen(evm_world, token, recipient)
    assert (log.units, held) == (1_000, 990)


def test_a_forged_log_moves_nothing_and_is_not_one_of_the_real_token(evm_world: World) -> None:
    forger, recipient = evm_world.person(), new_address()
    fake = deployed(evm_world, forger, "Forger")
    call = FORGE + address_word(forger.address) + address_word(recipient) + uint_word(10**9)
    forger.call(fake, call)
    assert seen(evm_world, evm_world.token, recipient) == ([], 0)
    (log,), held = seen(evm_world, fake, recipient)
    assert (log.units, held) == (10**9, 0)
    assert evm_world.chain.token_facts(fake).symbol == evm_world.chain.token_facts(evm_world.token).symbol


def test_a_transfer_that_says_yes_and_moves_nothing(evm_world: World) -> None:
    person, recipient = evm_world.person(), new_address()
    fake = deployed(evm_world, person, "Forger")
    (receipt,) = evm_world.chain.receipts([person.transfer(fake, recipient, 7)])
    assert receipt is not None
    assert receipt.succeeded
    (log,), held = seen(evm_world, fake, recipient)
    assert (log.units, held) == (7, 0)


def test_a_token_that_returns_nothing_still_pays(evm_world: World) -> None:
    owner, recipient = evm_world.person(), new_address()
    token = deployed(evm_world, owner, "SilentToken")
    owner.transfer(token, recipient, 12)
    (log,), held = seen(evm_world, token, recipient)
    assert (log.units, held) == (12, 12)


RUNS = selector("runs(address)")


def place(name: str, less: int = 0) -> bytes:
    return uint_word(int.from_bytes(keccak256(name.encode()), "big") - less)


@pytest.mark.parametrize(
    ("kept_at", "beacon"),
    [
        (place("eip1967.proxy.implementation", 1), False),
        (place("org.zeppelinos.proxy.implementation"), False),
        (place("PROXIABLE"), False),
        (place("eip1967.proxy.beacon", 1), True),
    ],
    ids=["eip-1967", "before a standard", "eip-1822", "beacon"],
)
def test_a_proxy_that_runs_other_code_is_another_token(evm_world: World, kept_at: bytes, beacon: bool) -> None:
    owner = evm_world.person()
    proxy = owner.deploy(code_of("Proxy") + kept_at)
    turned = owner.deploy(code_of("Proxy") + bytes(32)) if beacon else proxy
    if beacon:
        owner.call(proxy, RUNS + address_word(turned))
    hashes = []
    for name in ("SilentToken", "FeeToken", "SilentToken"):
        owner.call(turned, RUNS + address_word(deployed(evm_world, owner, name)))
        hashes.append(evm_world.chain.token_facts(proxy).code_hash)
    first, other, again = hashes
    assert first == again != other


def test_an_orphaned_block_is_no_answer_and_its_deposit_is_gone(anvil_binary: Path) -> None:
    with running_anvil(anvil_binary) as url:
        world = anvil_world_at(url)
        assert world.rpc is not None
        recipient = new_address()
        world.give(recipient, 9)
        orphan = world.chain.head()
        (log,), held = seen(world, world.token, recipient)
        assert held == 9
        world.rpc.call("anvil_reorg", 1, [])
        stands = world.chain.head()
        assert (stands.number, stands.hash != orphan.hash) == (orphan.number, True)
        assert seen(world, world.token, recipient) == ([], 0)
        assert world.chain.receipts([log.transaction_hash]) == [None]
        with pytest.raises(ChainUnavailable):
            world.chain.transfers([orphan], [world.token])


def test_a_fee_bump_replaces_and_a_small_one_is_underpriced(anvil_binary: Path) -> None:
    with running_anvil(anvil_binary) as url:
        world = anvil_world_at(url)
        assert world.rpc is not None
        person = world.person()
        world.rpc.call("evm_setAutomine", False)

        def bid(wei: int) -> bytes:
            return signed_payment(person, max_fee_wei=wei, max_priority_fee_wei=wei, to=b"\x05" * 20).raw

        price = 2 * world.chain.head().base_fee_wei
        said = world.chain.broadcast([bid(price), bid(price - 1), bid(2 * price)])
        assert [(word.outcome, word.reason) for word in said] == [
            ("accepted", ""),
            ("rejected", "underpriced"),
            ("accepted", ""),
        ]
        assert world.chain.transaction_count(person.address, pending=True) == 1
        assert world.chain.transaction_count(person.address) == 0
