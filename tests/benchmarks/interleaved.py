"""Measure several contenders in turns, so that a busy moment of the machine meets all of them alike.

What is counted is the time of the processor, of every thread of the process: what others take of the machine is not
in it. A round is short, and a ratio is the median of the rounds' own ratios.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from tests.benchmarks import Row
from tests.peers import Peers

ROUNDS = 41
NODE_WARM_UP = 2_000
"""How many calls Node is given to compile what it will be measured by."""


def measure(contenders: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return the seconds a call of each contender in each round, the first round left out.

    Every other round goes the other way about: none comes always after the same one.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        for name in list(contenders)[:: 1 if number % 2 else -1]:
            found = contenders[name]()
            if number:
                seconds[name].append(found)
    return seconds


def repeat(times: int, call: Callable[[], object]) -> float:
    """Return the seconds of CPU that one of `times` calls takes."""
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times


def bare_signing(secret: bytes, digest: bytes) -> Callable[[], object]:
    """Return what signs as libsecp256k1 does, and writes the signature: no object, no check."""
    context, unset = GLOBAL_CONTEXT.ctx, ffi.NULL

    def sign() -> object:
        made = ffi.new("secp256k1_ecdsa_recoverable_signature *")
        numbers, y_parity = ffi.new("unsigned char[64]"), ffi.new("int *")
        lib.secp256k1_ecdsa_sign_recoverable(context, made, digest, secret, unset, unset)
        lib.secp256k1_ecdsa_recoverable_signature_serialize_compact(context, numbers, y_parity, made)
        return ffi.buffer(numbers)[:], y_parity[0]

    return sign


def in_node(peers: Peers, times: int, **request: Any) -> Callable[[], float]:
    """Return what measures a request to a peer in Node as `repeat` does, once Node has compiled it."""
    peers.seconds(NODE_WARM_UP, clock="cpu", **request)
    return lambda: peers.seconds(times, clock="cpu", **request) / times


def ratio_row(what: str, over: Sequence[float], under: Sequence[float], *, at_least: float | None = None) -> Row:
    """Return how many times `under` goes into `over`, round by round, held to `at_least` where that is given."""
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    found = median(ratios)
    return Row(
        what=what,
        figure=f"{found:.2f}",
        spread=spread(ratios, "{:.2f}"),
        goal="" if at_least is None else f"{at_least} or more",
        missed=at_least is not None and found < at_least,
    )


def time_row(what: str, seconds: Sequence[float]) -> Row:
    """Return the median of what a call takes."""
    micros = [each * 1e6 for each in seconds]
    return Row(what=what, figure=f"{median(micros):.1f} µs", spread=spread(micros, "{:.1f}"))


def rate_row(what: str, seconds: Sequence[float]) -> Row:
    """Return how many calls a second there are at the median."""
    rates = [1 / each for each in seconds]
    return Row(what=what, figure=f"{median(rates):,.0f} a second", spread=spread(rates, "{:,.0f}"))


def spread(figures: Sequence[float], form: str) -> str:
    """Return between which two figures the middle half lies."""
    low, _, high = quantiles(figures, n=4)
    return f"{form.format(low)} to {form.format(high)}"
