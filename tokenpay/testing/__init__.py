"""Shipped fakes of the ports, for the tests of whoever builds on tokenpay."""

from tokenpay.testing.fake_chain import OUTSIDER, FakeChain

__all__ = ["OUTSIDER", "FakeChain"]
