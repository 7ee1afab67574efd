"""From a public key to its children's addresses: beside bip-utils, ethers, and the bare steps.

Every child is a new one, so that nothing is answered from a cache.
"""

import hmac
import itertools
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import coincurve
from bip_utils import Bip32Slip10Secp256k1, Bip44, Bip44Changes, Bip44Coins, EthAddrEncoder
from bip_utils.ecc.conf import EccConf

from tests.benchmarks import Row
from tests.peers import open_peers
from tokenpay.money.address import _DIGITS
from tokenpay.primitives.keccak import keccak256
from tokenpay.wallets.hd import ETHEREUM_ACCOUNT, ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.secret import Secret

ROUNDS = 9
CHILDREN = 1_000
PEER_CHILDREN = 100
PROCESS_CHILDREN = 10_000
ACCOUNT = ExtendedPrivateKey.from_seed(Secret(bytes(range(32)))).derive(ETHEREUM_ACCOUNT).public()
XPUB = ACCOUNT.child(0).xpub()


def ours(start: int, count: int) -> str:
    """Derive `count` addresses from child `start` on, and return the last: as every function below."""
    parent = ExtendedPublicKey.parse(XPUB)
    text = ""
    for index in range(start, start + count):
        text = parent.child_address(index).text
    return text


def bare(start: int, count: int, *, add: Callable[[coincurve.PublicKey, bytes], coincurve.PublicKey]) -> str:
    """The same steps written out in one loop, without a check or an object."""
    parent = ExtendedPublicKey.parse(XPUB)
    chain_code, public = parent.place.chain_code, parent.key.compressed()
    point = coincurve.PublicKey(public)
    text = ""
    for index in range(start, start + count):
        scalar = hmac.digest(chain_code, public + index.to_bytes(4, "big"), "sha512")[:32]
        raw = keccak256(add(point, scalar).format(compressed=False)[1:])[12:]
        digest = keccak256(raw.hex().encode())
        text = "0x" + "".join([_DIGITS[mask & 0x88][byte] for mask, byte in zip(digest, raw, strict=False)])
    return text


def add_by_table(point: coincurve.PublicKey, scalar: bytes) -> coincurve.PublicKey:
    return coincurve.PublicKey.combine_keys([point, coincurve.PublicKey.from_valid_secret(scalar)])


def bip_utils(start: int, count: int) -> str:
    """The way its documentation shows, with objects for BIP-44's levels."""
    account = Bip44.FromExtendedKey(ACCOUNT.xpub(), Bip44Coins.ETHEREUM)
    parent = account.Change(Bip44Changes.CHAIN_EXT)
    text = ""
    for index in range(start, start + count):
        text = parent.AddressIndex(index).PublicKey().ToAddress()
    return text


def bip_utils_bip32(start: int, count: int) -> str:
    """Its shortest way."""
    parent = Bip32Slip10Secp256k1.FromExtendedKey(XPUB)
    text = ""
    for index in range(start, start + count):
        text = EthAddrEncoder.EncodeKey(parent.ChildKey(index).PublicKey().KeyObject())
    return text


def run() -> list[Row]:
    """Measure all in turn, round by round, and compare medians of processor time."""
    if not EccConf.USE_COINCURVE:
        raise RuntimeError("bip-utils is to be measured with coincurve")
    by_table, by_tweak = partial(bare, add=add_by_table), partial(bare, add=coincurve.PublicKey.add)
    with open_peers() as peers:
        child: dict[str, Any] = {"peer": "ethers", "verb": "child", "xpub": XPUB, "index": 7}
        texts = {
            peers.result(**child),
            *(derive(7, 1) for derive in (ours, by_table, by_tweak, bip_utils, bip_utils_bip32)),
        }
        if len(texts) != 1:
            raise RuntimeError(f"not everyone derives the same address: {texts}")
        starts = itertools.count(0, CHILDREN)
        measures: dict[str, Callable[[], float]] = {
            "ours": lambda: _seconds(time.process_time, ours, next(starts), CHILDREN),
            "bare": lambda: _seconds(time.process_time, by_table, next(starts), CHILDREN),
            "tweak": lambda: _seconds(time.process_time, by_tweak, next(starts), CHILDREN),
            "bip-utils": lambda: _seconds(time.process_time, bip_utils, next(starts), PEER_CHILDREN),
            "bip32": lambda: _seconds(time.process_time, bip_utils_bip32, next(starts), PEER_CHILDREN),
            # One child again and again: ethers keeps none.
            "ethers": lambda: peers.seconds(PEER_CHILDREN, clock="cpu", **child) / PEER_CHILDREN,
        }
        rounds = [{name: measure() for name, measure in measures.items()} for _ in range(ROUNDS)]
    took = {name: statistics.median(times[name] for times in rounds) for name in measures}
    return [
        Row(what="times bip-utils (with coincurve)", figure=f"{took['bip-utils'] / took['ours']:.2f}", goal="2.5"),
        Row(what="times bip-utils' shortest way, BIP-32 and its encoder", figure=f"{took['bip32'] / took['ours']:.2f}"),
        Row(what="times ethers (Node)", figure=f"{took['ethers'] / took['ours']:.1f}", goal="20"),
        Row(what="of the same steps written bare", figure=f"{took['bare'] / took['ours']:.2f}", goal="0.75"),
        Row(what="of the bare steps with coincurve's own add", figure=f"{took['tweak'] / took['ours']:.2f}"),
        Row(what="one address", figure=f"{took['ours'] * 1e6:.0f} µs"),
        *_two_processes(),
    ]


def _seconds(clock: Callable[[], float], derive: Callable[[int, int], str], start: int, count: int) -> float:
    began = clock()
    derive(start, count)
    return (clock() - began) / count


def _two_processes() -> list[Row]:
    """Give one process some children and then two as many each, again and again, in one pool."""
    starts = itertools.count(0, PROCESS_CHILDREN)
    one: list[tuple[float, float]] = []
    two: list[tuple[float, float]] = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_processor_s, [(next(starts), 100) for _ in range(8)], chunksize=1)
        for _ in range(ROUNDS):
            for times, processes in ((one, 1), (two, 2)):
                work = [(next(starts), PROCESS_CHILDREN) for _ in range(processes)]
                began = time.perf_counter()
                processor_s = max(pool.starmap(_processor_s, work, chunksize=1))
                times.append((time.perf_counter() - began, processor_s))
    wall = 2 * statistics.median(t for t, _ in one) / statistics.median(t for t, _ in two)
    cpu = 2 * statistics.median(c for _, c in one) / statistics.median(c for _, c in two)
    busy = f"{os.getloadavg()[0]:.1f} processes on {os.cpu_count()} cores"
    return [
        Row(what=f"times one process with two, by the clock ({busy})", figure=f"{wall:.2f}", goal="1.7"),
        Row(what="the same by processor time, which others do not take", figure=f"{cpu:.2f}"),
    ]


def _processor_s(start: int, count: int) -> float:
    return count * _seconds(time.process_time, ours, start, count)
