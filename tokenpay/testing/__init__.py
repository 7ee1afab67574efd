"""Shipped fakes of the ports, a small bank on them, and the simulator, for the tests of whoever builds on tokenpay."""

from tokenpay.testing.branch import DENIED, TOKEN, Branch, euro, open_branch
from tokenpay.testing.fake_chain import OUTSIDER, FakeChain
from tokenpay.testing.fake_exchange import FakeExchange
from tokenpay.testing.fake_printer import FakePrinter
from tokenpay.testing.fake_rates import FakeRates
from tokenpay.testing.fake_scorer import FakeScorer
from tokenpay.testing.fake_screener import FakeScreener
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

__all__ = [
    "DENIED",
    "OUTSIDER",
    "TOKEN",
    "Branch",
    "FakeChain",
    "FakeClock",
    "FakeEntropy",
    "FakeExchange",
    "FakePrinter",
    "FakeRates",
    "FakeScorer",
    "FakeScreener",
    "euro",
    "open_branch",
]
