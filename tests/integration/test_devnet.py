"""The embedded chain as a process: it keeps what it answered for, serves one folder once, and is strict."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fixtures_chain import ETHER, new_address, new_key, signed_payment, wait_until
from tokenpay.adapters.chain.json_rpc import Confirmations, JsonRpcChain
from tokenpay.adapters.chain.rpc import JsonRpc
from tokenpay.bootstrap import _Chains
from tokenpay.devnet import ALREADY_SERVED, DEVNET_CHAIN_ID, process
from tokenpay.devnet.process import start_devnet
from tokenpay.devnet.setup import OutsideWallet, deploy_demo_token, fund, mine
from tokenpay.errors import ChainUnavailable, MissingExtra
from tokenpay.ethereum.observed import Holding
from tokenpay.ethereum.transaction import SignedTransaction
from tokenpay.money.address import Address
from tokenpay.settings import BankSettings, ChainSettings


def chain_at(url: str) -> JsonRpcChain:
    return JsonRpcChain(url, DEVNET_CHAIN_ID, finality=Confirmations(1), timeout_s=30)


def balance(url: str, who: Address) -> int:
    chain = chain_at(url)
    return chain.holdings([Holding(address=who, contract=None)], chain.head().number)[0]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def empty(devnet_url: str, tmp_path: Path) -> Path:
    """A folder for a chain of its own, where the extra is installed."""
    return tmp_path / "chain"


def test_a_killed_chain_continues_where_its_last_answer_stood(empty: Path) -> None:
    key, paid = new_key(), [new_address() for _ in range(3)]
    hashes = []
    with start_devnet(empty) as devnet:
        wallet = OutsideWallet(chain=chain_at(devnet.url), key=key)
        fund(devnet.url, wallet.address, ETHER)
        token = deploy_demo_token(wallet)
        wallet.mint(token, wallet.address, 100)
    for number, recipient in enumerate(paid, 1):
        with start_devnet(empty) as devnet:
            wallet = OutsideWallet(chain=chain_at(devnet.url), key=key)
            hashes.append(wallet.transfer(token, recipient, number))
            os.kill(devnet.pid, signal.SIGKILL)
    with start_devnet(empty) as devnet:
        chain = chain_at(devnet.url)
        head = chain.head().number
        assert head == 6  # fund, deploy, mint, three transfers: one block each
        asked = [Holding(address=who, contract=token) for who in paid]
        assert chain.holdings(asked, head) == [1, 2, 3]
        assert chain.holdings(asked, head - 1) == [1, 2, 0]
        assert all(receipt is not None and receipt.succeeded for receipt in chain.receipts(hashes))
        blocks = chain.blocks(range(head + 1))
        assert all(after.parent_hash == before.hash for before, after in pairwise(blocks))
        assert [log.units for log in chain.transfers(blocks, [token])] == [100, 1, 2, 3]


def test_killed_while_it_mines_it_keeps_exactly_whole_blocks(empty: Path) -> None:
    recipient = new_address()
    with start_devnet(empty) as devnet:
        # The funding that is under way when the kill arrives is answered or not; it is whole or not at all.
        sender = subprocess.Popen(
            [sys.executable, "-c", FUND_WITHOUT_END, devnet.url, recipient.text], stdout=subprocess.PIPE, text=True
        )
        assert sender.stdout is not None
        acknowledged = sum(1 for _ in (sender.stdout.readline() for _ in range(25)))
        os.kill(devnet.pid, signal.SIGKILL)
        acknowledged += len(sender.stdout.read().split())
        sender.wait()
    with start_devnet(empty) as devnet:
        head = chain_at(devnet.url).head().number
        assert balance(devnet.url, recipient) == head
        assert acknowledged <= head <= acknowledged + 1


FUND_WITHOUT_END = """
import json, sys, urllib.request
url, who = sys.argv[1:]
body = {"jsonrpc": "2.0", "id": 1, "method": "devnet_fund", "params": [who, "0x1"]}
while True:
    try:
        answer = json.load(urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode())))
    except Exception:
        break
    assert "result" in answer
    print("funded", flush=True)
"""


def test_one_folder_is_served_once_and_joined_after(empty: Path) -> None:
    with start_devnet(empty) as first:
        joined = start_devnet(empty)
        assert (joined.url, joined.pid) == (first.url, first.pid)
        joined.stop()  # what it did not start, it does not end
        assert chain_at(first.url).head().number == 0
        second = subprocess.run(
            [sys.executable, "-m", "tokenpay.devnet", "--dir", str(empty)], capture_output=True, timeout=60
        )
        assert second.returncode == ALREADY_SERVED
    assert gone(first.pid)


def test_two_who_start_at_once_share_one(empty: Path) -> None:
    script = (
        "import sys, pathlib; from tokenpay.devnet.process import start_devnet;"
        "print(start_devnet(pathlib.Path(sys.argv[1])).url, flush=True); sys.stdin.read()"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(empty)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    urls = {starter.stdout.readline() for starter in both if starter.stdout}
    for starter in both:
        starter.communicate()
    assert len(urls) == 1


def test_the_child_ends_with_its_parent(empty: Path) -> None:
    script = (
        "import os, sys, pathlib; from tokenpay.devnet.process import start_devnet;"
        "print(start_devnet(pathlib.Path(sys.argv[1])).pid, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run([sys.executable, "-c", script, str(empty)], capture_output=True, text=True)
    assert parent.returncode == -signal.SIGKILL
    wait_until(lambda: gone(int(parent.stdout)))


def test_a_detached_child_stays_until_it_is_stopped(empty: Path) -> None:
    devnet = start_devnet(empty, detach=True)
    try:
        assert os.getsid(devnet.pid) == devnet.pid
        assert start_devnet(empty).pid == devnet.pid
    finally:
        devnet.stop()
    assert gone(devnet.pid)


def test_blocks_on_time(empty: Path) -> None:
    recipient = new_address()
    with start_devnet(empty, block_time_s=0.2) as devnet:
        chain = chain_at(devnet.url)
        fund(devnet.url, recipient, 5)
        wait_until(lambda: balance(devnet.url, recipient) == 5)
        before = chain.head().number
        wait_until(lambda: chain.head().number > before + 1)


def test_what_waits_is_replaced_by_who_pays_a_tenth_more_or_waits_for_a_cheaper_block(empty: Path) -> None:
    with start_devnet(empty, block_time_s=3_600) as devnet:
        chain = chain_at(devnet.url)
        payer = OutsideWallet(chain=chain, key=new_key())
        fund(devnet.url, payer.address, ETHER)
        mine(devnet.url)

        def bid(max_fee_wei: int, *, tip_wei: int = 1, nonce: int = 0) -> SignedTransaction:
            return signed_payment(payer, max_fee_wei=max_fee_wei, max_priority_fee_wei=tip_wei, nonce=nonce)

        low, following, early = bid(10), bid(10**10, nonce=1), bid(10**10, nonce=3)
        said = chain.broadcast([low.raw, following.raw, early.raw])
        assert [word.outcome for word in said] == ["accepted", "accepted", "rejected"]
        assert said[2].reason.startswith("other: nonce too high")
        mine(devnet.url)
        assert chain.receipts([low.hash, following.hash]) == [None, None]
        assert chain.transaction_count(payer.address, pending=True) == 2
        small, big = bid(10**10), bid(10**10, tip_wei=2)  # a tip of 1 wei is not a tenth above 1 wei
        assert [word.reason for word in chain.broadcast([small.raw, big.raw])] == ["underpriced", ""]
        mine(devnet.url)
        mined = chain.receipts([low.hash, small.hash, big.hash, following.hash])
        assert [receipt is not None for receipt in mined] == [False, False, True, True]


def test_the_chains_clock_does_not_run_ahead(empty: Path) -> None:
    with start_devnet(empty) as devnet:
        first = chain_at(devnet.url).head()
        mine(devnet.url, 200)
        head = chain_at(devnet.url).head()
        assert head.number == 200
        assert head.timestamp_s - first.timestamp_s < 60


def test_no_chain_where_the_file_is_not_one(empty: Path) -> None:
    empty.mkdir()
    (empty / "chain.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ChainUnavailable, match=r"devnet\.log"):
        start_devnet(empty)
    assert "not a database" in (empty / "devnet.log").read_text()


def test_it_imports_nothing_from_the_current_folder_and_learns_no_password(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "tokenpay" / "devnet").mkdir(parents=True)
    for name in ("fcntl.py", "tokenpay/__init__.py", "tokenpay/devnet/__init__.py", "tokenpay/devnet/__main__.py"):
        (here / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(here)
    for name in ("TOKENPAY_PASSWORD", "TOKENPAY_KEY_PASSWORD"):
        monkeypatch.setenv(name, "a secret word")
    with start_devnet(empty) as devnet:
        assert chain_at(devnet.url).head().number == 0
        assert b"a secret word" not in Path(f"/proc/{devnet.pid}/environ").read_bytes()
    assert not (tmp_path / "ran").exists()


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "tokenpay\[devnet\]"'):
        start_devnet(tmp_path)


def post(url: str, body: bytes, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:  # noqa: S310 - loopback
        return bytes(answer.read())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"[1]", -32600),
        (b"5", -32600),
        (b'{"id":1}', -32601),
        (b'{"id":1,"method":["eth_chainId"]}', -32601),
        (b'{"id":1,"method":"eth_accounts"}', -32601),
        (b'{"id":1,"method":"eth_chainId","params":{}}', -32602),
        (b'{"id":1,"method":"eth_chainId","params":[1]}', -32602),
        (b'{"id":1,"method":"eth_getBalance","params":["0x1"]}', -32602),
        (b'{"id":1,"method":"eth_getBlockByNumber","params":["0x01"]}', -32602),
        (b'{"id":1,"method":"eth_getBlockByNumber","params":[[]]}', -32602),
        (b'{"id":1,"method":"eth_getLogs","params":[{"topics":5}]}', -32602),
        (b'{"id":1,"method":"eth_getLogs","params":[{"blockHash":"0x00"}]}', -32602),
        (b'{"id":1,"method":"eth_call","params":[null]}', -32602),
        (b'{"id":1,"method":"eth_call","params":[{"value":"0x1' + b"0" * 40 + b'"},"latest"]}', -32000),
        (b'{"id":1,"method":"eth_sendRawTransaction","params":["0xc0"]}', -32000),
        (
            b'{"id":1,"method":"devnet_fund","params":["0x1111111111111111111111111111111111111111","0xf'
            + b"f" * 62
            + b'"]}',
            -32000,
        ),
    ],
)
def test_bad_requests_have_their_codes(devnet_url: str, body: bytes, code: int) -> None:
    assert f'"code": {code},'.encode() in post(devnet_url, body)


def test_a_page_in_a_browser_is_turned_away(devnet_url: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        post(devnet_url, b"{}", Origin="http://example.org")


def test_a_batch_answers_each_of_its_requests(devnet_url: str) -> None:
    answers = JsonRpc(devnet_url, timeout_s=10).batch([("eth_chainId", []), ("eth_nope", []), ("net_version", [])])
    assert (answers[0], answers[2]) == (hex(DEVNET_CHAIN_ID), str(DEVNET_CHAIN_ID))
    assert answers[1].code == -32601


def test_a_bank_reaches_its_chain_anew_when_whoever_served_it_has_gone(tmp_path: Path) -> None:
    settings = BankSettings(chains=(ChainSettings(chain_id=DEVNET_CHAIN_ID, name="devnet", confirmations=2),))
    with ExitStack() as stack:
        elsewhere = start_devnet(tmp_path / "devnet")
        chains = _Chains(tmp_path, settings, stack)
        before = chains[DEVNET_CHAIN_ID].head()
        elsewhere.stop()
        after = chains[DEVNET_CHAIN_ID].head()
        assert after.number >= before.number
        deadline = time.monotonic() + 20
        while chains[DEVNET_CHAIN_ID].head().number <= after.number:  # blocks come by themselves now
            assert time.monotonic() < deadline
            time.sleep(0.1)
