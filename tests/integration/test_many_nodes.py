"""A bank whose settings name several nodes, over HTTP."""

import json
import threading
from pathlib import Path

import tokenpay as tp
from tests.fixtures_chain import World
from tests.lying_node import nodes_of, quorum_of
from tokenpay.ports import Chain, ManyNodes
from tokenpay.settings import FILE_NAME
from tokenpay.testing import FakeChain

NOBODY = "http://127.0.0.1:9"
"""Where no node listens."""
FOUNDERS = [tp.Founder(id=id, name=id, password="at-the-desk", role=tp.Role.SUPERVISOR) for id in ("eva", "ole")]


def test_a_bank_goes_on_while_one_of_three_nodes_is_down(tmp_path: Path, devnet_url: str, devnet_world: World) -> None:
    chain_id, folder = devnet_world.chain.chain_id, tmp_path / "bank"
    urls = (devnet_url, devnet_url.replace("127.0.0.1", "localhost"), NOBODY)
    chain = tp.ChainSettings(chain_id=chain_id, name="three", urls=urls, confirmations=2)
    tp.found_bank(folder, name="A", founders=FOUNDERS, policy=tp.Policy(), chains=[chain], demo=True)
    others = set(threading.enumerate())
    with tp.open_bank(folder, signer=True) as bank:
        devnet_world.mine(1)
        (turn,) = tp.run_once(bank, by=tp.engine_session(bank)).chains
        assert turn.error is None
        assert turn.watched is not None
        assert turn.watched.head_number == devnet_world.chain.head().number
        port = bank.chain(chain_id)
        assert isinstance(port, ManyNodes)
        assert turn.nodes == port.troubles()
        assert [line.partition(":")[0] for line in turn.nodes] == ["node 3 gives no answer"]
        asking = {thread.name for thread in threading.enumerate() if thread not in others}
        assert {name for name in asking if name.startswith("node ")} == {"node 1", "node 2", "node 3"}
    settings = json.loads((folder / FILE_NAME).read_text())
    settings["chains"][0]["urls"] = [urls[0], NOBODY, "http://127.0.0.1:1"]
    (folder / FILE_NAME).write_text(json.dumps(settings))
    with tp.open_bank(folder, signer=True) as bank:
        session = tp.engine_session(bank)
        (turn,) = tp.run_once(bank, by=session).chains
        assert isinstance(turn.error, tp.NoQuorum)
        (health,) = tp.bank_health(bank, by=session).chains
        assert "node 2 gives no answer" in health.trouble
        assert "node 3 gives no answer" in health.trouble
        assert "127.0.0.1" not in health.trouble


def test_a_chain_without_a_quorum_stops_no_other(tmp_path: Path) -> None:
    first, second = FakeChain(1), FakeChain(2)
    nodes = nodes_of(first)
    chain = quorum_of(nodes)
    ports: dict[int, Chain] = {1: chain, 2: second}
    chains = [tp.ChainSettings(chain_id=number, name="one of two", url="http://fake") for number in ports]
    tp.found_bank(
        tmp_path, name="A", founders=FOUNDERS, policy=tp.Policy(), chains=chains, demo=True, chain_ports=ports
    )
    with tp.open_bank(tmp_path, signer=True, chain_ports=ports) as bank:
        nodes[0].down = nodes[1].down = True
        first.mine()
        second.mine()
        session = tp.engine_session(bank)
        ill, well = tp.run_once(bank, by=session).chains
        assert isinstance(ill.error, tp.NoQuorum)
        assert (ill.watched, ill.settled, ill.submitted) == (None, None, None)
        assert well.error is None
        assert well.watched is not None
        assert well.watched.blocks == 1
        assert [bool(chain.trouble) for chain in tp.bank_health(bank, by=session).chains] == [True, False]
        nodes[0].down = False
        mended, _ = tp.run_once(bank, by=session).chains
        assert mended.error is None
        assert mended.watched is not None
        assert mended.watched.blocks == 1
    chain.close()
