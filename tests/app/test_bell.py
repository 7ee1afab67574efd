"""The bell: what happens at the bank is on the screen before the screen's own next look."""

from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest

import tokenpay as tp
from terminal_app.bell import Bell
from terminal_app.screens.home import Home
from tests.app.hand import run, terminal
from tokenpay.testing import Branch, euro

PATIENCE_S = 30.0


def now(branch: Branch) -> str:
    return tp.newest_event(branch.bank, by=branch.tim)


def test_what_happens_is_shown_though_no_look_is_due(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path, feed_s=3600) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            hand.app.follow()
            for key, amount in (("bell 1", "26"), ("bell 2", "31")):
                branch.issue(branch.boris, euro(amount), key=key)
                await hand.read(f"{amount}.00")

    run(flow())


def test_it_rings_once_and_not_for_what_was_read(branch: Branch) -> None:
    rang = Event()
    bell = Bell(rang.set, most_rest_s=1)
    bell.listen(branch.bank, after=partial(now, branch), by=branch.tim)
    assert not rang.wait(0.3)
    branch.issue(branch.boris, euro("25"), key="a")
    assert rang.wait(PATIENCE_S)
    rang.clear()
    branch.issue(branch.boris, euro("25"), key="b")
    assert not rang.wait(0.3)


def test_who_has_left_hears_nothing_and_soon(branch: Branch) -> None:
    rang = Event()
    bell = Bell(rang.set, most_rest_s=1)
    bell.listen(branch.bank, after=partial(now, branch), by=branch.tim)
    bell.leave()
    bell.thread.join(PATIENCE_S)
    assert not bell.thread.is_alive()
    branch.issue(branch.boris, euro("25"), key="a")
    bell.listen(branch.bank, after=partial(now, branch), by=branch.tim)
    assert not rang.is_set()


def test_who_leaves_while_a_look_lets_it_listen_leaves_in_peace(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, leaves = Event(), Event()

    class Slow(Thread):
        def start(self) -> None:
            begins.set()
            leaves.wait(0.3)
            super().start()

    monkeypatch.setattr("terminal_app.bell.Thread", Slow)
    rang = Event()
    bell = Bell(rang.set, most_rest_s=1)
    look = Thread(target=bell.listen, args=(branch.bank,), kwargs={"after": str, "by": branch.tim})
    look.start()
    assert begins.wait(PATIENCE_S)
    bell.leave()
    leaves.set()
    look.join(PATIENCE_S)
    assert not look.is_alive()
    assert not bell.thread.is_alive()
    assert not rang.is_set()


def test_a_busy_bank_lengthens_its_rest_and_a_quiet_one_shortens_it(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_s = [0.0, 0.0, 0.0, 0.0, 0.05, 0.05, 0.05]

    def wait(*_: Any, **__: Any) -> list[str]:
        sleep(waits_s[len(rests)])
        return ["an event"]

    monkeypatch.setattr(tp, "wait_for_events", wait)
    bell = Bell(lambda: None, most_rest_s=0.4)
    rests: list[float] = []
    while len(rests) < len(waits_s):
        bell.listen(branch.bank, after=str, by=branch.tim)
        bell.thread.join(PATIENCE_S)
        rests.append(bell._rest_s)
    assert rests == pytest.approx([0.15, 0.225, 0.3375, 0.4, 0.2, 0.1, 0.1])


def test_what_nobody_foresaw_does_not_make_it_deaf(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    rang = Event()
    bell = Bell(rang.set, most_rest_s=1)
    with monkeypatch.context() as patched:
        patched.setattr(tp, "wait_for_events", lambda *_, **__: 1 / 0)
        bell.listen(branch.bank, after=str, by=branch.tim)
        bell.thread.join(PATIENCE_S)
    cursor = now(branch)
    bell.listen(branch.bank, after=lambda: cursor, by=branch.tim)
    branch.issue(branch.boris, euro("26"), key="bell 3")
    assert rang.wait(PATIENCE_S)


def test_a_bank_that_is_away_is_not_the_bells_to_tell(branch: Branch) -> None:
    rang = Event()
    bell = Bell(rang.set, most_rest_s=1)
    bell.listen(branch.bank, after=lambda: "no cursor", by=branch.tim)
    bell.thread.join(PATIENCE_S)
    assert not rang.is_set()
