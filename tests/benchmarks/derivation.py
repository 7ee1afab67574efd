"""From a public key to its children's addresses: beside bip-utils, ethers, and the bare steps.

Every child is a new one, so that nothing is answered from a cache.
"""

import hmac
import itertools
import multiprocessing
import time
from collections.abc import Callable
from typing import Any

import coincurve
from bip_utils import Bip32Slip10Secp256k1, Bip44, Bip44Changes, Bip44Coins, EthAddrEncoder
from bip_utils.ecc.conf import EccConf
from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT as CONTEXT

from tests.benchmarks import Row
from tests.benchmarks.interleaved import in_node, measure, ratio_row, time_row
from tests.peers import open_peers
from tokenpay.money.address import eip55
from tokenpay.primitives.keccak import keccak256
from tokenpay.wallets.hd import ETHEREUM_ACCOUNT, ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.secret import Secret

CHILDREN = 300
PEER_CHILDREN = 120
ETHERS_CHILDREN = 30
PROCESS_CHILDREN = 2_000
PROCESS_ROUNDS = 25
ACCOUNT = ExtendedPrivateKey.from_seed(Secret(bytes(range(32)))).derive(ETHEREUM_ACCOUNT).public()
XPUB = ACCOUNT.child(0).xpub()
# The parents are read once, by everyone: what is measured is a child.
PARENT = ExtendedPublicKey.parse(XPUB)
BIP44_PARENT = Bip44.FromExtendedKey(ACCOUNT.xpub(), Bip44Coins.ETHEREUM).Change(Bip44Changes.CHAIN_EXT)
BIP32_PARENT = Bip32Slip10Secp256k1.FromExtendedKey(XPUB)


def ours(start: int, count: int) -> str:
    """Derive `count` addresses from child `start` on, and return the last: as every function below."""
    text = ""
    for index in range(start, start + count):
        text = PARENT.child_address(index).text
    return text


def bare(start: int, count: int) -> str:
    """The same steps written out in one loop, without a check or an object."""
    public, keyed, context = PARENT.key.compressed(), hmac.new(PARENT.place.chain_code, digestmod="sha512"), CONTEXT.ctx
    point = coincurve.PublicKey(public).public_key
    text = ""
    for index in range(start, start + count):
        digest = keyed.copy()
        digest.update(public + index.to_bytes(4, "big"))
        tweak, child, written = ffi.new("secp256k1_pubkey *"), ffi.new("secp256k1_pubkey *"), ffi.new("char[65]")
        lib.secp256k1_ec_pubkey_create(context, tweak, digest.digest()[:32])
        lib.secp256k1_ec_pubkey_combine(context, child, (point, tweak), 2)
        form = lib.SECP256K1_EC_UNCOMPRESSED
        lib.secp256k1_ec_pubkey_serialize(context, written, ffi.new("size_t *", 65), child, form)
        text = eip55.__wrapped__(keccak256(ffi.buffer(written)[1:])[12:])
    return text


def through_coincurve(start: int, count: int) -> str:
    """The same with coincurve's own classes, as one would write it first."""
    chain_code, public = PARENT.place.chain_code, PARENT.key.compressed()
    point = coincurve.PublicKey(public)
    text = ""
    for index in range(start, start + count):
        scalar = hmac.digest(chain_code, public + index.to_bytes(4, "big"), "sha512")[:32]
        text = eip55.__wrapped__(keccak256(point.add(scalar).format(compressed=False)[1:])[12:])
    return text


def bip_utils(start: int, count: int) -> str:
    """The way its documentation shows, with objects for BIP-44's levels."""
    text = ""
    for index in range(start, start + count):
        text = BIP44_PARENT.AddressIndex(index).PublicKey().ToAddress()
    return text


def bip_utils_bip32(start: int, count: int) -> str:
    """Its shortest way."""
    text = ""
    for index in range(start, start + count):
        text = EthAddrEncoder.EncodeKey(BIP32_PARENT.ChildKey(index).PublicKey().KeyObject())
    return text


def run() -> list[Row]:
    """Measure all in turn, and two processes after that."""
    if not EccConf.USE_COINCURVE:
        raise RuntimeError("bip-utils is to be measured with coincurve")
    with open_peers() as peers:
        child: dict[str, Any] = {"peer": "ethers", "verb": "child", "xpub": XPUB, "index": 7}
        ways = (ours, bare, through_coincurve, bip_utils, bip_utils_bip32)
        texts = {peers.result(**child), *(derive(7, 1) for derive in ways)}
        if len(texts) != 1:
            raise RuntimeError(f"not everyone derives the same address: {texts}")
        starts = itertools.count(0, CHILDREN)
        seconds = measure(
            {
                "bare": lambda: _processor_s(bare, next(starts), CHILDREN),
                "ours": lambda: _processor_s(ours, next(starts), CHILDREN),
                "bip-utils": lambda: _processor_s(bip_utils, next(starts), PEER_CHILDREN),
                "through coincurve": lambda: _processor_s(through_coincurve, next(starts), CHILDREN),
                "bip32": lambda: _processor_s(bip_utils_bip32, next(starts), PEER_CHILDREN),
                # One child again and again: ethers keeps none.
                "ethers": in_node(peers, ETHERS_CHILDREN, **child),
            }
        )

    def row(what: str, over: str, at_least: float | None = None) -> Row:
        return ratio_row(what, seconds[over], seconds["ours"], at_least=at_least)

    return [
        row("times bip-utils (with coincurve)", "bip-utils", 2.5),
        row("times bip-utils' shortest way, BIP-32 and its encoder", "bip32"),
        row("times ethers (Node)", "ethers", 20),
        row("of the same steps written bare", "bare", 0.75),
        row("of the steps with coincurve's own classes and add", "through coincurve"),
        time_row("one address", seconds["ours"]),
        *_two_processes(),
    ]


def _processor_s(derive: Callable[[int, int], str], start: int, count: int) -> float:
    began = time.process_time()
    derive(start, count)
    return (time.process_time() - began) / count


def _two_processes() -> list[Row]:
    """Give one process some children and then two as many each, again and again, in one pool."""
    starts = itertools.count(0, PROCESS_CHILDREN)
    one: list[tuple[float, float]] = []
    two: list[tuple[float, float]] = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_processor_s, [(ours, next(starts), 100) for _ in range(8)], chunksize=1)
        for _ in range(PROCESS_ROUNDS):
            for times, processes in ((one, 1), (two, 2)):
                work = [(ours, next(starts), PROCESS_CHILDREN) for _ in range(processes)]
                began = time.perf_counter()
                processor_s = max(pool.starmap(_processor_s, work, chunksize=1))
                times.append((time.perf_counter() - began, processor_s))
    (wall_one, cpu_one), (wall_two, cpu_two) = zip(*one, strict=True), zip(*two, strict=True)
    return [
        ratio_row("times one process with two", [2 * cpu for cpu in cpu_one], cpu_two, at_least=1.7),
        ratio_row("the same by the clock, where others take their share", [2 * wall for wall in wall_one], wall_two),
    ]
