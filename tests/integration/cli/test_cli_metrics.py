"""Health and metrics of a running engine: true, of this machine alone, and without anything of a customer."""

import http.client
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import select

import tokenpay as tp
from tests.conftest import REPOSITORY
from tests.fixtures_chain import wait_until
from tests.integration.cli.conftest import Desk
from tests.world import CHAIN_ID, OUTSIDE, World
from tokenpay.cli.metrics import Metrics
from tokenpay.cli.metrics_server import read_place, serving
from tokenpay.errors import ChainUnavailable, InvalidInput, StoreUnavailable
from tokenpay.settings import read_settings, write_settings
from tokenpay.store.tables import leases

SAMPLE = re.compile(r'([a-z_]+)(?:{[a-z_]+="[a-z0-9_.]+"})? -?[0-9.]+')


def fetch(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - of our own server
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@dataclass
class Page:
    world: World
    metrics: Metrics
    url: str

    def turn(self) -> None:
        self.metrics.turned(tp.run_once(self.world.bank, by=self.world.engine))

    def values(self) -> dict[str, float]:
        status, text = fetch(f"{self.url}/metrics")
        assert status == 200
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line[0] != "#"}


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    metrics = Metrics(desk.world.bank, pause_s=1)
    metrics.signed_in(desk.world.engine)
    with serving(metrics, ("127.0.0.1", 0)) as url:
        yield Page(desk.world, metrics, url)


def test_the_metrics_say_what_is(page: Page) -> None:
    world = page.world
    world.paid(200)
    world.paid(20, creditor=OUTSIDE)
    world.deposit(world.request(5), 5)
    world.mine()
    world.clock.advance(50)
    page.turn()
    world.clock.advance(30)
    found, health = page.values(), tp.bank_health(world.bank, by=world.tom)
    (chain,) = health.chains
    label = f'{{chain_id="{CHAIN_ID}"}}'
    assert found["tokenpay_engine_turns_total"] == 1
    assert found["tokenpay_engine_leases"] == 3  # of the chain, of the books, of the names
    assert found["tokenpay_engine_turn_seconds"] > 0
    assert found["tokenpay_engine_turn_timestamp_seconds"] == world.clock.now_s() - 30
    assert found['tokenpay_payments{state="held"}'] == 1
    assert found['tokenpay_payments{state="sent"}'] == 1
    assert found['tokenpay_payments{state="assigned"}'] == 0
    assert found["tokenpay_payment_oldest_seconds"] == health.oldest_payment_s >= 30
    assert found[f"tokenpay_deposits{label}"] == 1
    assert found[f"tokenpay_chain_payments{label}"] == 1
    assert found[f"tokenpay_chain_head_number{label}"] == chain.head_number == world.chain.head().number
    assert found[f"tokenpay_chain_final_number{label}"] == chain.final_number
    assert found[f"tokenpay_chain_head_age_seconds{label}"] == health.at_s - (chain.head_at_s or 0)
    assert found[f"tokenpay_chain_seen_age_seconds{label}"] == 30
    assert found[f"tokenpay_chain_halted{label}"] == found[f"tokenpay_chain_troubled{label}"] == 0
    assert found["tokenpay_events_total"] == health.events
    assert (found["tokenpay_stopped"], found["tokenpay_store_up"], found["tokenpay_event_lag_seconds"]) == (0, 1, 0)


def test_errors_are_counted_by_code_and_a_halted_chain_is_told(page: Page) -> None:
    page.world.chain.unreachable = True
    page.turn()
    page.turn()
    found = page.values()
    label = f'{{chain_id="{CHAIN_ID}"}}'
    assert found['tokenpay_engine_errors_total{code="chain.unavailable"}'] == 2
    assert found[f"tokenpay_chain_troubled{label}"] == 1
    with page.world.bank.store.unit_of_work() as uow:
        uow.chains.set_halted(CHAIN_ID, "look")
    tp.stop_payments(page.world.bank, reason="x", by=page.world.ann)
    found = page.values()
    assert found[f"tokenpay_chain_halted{label}"] == found["tokenpay_stopped"] == 1


def test_the_format_is_the_one_that_is_read(page: Page) -> None:
    """Each family once, with its help and type before its samples, and names as Prometheus wants them."""
    page.turn()
    _, text = fetch(f"{page.url}/metrics")
    assert text.endswith("\n")
    families: dict[str, str] = {}
    helped = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped = line.split()[2]
            assert helped not in families
        elif line.startswith("# TYPE "):
            _, _, name, families[helped] = line.split()
            assert name == helped
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert sample[1] == helped
    assert all(name.startswith("tokenpay_") for name in families)
    assert {name for name, kind in families.items() if kind == "counter"} == {
        name for name in families if name.endswith("_total")
    }
    assert page.world.anna.id not in text
    assert page.world.anna.name not in text


def test_the_documentation_lists_every_metric(page: Page) -> None:
    page.turn()
    _, text = fetch(f"{page.url}/metrics")
    docs = (REPOSITORY / "docs" / "operating" / "engine.md").read_text()
    listed = set(re.findall(r"^\| `(tokenpay_[a-z_]+)", docs, re.MULTILINE))
    assert listed == set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))


def test_health_is_said_in_one_line(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [1000.0]
    monkeypatch.setattr("tokenpay.cli.metrics.time.monotonic", lambda: now_s[0])
    page.turn()
    now_s[0] += 3
    assert fetch(f"{page.url}/healthz") == (200, "a turn ended 3 s ago\n")
    page.metrics.turned(tp.Cycle(error=ChainUnavailable("away")))
    assert fetch(f"{page.url}/healthz")[0] == 200, "one turn that did not end is no illness"
    now_s[0] += 59
    assert fetch(f"{page.url}/healthz") == (503, "no turn has ended for 62 s: chain.unavailable\n")
    page.turn()
    assert fetch(f"{page.url}/healthz") == (200, "a turn ended 0 s ago\n")

    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("the database does not answer")

    monkeypatch.setattr("tokenpay.bank_health", away, raising=False)
    assert fetch(f"{page.url}/healthz") == (503, "the books cannot be read\n")
    found = page.values()
    assert found["tokenpay_store_up"] == 0
    assert found["tokenpay_engine_turns_total"] == 2
    assert "tokenpay_events_total" not in found


def test_a_disk_that_failed_is_told(page: Page) -> None:
    page.turn()
    assert page.values()["tokenpay_store_halted"] == 0
    page.world.bank.store.halted = "the disk is full"
    assert fetch(f"{page.url}/healthz") == (503, "the books are not written: the disk is full\n")
    found = page.values()
    assert (found["tokenpay_store_halted"], found["tokenpay_store_up"]) == (1, 1)


def test_nothing_else_is_served(page: Page) -> None:
    assert fetch(f"{page.url}/")[0] == 404
    assert fetch(f"{page.url}/metrics?x=1")[0] == 404
    line = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=10)
    line.request("POST", "/metrics", body="x")
    assert line.getresponse().status == 501
    line.close()


def test_who_leaves_before_the_answer_leaves_no_line(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    host, port = page.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing it resets it
        line.sendall(b"GET /metr")
    assert fetch(f"{page.url}/healthz")[0] == 200
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(10)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("localhost:0", ("127.0.0.1", 0)),
        (":9464", ("127.0.0.1", 9464)),
        ("9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_a_place_on_this_machine(text: str, place: tuple[str, int]) -> None:
    assert read_place(text, anywhere=False) == place


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "a.example:1", "127.0.0.1:-1", "::1"]
)
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_place(text, anywhere=True)


@pytest.mark.parametrize("text", ["0.0.0.0:9464", "[::]:9464", "10.0.0.1:9464"])
def test_others_reach_the_metrics_only_where_that_is_said(text: str, desk: Desk) -> None:
    said = desk("engine", "run", "--once", "--metrics", text)
    assert (said.code, said.error) == (2, "input.invalid")
    assert read_place(text, anywhere=True)[1] == 9464


def test_a_place_that_is_taken_is_said(page: Page, desk: Desk) -> None:
    said = desk("engine", "run", "--metrics", page.url.removeprefix("http://"))
    assert (said.code, said.error) == (2, "input.invalid")


@contextmanager
def engine_process(desk: Desk) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`tokenpay engine run` in a process of its own, whose node does not answer; and the URL that it printed."""
    settings = read_settings(desk.folder)
    chains = tuple(chain.model_copy(update={"url": "http://127.0.0.1:1"}) for chain in settings.chains)
    write_settings(desk.folder, settings.model_copy(update={"chains": chains}))
    command = [sys.executable, "-m", "tokenpay.cli", "engine", "run", "--json", "--metrics", ":0", "--pause-s", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["metrics"]
        finally:
            process.kill()


def holders(desk: Desk) -> set[str]:
    with desk.world.bank.store.read() as uow:
        return set(uow.connection.execute(select(leases.c.holder)).scalars())


def test_a_service_stops_when_told_and_gives_its_leases_back(desk: Desk) -> None:
    with engine_process(desk) as (process, url):
        wait_until(lambda: fetch(f"{url}/healthz")[1].startswith("a turn ended"), timeout_s=60)
        assert holders(desk) != {""}
        assert 'tokenpay_engine_errors_total{code="chain.unavailable"} 1' in fetch(f"{url}/metrics")[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, "and it does not wait for the end of the pause"
        assert holders(desk) == {""}
