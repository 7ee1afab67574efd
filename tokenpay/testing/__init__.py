"""Shipped fakes of the ports, for the tests of whoever builds on tokenpay."""

from tokenpay.testing.fake_chain import OUTSIDER, FakeChain
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

__all__ = ["OUTSIDER", "FakeChain", "FakeClock", "FakeEntropy"]
