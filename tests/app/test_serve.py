"""The terminal in a browser: a real page shows it, keys reach it, and no other site's page does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import socket

import pytest

import tokenpay as tp
from tests.conftest import REPOSITORY
from tests.fixtures_browser import environment_of
from tests.fixtures_chain import wait_until
from tokenpay.testing.branch import PEOPLE


def free_port() -> int:
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def serving(bank: Path, state: Path) -> Iterator[int]:
    """A terminal that is served from a process of its own; yields its port."""
    port = free_port()
    words = ["serve", "--bank", str(bank), "--state", str(state), "--port", str(port), "--language", "en"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "terminal_app", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=state.parent) as process:
        try:
            assert process.stdout is not None
            assert f"http://127.0.0.1:{port}" in process.stdout.readline()
            wait_until(lambda: answers(port))
            yield port
        finally:
            process.send_signal(signal.SIGINT)


def answers(port: int) -> bool:
    try:
        return status(port) == 200
    except OSError:
        return False


def status(port: int, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/", headers=headers)
    return connection.getresponse().status


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank that works on no chain."""
    policy = tp.Policy(limits={}, hours=tp.Hours.always())
    tp.found_bank(
        tmp_path / "bank", name="Example Bank", founders=PEOPLE, policy=policy, password_cost=2**12, chains=[]
    )
    return tmp_path / "bank"


def test_a_page_shows_the_sign_in_screen_and_a_key_reaches_it(bank: Path, tmp_path: Path, chromium: Path) -> None:
    from playwright.sync_api import sync_playwright

    with serving(bank, tmp_path / "state") as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--headless"], env=environment_of(chromium)
        )
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/?fontsize=16")
        page.wait_for_selector(".xterm-rows", timeout=60_000)
        page.wait_for_function("document.querySelector('.xterm-rows').innerText.includes('Operator')", timeout=60_000)
        page.focus(".xterm-helper-textarea")
        page.keyboard.type("tim")
        page.wait_for_function("document.querySelector('.xterm-rows').innerText.includes('tim')", timeout=30_000)
        browser.close()


def test_another_sites_page_gets_no_terminal(bank: Path, tmp_path: Path) -> None:
    with serving(bank, tmp_path / "state") as port:
        assert status(port) == 200
        assert status(port, Origin=f"http://127.0.0.1:{port}") == 200
        assert status(port, Origin="https://elsewhere.example") == 403
        assert status(port, Origin=f"https://127.0.0.1:{port}") == 403
        assert status(port, Origin="null") == 403


def test_a_name_that_leads_here_is_another_site(bank: Path, tmp_path: Path) -> None:
    with serving(bank, tmp_path / "state") as port:
        evil = f"elsewhere.example:{port}"
        assert status(port, Host=evil) == 403
        assert status(port, Host=evil, Origin=f"http://{evil}") == 403
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().headers["Content-Security-Policy"] == "frame-ancestors 'none'"
