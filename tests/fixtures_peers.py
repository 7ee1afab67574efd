"""ethers and viem for any test that asks for `peers`."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import missing
from tests.peers import Peers, PeersMissing, open_peers


@pytest.fixture(scope="session")
def peers() -> Iterator[Peers]:
    """ethers and viem in one Node process of this test process alone, installed once into .cache of the repository."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(open_peers())
        except PeersMissing as error:
            missing("ethers and viem", str(error))
        yield running
