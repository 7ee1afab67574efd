"""The branch simulator: a bank's days from a seed, with everything that can go wrong, checked after every step."""

from tokenpay.testing.simulator.act import Act
from tokenpay.testing.simulator.broken import Broken
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.fault import FAULTS, Fault
from tokenpay.testing.simulator.invariants import INVARIANTS, Invariant
from tokenpay.testing.simulator.report import Failure, Report
from tokenpay.testing.simulator.shrink import shortest
from tokenpay.testing.simulator.simulation import ACTS, Simulation
from tokenpay.testing.simulator.world import World

__all__ = [
    "ACTS",
    "FAULTS",
    "INVARIANTS",
    "Act",
    "Broken",
    "Chance",
    "Failure",
    "Fault",
    "Invariant",
    "Report",
    "Simulation",
    "World",
    "shortest",
]
