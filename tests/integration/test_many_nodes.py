"""A bank whose settings name several nodes, over HTTP."""

import json
import threading
from pathlib import Path

import tokenpay as tp
from tests.fixtures_chain import World
from tokenpay.ports import ManyNodes
from tokenpay.settings import FILE_NAME

NOBODY = "http://127.0.0.1:9"
"""Where no node listens."""
FOUNDERS = [tp.Founder(id=id, name=id, password="at-the-desk", role=tp.Role.SUPERVISOR) for id in ("eva", "ole")]


def test_a_bank_goes_on_while_one_of_three_nodes_is_down(tmp_path: Path, devnet_url: str, devnet_world: World) -> None:
    chain_id, folder = devnet_world.chain.chain_id, tmp_path / "bank"
    urls = (devnet_url, devnet_url.replace("127.0.0.1", "localhost"), NOBODY)
    chain = tp.ChainSettings(chain_id=chain_id, name="three", urls=urls, confirmations=2)
    tp.found_bank(folder, name="A", founders=FOUNDERS, policy=tp.Policy(), chains=[chain], demo=True)
    before = threading.active_count()
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
        assert threading.active_count() == before + 3
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
